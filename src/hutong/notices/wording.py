"""
A notice in words: facts as the reader's language writes them.

Moments are 2026年11月20日 09:30 or 20 November 2026 09:30, in the venue's zone; amounts have their
sign; roles and states their word.
"""

from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext

from hutong.doors.problems import sentence_of_code
from hutong.kit.moments import parse_iso
from hutong.kit.money import with_unit
from hutong.kit.refusal import N_
from hutong.notices.rules import Text, fill, tidied
from hutong.ui.lifecycles import LIFECYCLES
from hutong.ui.templatetags.ui import write_day, write_moment
from hutong.ui.words import ROLES

# What stands for a fact where a kind of notice is named and none has been sent.
EXAMPLES = {
    "number": "",
    "title": N_("a title"),
    "party": N_("a party"),
    "name": N_("a file"),
    "amount": N_("an amount"),
    "price_fen": N_("a price"),
    "opens_at": N_("at a set time"),
    "role": "",
}


def title_of(text: Text, facts: dict[str, Any]) -> str:
    return fill(gettext(text.of(facts).title), facts, written)


def body_of(text: Text, facts: dict[str, Any]) -> str:
    body = text.of(facts).body
    return fill(gettext(body), facts, written) if body else ""


def name_of(text: Text) -> str:
    """What a kind of notice is called where one chooses it."""
    shown = {name: gettext(word) if word else "" for name, word in EXAMPLES.items()}
    return tidied(fill(gettext(text.title), shown))


def written(name: str, value: Any) -> Any:
    """A fact as it is read: by its name, `…_fen` is money, `…_at` and `…_by` a moment or a day."""
    if name.endswith("_fen") and isinstance(value, int):
        return with_unit(value)
    if name.endswith(("_at", "_by", "_on")) and isinstance(value, str):
        return _time(value)
    if isinstance(value, dict) and "code" in value:  # a cause, said by its code
        return sentence_of_code(value)
    if name == "role" and isinstance(value, str):
        mandate = LIFECYCLES["mandate"].state(value)
        return gettext(mandate.label if mandate else ROLES.get(value, value))
    return value


def _time(text: str) -> str:
    try:
        if len(text) == len("2026-11-20") and (day := parse_date(text)):
            on: date = day
            return write_day(on)
        return write_moment(parse_iso(text))
    except ValueError:
        return text
