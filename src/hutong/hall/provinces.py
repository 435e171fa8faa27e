"""
The tile map: one square a province, placed by hand so that neighbours stay near. No borders are drawn.

Where an organisation is follows from its USCC: characters 3 and 4 are the province's number in
GB/T 2260. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH, HEIGHT = 9, 8
ABROAD = "00"


@dataclass(frozen=True, slots=True)
class Province:
    """A square: number of GB/T 2260, letters of ISO 3166-2:CN, names, column and row."""

    number: str
    letters: str
    zh: str
    en: str
    x: int
    y: int


PROVINCES = {
    p.number: p
    for p in (
        Province("11", "BJ", "京", "Beijing", 6, 2),
        Province("12", "TJ", "津", "Tianjin", 7, 2),
        Province("13", "HE", "冀", "Hebei", 6, 3),
        Province("14", "SX", "晋", "Shanxi", 5, 2),
        Province("15", "NM", "蒙", "Inner Mongolia", 6, 1),
        Province("21", "LN", "辽", "Liaoning", 8, 2),
        Province("22", "JL", "吉", "Jilin", 8, 1),
        Province("23", "HL", "黑", "Heilongjiang", 8, 0),
        Province("31", "SH", "沪", "Shanghai", 7, 4),
        Province("32", "JS", "苏", "Jiangsu", 6, 4),
        Province("33", "ZJ", "浙", "Zhejiang", 6, 5),
        Province("34", "AH", "皖", "Anhui", 5, 4),
        Province("35", "FJ", "闽", "Fujian", 6, 6),
        Province("36", "JX", "赣", "Jiangxi", 5, 5),
        Province("37", "SD", "鲁", "Shandong", 7, 3),
        Province("41", "HA", "豫", "Henan", 5, 3),
        Province("42", "HB", "鄂", "Hubei", 4, 4),
        Province("43", "HN", "湘", "Hunan", 4, 5),
        Province("44", "GD", "粤", "Guangdong", 5, 6),
        Province("45", "GX", "桂", "Guangxi", 4, 6),
        Province("46", "HI", "琼", "Hainan", 4, 7),
        Province("50", "CQ", "渝", "Chongqing", 3, 4),
        Province("51", "SC", "川", "Sichuan", 2, 4),
        Province("52", "GZ", "贵", "Guizhou", 3, 5),
        Province("53", "YN", "云", "Yunnan", 3, 6),
        Province("54", "XZ", "藏", "Tibet", 1, 4),
        Province("61", "SN", "陕", "Shaanxi", 4, 3),
        Province("62", "GS", "甘", "Gansu", 3, 2),
        Province("63", "QH", "青", "Qinghai", 2, 3),
        Province("64", "NX", "宁", "Ningxia", 4, 2),
        Province("65", "XJ", "新", "Xinjiang", 1, 2),
        Province("71", "TW", "台", "Taiwan", 7, 6),
        Province("81", "HK", "港", "Hong Kong", 6, 7),
        Province("82", "MO", "澳", "Macao", 5, 7),
        Province(ABROAD, "∗", "境外", "Abroad", 0, 7),
    )
}


def province_of(jurisdiction: str, identifiers: Iterable[tuple[str, str]]) -> str | None:
    """Where an organisation is: a province's number, ABROAD, or None when nothing tells."""
    for scheme, value in identifiers:
        if scheme == "uscc" and value[2:4] in PROVINCES:
            return value[2:4]
    country = jurisdiction.partition("-")[0].upper()
    return ABROAD if country not in ("", "CN") else None
