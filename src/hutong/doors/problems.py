"""
Turning a refusal into what goes over the wire, in the reader's language.
"""

from typing import Any

from django.utils.translation import gettext

from hutong.kit.event import plain
from hutong.kit.refusal import Refused


def problem_of(refused: Refused) -> dict[str, Any]:
    """RFC 9457 body of a refusal: stable code, rule, and the sentence in the active language."""
    reason = refused.reason
    sentence = refused.sentence(gettext(reason.text))
    return {
        "type": "about:blank",
        "title": sentence,
        "status": reason.status,
        "code": reason.code,
        "rule": reason.rule,
        "detail": "",
        "facts": {name: _wire(value) for name, value in refused.facts.items()},
    }


def _wire(value: Any) -> Any:
    try:
        return plain(value)
    except TypeError:
        return str(value)
