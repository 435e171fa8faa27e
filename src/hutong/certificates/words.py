"""
Words that stand on a certificate in both languages at once, Chinese first.

A certificate is bilingual whatever its reader's language, so these are pairs, not catalogue
entries. Pure.
"""

from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple


class Pair(NamedTuple):
    zh: str
    en: str


TECHNOLOGY_KINDS: Final = {
    "patent": Pair("专利", "Patent"),
    "patent_application": Pair("专利申请", "Patent application"),
    "software_copyright": Pair("软件著作权", "Software copyright"),
    "ic_layout": Pair("集成电路布图设计", "Integrated circuit layout"),
    "plant_variety": Pair("植物新品种", "Plant variety"),
    "know_how": Pair("技术秘密", "Know-how"),
    "achievement": Pair("技术成果", "Technological achievement"),
    "bundle": Pair("成果包", "Bundle"),
}
NUMBERS: Final = {
    "application": Pair("申请号", "Application no."),
    "publication": Pair("公开号", "Publication no."),
    "grant": Pair("授权公告号", "Grant no."),
    "registration": Pair("登记证号", "Registration no."),
}
IDENTIFIERS: Final = {
    "uscc": Pair("统一社会信用代码", "USCC"),
    "lei": Pair("法人机构识别编码", "LEI"),
    "ror": Pair("研究机构标识", "ROR"),
}
WAYS: Final = {
    "auction": Pair("网络竞价", "Online bidding"),
    "single": Pair("挂牌转让（单一受让方）", "Listing, single qualified buyer"),
    "posted_price": Pair("挂牌价成交", "Posted price"),
    "negotiated": Pair("协议交易", "Negotiation"),
}
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def technology_kind(kind: str) -> Pair:
    return TECHNOLOGY_KINDS.get(kind, Pair(kind, kind))


def number_name(scheme: str) -> Pair:
    return NUMBERS.get(scheme, Pair(scheme, scheme))


def identifier_name(scheme: str) -> Pair:
    return IDENTIFIERS.get(scheme.lower(), Pair(scheme.upper(), scheme.upper()))


def way(code: str) -> Pair:
    return WAYS.get(code, Pair(code, code))


def day(value: date) -> Pair:
    """2022年7月20日 / 20 July 2022."""
    return Pair(
        f"{value.year}年{value.month}月{value.day}日",
        f"{value.day} {MONTHS[value.month - 1]} {value.year}",
    )


def share(value: Fraction) -> str:
    """Write a share exactly: 100 %, 37.5 %, or 1/3 where no short decimal is exact."""
    percent = value * 100
    if (percent * 100).denominator == 1:
        whole, hundredths = divmod(int(percent * 100), 100)
        decimals = f".{hundredths:02d}".rstrip("0") if hundredths else ""
        return f"{whole}{decimals}%"
    return f"{value.numerator}/{value.denominator}"
