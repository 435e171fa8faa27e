"""
Files of X.509 certificates and their revocation lists as text (RFC 7468), as administrators keep them.
"""

import base64
import binascii
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 10_000_000
CERTIFICATE: Final = "CERTIFICATE"
REVOCATION_LIST: Final = "X509 CRL"


def certificates_in(path: Path | str) -> list[str]:
    """The certificates of a PEM file, one text each; none for no path. Raises OSError, ValueError."""
    if not path:
        return []
    found = _blocks(path, CERTIFICATE)
    if not found:
        raise ValueError(f"{path} has no certificates in PEM")
    return found


def revocation_lists_in(path: Path | str) -> list[bytes]:
    """The revocation lists (DER) of a PEM file; it may have none. Raises OSError, ValueError."""
    if not path:
        return []
    try:
        return [
            base64.b64decode("".join(block.splitlines()[1:-1]), validate=True)
            for block in _blocks(path, REVOCATION_LIST)
        ]
    except binascii.Error as error:
        raise ValueError(f"{path} has a revocation list that is not PEM") from error


def _blocks(path: Path | str, label: str) -> list[str]:
    with Path(path).open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"{path} is larger than {MAX_BYTES} bytes")
    text = data.decode("ascii", "replace")
    begin, end = f"-----BEGIN {label}-----", f"-----END {label}-----"
    return [
        begin + part.partition(end)[0] + end + "\n" for part in text.split(begin)[1:] if end in part
    ]
