"""Regions are called by name, and a place nobody named by the nearest around it, with its code."""

import pytest

from hutong.kit.regions import NAMES, Name, region_name


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("WORLD", "全球", "Worldwide"),
        ("310000", "上海市", "Shanghai"),
        ("320500", "苏州市", "Suzhou"),
        ("320506", "苏州市（320506）", "Suzhou (320506)"),
        ("321900", "江苏省（321900）", "Jiangsu (321900)"),
        ("310115", "上海市浦东新区", "Pudong, Shanghai"),
        ("CO", "哥伦比亚", "Colombia"),
        ("US-CA", "美国（US-CA）", "United States (US-CA)"),
        ("AQ", "AQ", "AQ"),
    ],
)
def test_a_region_is_called(code, zh, en):
    assert region_name(code) == Name(zh, en)


def test_every_name_is_of_its_own_place():
    assert len({name.zh for name in NAMES.values()}) == len(NAMES)
    assert len({name.en for name in NAMES.values()}) == len(NAMES)
    assert all(len(code) in (2, 6) or code == "WORLD" for code in NAMES)
