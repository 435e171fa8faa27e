"""
From content to paper: the page is set by typst, the QR by segno, the signature by the venue's key.

The template is fixed text; content reaches it only as data. Setting the same page twice gives the
same bytes; only the signature differs.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import segno
import typst

from hutong.certificates import layout
from hutong.certificates.content import check_code
from hutong.certificates.wording import Wording
from hutong.transparency.signers import CertificateSigner

if TYPE_CHECKING:
    from hutong.certificates import pades

TEMPLATE: Final = Path(__file__).parent / "templates" / "certificates" / "certificate.typ"
FONT_FAMILY: Final = "Noto Sans SC"


class FontMissing(RuntimeError):
    """The Chinese font is not where the settings say. The message names the directories."""


def verify_url(origin_url: str, content: Mapping[str, Any]) -> str:
    """The address in the QR: the verify page with number and check code filled in."""
    query = urlencode({"number": content["number"], "code": check_code(content)})
    return f"{origin_url}/verify?{query}"


def pdf(
    content: Mapping[str, Any],
    credential: Mapping[str, Any],
    *,
    wording: Wording,
    place: layout.Place,
    origin_url: str,
    fonts: Sequence[Path],
) -> bytes:
    """Set the page of a certificate, with its credential attached (PDF/A-3b, unsigned).

    Raises FontMissing.
    """
    shown = origin_url.partition("://")[2] + "/verify"
    page = layout.page(
        content,
        wording=wording,
        place=place,
        verify_url=shown,
        qr_svg=_qr(verify_url(origin_url, content)),
    )
    issued = datetime.combine(
        datetime.fromisoformat(content["issued_on"]).date(), time(), tzinfo=UTC
    )
    made = _compiler(tuple(fonts)).compile(
        TEMPLATE.read_bytes(),
        sys_inputs={
            "page": json.dumps(page, ensure_ascii=False),
            "credential": json.dumps(credential, ensure_ascii=False, indent=1),
        },
        format="pdf",
        pdf_standards=["a-3b"],
        timestamp=issued,
    )
    assert isinstance(made, bytes)
    return made


def signed_pdf(
    unsigned: bytes,
    content: Mapping[str, Any],
    *,
    hand: CertificateSigner,
    timestamps: "pades.TimestampAuthority | None" = None,
    revocation_lists: Sequence[bytes] = (),
) -> bytes:
    """Sign a page with the venue's certificate key; with `timestamps` for the long term."""
    from hutong.certificates import pades  # pyHanko takes long to load

    return pades.sign(
        unsigned,
        hand=hand,
        reason=content["number"],
        location=content["venue"]["name_zh"],
        timestamps=timestamps,
        revocation_lists=revocation_lists,
    )


def _qr(text: str) -> str:
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()


@lru_cache(maxsize=4)
def _compiler(fonts: tuple[Path, ...]) -> typst.Compiler:
    """Loading the font index takes longer than setting a page, so it is kept."""
    found = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(fonts)
    )
    if FONT_FAMILY not in found.families():
        places = ", ".join(str(place) for place in fonts)
        raise FontMissing(f"There is no font “{FONT_FAMILY}” in {places}.")
    return typst.Compiler(TEMPLATE.read_bytes(), font_paths=found)
