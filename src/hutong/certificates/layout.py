"""
The face of a certificate: what stands where on the page, as data for the template (CE-2).

Pure: content and the venue's words in, page out. The template sets type and nothing else; every
word is decided here. Rows follow from the kind's declared fields, so a new kind has a page at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from hutong.certificates import words
from hutong.certificates.content import check_code, content_digest
from hutong.certificates.fields import CURRENCY, Field, Type
from hutong.certificates.kinds import KINDS, Kind, KindOf
from hutong.certificates.wording import Wording
from hutong.certificates.words import Pair
from hutong.kit.money import CNY, in_capitals, with_unit

Page = dict[str, Any]
Content = Mapping[str, Any]
Row = dict[str, Any]

_SHOWN: Final = 5  # technologies named on the page; the attached credential names all


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the certificate's entry stands in the public log."""

    log_origin: str
    index: int
    size: int


def page(content: Content, *, wording: Wording, place: Place, verify_url: str, qr_svg: str) -> Page:
    """Lay out one certificate."""
    kind = KINDS[Kind(content["kind"])]
    venue = content["venue"]
    return {
        "title": _pair(Pair(kind.title_zh, kind.title_en)),
        "heading": _pair(wording.heading),
        "venue": {"zh": venue["name_zh"], "en": venue["name_en"], "code": venue["code"]},
        "demo": bool(venue["demo"]),
        "number": content["number"],
        "issued_on": _pair(_day(content["issued_on"])),
        "date": [int(part) for part in content["issued_on"].split("-")],
        "statement": _pair(wording.statement),
        "rows": _rows(kind, wording, content),
        "table": _holders(kind, content) or _parties(kind, content),
        "note": _pair(wording.note),
        "seal": wording.seal,
        "log": {
            "origin": place.log_origin,
            "index": str(place.index),
            "size": str(place.size),
            "digest": content_digest(content),
        },
        "verify": {"url": verify_url, "code": check_code(content), "qr": qr_svg},
    }


def shown(kind: Kind, wording: Wording, said: Content) -> list[Row]:
    """The rows a content would have, for whoever decides before it is issued; parties included."""
    of = KINDS[kind]
    named = [
        (one, party) for one in of.fields if one.type is Type.PARTY and (party := one.of(said))
    ]
    parties = [
        _row(one, cell["zh"], cell["en"], note=cell["note"])
        for one, cell in ((one, _party_cell(party)) for one, party in named)
    ]
    return _rows(of, wording, said) + parties


def _rows(kind: KindOf, wording: Wording, content: Content) -> list[Row]:
    named = {one.name: one for one in kind.fields}
    rows: list[Row] = []
    for name in wording.order:
        one = named[name]
        value = one.of(content)
        if value is not None:
            rows += _SET[one.type](one, value, content)
    return rows


# -- how a value of each type is set ----------------------------------------------------------------


def _text(one: Field, value: str, content: Content) -> list[Row]:
    return [_row(one, value)]


def _texts(one: Field, value: list[str], content: Content) -> list[Row]:
    return [_row(one, "、".join(value))]


def _on_day(one: Field, value: str, content: Content) -> list[Row]:
    return [_row(one, *_day(value))]


def _share(one: Field, value: str, content: Content) -> list[Row]:
    return [_row(one, words.share(Fraction(value)))]


def _count(one: Field, value: int, content: Content) -> list[Row]:
    return [_row(one, f"{value:,}")]


def _choice(one: Field, value: str, content: Content) -> list[Row]:
    return [_row(one, *words.chosen(one.choices, value))]


def _money(one: Field, value: int, content: Content) -> list[Row]:
    """Yuan stand in capitals with the figures beneath, as the law wants them."""
    beside = Field(".".join((*one.path[:-1], CURRENCY)), one.label).of(content) or CNY
    amount = with_unit(value, beside)
    if beside == CNY:
        return [_row(one, f"人民币{in_capitals(value)}", amount)]
    return [_row(one, amount, words.chosen(words.CURRENCIES, beside).en)]


def _technology(one: Field, value: Content, content: Content) -> list[Row]:
    return [_technology_row(one, value), *_number_rows(one, value)]


def _technologies(one: Field, value: list[Content], content: Content) -> list[Row]:
    rows = [_technology_row(one, technology) for technology in value[:_SHOWN]]
    if len(value) == 1:
        rows += _number_rows(one, value[0])
    if (more := len(value) - _SHOWN) > 0:
        unnamed = Field(one.name, Pair("", ""))
        text = Pair(f"另有 {more} 项，详见附件", f"and {more} more, listed in the attachment")
        rows.append(_row(unnamed, *text))
    return rows


_SET: Final[dict[Type, Callable[[Field, Any, Content], list[Row]]]] = {
    Type.TEXT: _text,
    Type.LONG: _text,
    Type.TEXTS: _texts,
    Type.DAY: _on_day,
    Type.MONEY: _money,
    Type.COUNT: _count,
    Type.SHARE: _share,
    Type.CHOICE: _choice,
    Type.TECHNOLOGY: _technology,
    Type.TECHNOLOGIES: _technologies,
}


def _technology_row(one: Field, technology: Content) -> Row:
    kind = words.technology_kind(technology["kind"])
    zh, en = technology["title_zh"], technology["title_en"]
    return _row(one, zh or en, en if zh else "", note=f"{kind.zh} {kind.en}")


def _number_rows(one: Field, technology: Content) -> list[Row]:
    return [
        _row(Field(one.name, words.number_name(scheme)), value)
        for scheme, value in technology["numbers"].items()
        if value
    ]


# -- the table: holders with their shares, or parties with their roles ------------------------------


def _holders(kind: KindOf, content: Content) -> dict[str, Any] | None:
    holders = next((one.of(content) for one in kind.fields if one.type is Type.HOLDERS), None)
    if not holders:
        return None
    columns = [
        Pair("权利人", "Holder"),
        Pair("所有权", "Ownership"),
        Pair("处置权", "Disposal"),
        Pair("收益权", "Income"),
    ]
    rows = [
        [
            _party_cell(holder["party"]),
            *(
                {"zh": words.share(Fraction(holder[power]))}
                for power in ("ownership", "disposal", "income")
            ),
        ]
        for holder in holders
    ]
    return _table(kind.table, columns, rows)


def _parties(kind: KindOf, content: Content) -> dict[str, Any] | None:
    rows = [
        [_pair(one.label), _party_cell(party)]
        for one in kind.fields
        if one.type is Type.PARTY and (party := one.of(content))
    ]
    if not rows:
        return None
    return _table(kind.table, [Pair("身份", "Role"), Pair("名称", "Name")], rows)


def _party_cell(party: Content) -> dict[str, str]:
    zh, en = party["name_zh"], party["name_en"]
    identifiers = [
        f"{words.identifier_name(scheme).zh} {value}" for scheme, value in party["identifiers"]
    ]
    return {"zh": zh or en, "en": en if zh else "", "note": "　".join(identifiers)}


def _row(one: Field, zh: str, en: str = "", *, note: str = "") -> Row:
    return {"label": _pair(one.label), "zh": zh, "en": en, "note": note, "strong": one.strong}


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
