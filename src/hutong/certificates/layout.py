"""
The face of a certificate: what stands where on the page, as data for the template (CE-2).

Pure: content in, page out. The template sets type and nothing else; every word is decided here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from hutong.certificates import words
from hutong.certificates.content import check_code, content_digest
from hutong.certificates.kinds import KINDS, Kind
from hutong.certificates.words import Pair
from hutong.kit.money import CNY, in_capitals, with_unit

Page = dict[str, Any]
Content = Mapping[str, Any]

OFFICE_NOTE: Final = Pair(
    "法定权利的转移、质押等以国家主管机关的登记为准，本证书不替代该登记。",
    "For statutory rights, transfer and pledge take effect by entry at the competent office; "
    "this certificate does not replace it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the certificate's entry stands in the public log."""

    log_origin: str
    index: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What differs between kinds."""

    statement: Pair
    rows: list[dict[str, Any]]
    table: dict[str, Any]


def page(content: Content, *, place: Place, verify_url: str, qr_svg: str) -> Page:
    """Lay out one certificate."""
    kind = Kind(content["kind"])
    face = _FACES[kind](content)
    venue = content["venue"]
    return {
        "title": _pair(Pair(KINDS[kind].title_zh, KINDS[kind].title_en)),
        "venue": {"zh": venue["name_zh"], "en": venue["name_en"], "code": venue["code"]},
        "demo": bool(venue["demo"]),
        "number": content["number"],
        "issued_on": _pair(_day(content["issued_on"])),
        "date": [int(part) for part in content["issued_on"].split("-")],
        "statement": _pair(face.statement),
        "rows": face.rows,
        "table": face.table,
        "note": _pair(OFFICE_NOTE),
        "log": {
            "origin": place.log_origin,
            "index": str(place.index),
            "size": str(place.size),
            "digest": content_digest(content),
        },
        "verify": {"url": verify_url, "code": check_code(content), "qr": qr_svg},
    }


def _rights_registration(content: Content) -> Face:
    technology, register = content["technology"], content["register"]
    holders = content["holders"]
    return Face(
        statement=Pair(
            "经审查并公示，下列技术成果的权益已登记于本所技术权益登记簿。特发此证。",
            "Upon examination and public notice, the rights in the technology below have been "
            "entered in the register of technology rights of this exchange.",
        ),
        rows=[
            _technology_row(technology),
            *_number_rows([technology]),
            _row("登记簿编号", "Register entry", register["number"]),
            _row("登记日期", "Registered on", *_day(register["registered_on"])),
        ],
        table=_table(
            Pair("权利人", "Holders"),
            [
                Pair("权利人", "Holder"),
                Pair("所有权", "Ownership"),
                Pair("处置权", "Disposal"),
                Pair("收益权", "Income"),
            ],
            [
                [
                    _party_cell(holder["party"]),
                    *(
                        {"zh": words.share(Fraction(holder[power]))}
                        for power in ("ownership", "disposal", "income")
                    ),
                ]
                for holder in holders
            ],
        ),
    )


def _transaction(content: Content) -> Face:
    deal, technologies = content["deal"], content["technologies"]
    amount = with_unit(deal["price_fen"], deal["currency"])
    capitals = f"人民币{in_capitals(deal['price_fen'])}" if deal["currency"] == CNY else ""
    way = words.way(deal["way"])
    return Face(
        statement=Pair(
            "下列技术交易经本所组织达成，价款与权益已同时交割。特发此证。",
            "The technology transaction below was concluded through this exchange; payment and "
            "right were settled together.",
        ),
        rows=[
            *(_technology_row(technology) for technology in technologies[:_SHOWN]),
            *_more_row(len(technologies) - _SHOWN),
            *_number_rows(technologies),
            _row("转让份额", "Share transferred", words.share(Fraction(deal["share"]))),
            _row("成交价格", "Price", capitals or amount, amount if capitals else "", strong=True),
            _row("交易方式", "Way of sale", way.zh, way.en),
            _row("成交编号", "Deal no.", deal["number"]),
            _row("合同签订", "Contract signed", *_day(deal["signed_on"])),
            _row("交割日期", "Settled on", *_day(deal["settled_on"])),
        ],
        table=_table(
            Pair("交易双方", "Parties"),
            [Pair("身份", "Role"), Pair("名称", "Name")],
            [
                [{"zh": "转让方", "en": "Seller"}, _party_cell(content["seller"])],
                [{"zh": "受让方", "en": "Buyer"}, _party_cell(content["buyer"])],
            ],
        ),
    )


_FACES: Final[dict[Kind, Callable[[Content], Face]]] = {
    Kind.RIGHTS_REGISTRATION: _rights_registration,
    Kind.TRANSACTION: _transaction,
}
_SHOWN: Final = 5  # technologies named on the page; the attached credential names all


def _technology_row(technology: Content) -> dict[str, Any]:
    kind = words.technology_kind(technology["kind"])
    zh, en = technology["title_zh"], technology["title_en"]
    return _row("技术成果", "Technology", zh or en, en if zh else "", note=f"{kind.zh} {kind.en}")


def _more_row(more: int) -> list[dict[str, Any]]:
    if more <= 0:
        return []
    return [_row("", "", f"另有 {more} 项，详见附件", f"and {more} more, listed in the attachment")]


def _number_rows(technologies: list[Any]) -> list[dict[str, Any]]:
    if len(technologies) != 1:
        return []
    named = [
        (words.number_name(scheme), value)
        for scheme, value in technologies[0]["numbers"].items()
        if value
    ]
    return [_row(name.zh, name.en, value) for name, value in named]


def _party_cell(party: Content) -> dict[str, str]:
    zh, en = party["name_zh"], party["name_en"]
    identifiers = [
        f"{words.identifier_name(scheme).zh} {value}" for scheme, value in party["identifiers"]
    ]
    return {"zh": zh or en, "en": en if zh else "", "note": "　".join(identifiers)}


def _row(
    label_zh: str, label_en: str, zh: str, en: str = "", *, note: str = "", strong: bool = False
) -> dict[str, Any]:
    label = {"zh": label_zh, "en": label_en}
    return {"label": label, "zh": zh, "en": en, "note": note, "strong": strong}


def _table(title: Pair, columns: list[Pair], rows: list[list[dict[str, str]]]) -> dict[str, Any]:
    return {
        "title": _pair(title),
        "columns": [_pair(column) for column in columns],
        "rows": [[{"zh": "", "en": "", "note": "", **cell} for cell in row] for row in rows],
    }


def _day(text: str) -> Pair:
    return words.day(date.fromisoformat(text))


def _pair(pair: Pair) -> dict[str, str]:
    return {"zh": pair.zh, "en": pair.en}
