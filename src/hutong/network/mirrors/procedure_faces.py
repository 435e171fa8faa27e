"""
A procedure template as its venue's log says it. Pure.
"""

from dataclasses import dataclass
from typing import Any

from hutong.network.mirrors.faces import number, text, value
from hutong.network.mirrors.picture import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureFace:
    """`text`: the document as published, unread; `entry_index`: of the entry that published it."""

    version: int
    rulebook_version: int
    digest: str
    text: Any
    entry_index: int


def procedure(fields: Fields) -> ProcedureFace:
    unit = fields.get("digest")
    return ProcedureFace(
        version=number(value(fields, "template_version")) or 0,
        rulebook_version=number(value(fields, "rulebook_version")) or 0,
        digest=text(value(fields, "digest"))[:71],
        text=value(fields, "text"),
        entry_index=int(unit[0]) if unit else 0,
    )
