"""Fonts where there are some; a venue in memory that issues certificates."""

import os
from pathlib import Path

import pytest

from hutong.certificates.tests.making import Maker

CHECKOUT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="session")
def fonts():
    named = os.environ.get("HUTONG_FONT_DIRECTORY")
    place = (
        Path(named) if named else CHECKOUT / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
    )
    if not place.is_dir():
        pytest.skip(f"no Chinese font in {place}; `./hutong demo` installs it")
    return [place]


@pytest.fixture(scope="session")
def maker(tmp_path_factory):
    return Maker.of(tmp_path_factory.mktemp("venue") / "keys")
