"""
Turning a refusal into what goes over the wire, in the reader's language.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.utils.translation import gettext

from hutong.doors.words import said, write_day, write_moment
from hutong.kit.event import plain
from hutong.kit.money import with_unit
from hutong.kit.refusal import Refused, Told, reason_of


def problem_of(refused: Refused) -> dict[str, Any]:
    """RFC 9457 body of a refusal: stable code, rule, and the sentence in the active language."""
    reason = refused.reason
    sentence = sentence_of(refused)
    return {
        "type": "about:blank",
        "title": sentence,
        "status": reason.status,
        "code": reason.code,
        "rule": reason.rule,
        "detail": "",
        "facts": {name: _wire(value) for name, value in refused.facts.items()},
    }


def sentence_of(refused: Refused) -> str:
    """The refusal as a person reads it: in the active language, moments in the venue's time."""
    said = {name: _word(name, value) for name, value in refused.facts.items()}
    return Refused(refused.reason, **said).sentence(gettext(refused.reason.text))


_NOT_FACTS = {"code", "reason", "self"}  # another venue may have written what is kept


def sentence_of_code(because: Mapping[str, Any]) -> str:
    """What was kept as the code of a reason with its facts, as a person reads it.

    A code that nothing here has any more is said as it stands.
    """
    facts = {name: value for name, value in because.items() if name not in _NOT_FACTS}
    found = reason_of(because["code"])
    return sentence_of(Refused(found, **facts)) if found else str(because["code"])


def _word(name: str, value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return write_moment(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return write_day(value)
    if name.endswith("_fen") and isinstance(value, int):
        return with_unit(value)
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Told):
        return Told(gettext(value.text), **{n: _word(n, v) for n, v in value.facts.items()})
    return said(value) if isinstance(value, str) else value


def _wire(value: Any) -> Any:
    try:
        return plain(value)
    except TypeError:
        return str(value)
