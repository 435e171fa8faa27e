"""
A report on paper: set by typst, signed by the venue's certificate key (RR-10).

A report is no certificate: it is not numbered, kept or revoked. It says what the register said at a
moment, and names the checkpoint of the public log that stood then.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst
from django.conf import settings

from hutong.certificates.rendering import FONT_FAMILY, FontMissing
from hutong.transparency import queries as transparency

TEMPLATE: Final = Path(__file__).parent / "templates" / "certificates" / "report.typ"


def signed_report(page: Mapping[str, Any], *, real_now: datetime) -> bytes:
    """Set and sign a report. `page`: title, venue, lines, tables and notes, as (zh, en) pairs.

    Raises FontMissing.
    """
    from hutong.certificates import pades  # pyHanko takes long to load

    made = _compiler(tuple(settings.FONT_DIRECTORIES)).compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"page": json.dumps({**page, "log": _checkpoint()}, ensure_ascii=False)},
        format="pdf",
        pdf_standards=["a-3b"],
        timestamp=real_now.replace(microsecond=0),
    )
    assert isinstance(made, bytes)
    return pades.sign(
        made,
        hand=transparency.keyring().certificate_signer,
        reason=str(page["title"]["zh"]),
        location=str(page["venue"]["zh"]),
    )


def _checkpoint() -> dict[str, str]:
    checkpoint = transparency.checkpoint()
    if checkpoint is None:
        return {"origin": "", "size": "0", "root": ""}
    return {
        "origin": transparency.public_keys().venue.log_origin,
        "size": str(checkpoint.size),
        "root": checkpoint.root.hex(),
    }


@lru_cache(maxsize=2)
def _compiler(fonts: tuple[Path, ...]) -> typst.Compiler:
    found = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(fonts)
    )
    if FONT_FAMILY not in found.families():
        raise FontMissing(f"There is no font “{FONT_FAMILY}” in {', '.join(map(str, fonts))}.")
    return typst.Compiler(TEMPLATE.read_bytes(), font_paths=found)
