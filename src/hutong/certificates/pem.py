"""
Files of X.509 certificates as text (RFC 7468), as administrators keep them.
"""

from pathlib import Path
from typing import Final

MAX_BYTES: Final = 1_000_000
_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_END: Final = "-----END CERTIFICATE-----"


def certificates_in(path: Path | str) -> list[str]:
    """The certificates of a PEM file, one text each; none for no path. Raises OSError, ValueError."""
    if not path:
        return []
    with Path(path).open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    text = data.decode("ascii", "replace")
    found = [
        _BEGIN + part.partition(_END)[0] + _END + "\n"
        for part in text.split(_BEGIN)[1:]
        if _END in part
    ]
    if not found or len(data) > MAX_BYTES:
        raise ValueError(f"{path} has no certificates in PEM")
    return found
