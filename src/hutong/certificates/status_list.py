"""
Which certificates are revoked or suspended, for anybody who verifies one (W3C Bitstring Status List).

    <issuer>/certificates/status/<purpose>/<list>     a signed credential, one bit a certificate

A list has 131,072 bits whether one is set or none, so asking for it tells nobody which certificate is
in question. A certificate keeps its place: index n stands in list n // 131072.

Pure.
"""

import base64
import gzip
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from hutong.certificates import credential as vc
from hutong.certificates.rules import Purpose

BITS: Final = 131_072  # the least the specification allows
BYTES: Final = BITS // 8
TYPE: Final = "BitstringStatusListCredential"
ENTRY_TYPE: Final = "BitstringStatusListEntry"


class StatusListInvalid(ValueError):
    """Not a status list of this venue. The message says what is wrong."""


def address(issuer: str, purpose: Purpose, number: int) -> str:
    return f"{issuer}/certificates/status/{purpose.value}/{number}"


def entries(issuer: str, index: int | None) -> list[dict[str, str]]:
    """The `credentialStatus` of a certificate; none for those issued before there were lists."""
    if index is None:
        return []
    number, place = divmod(index, BITS)
    return [
        {
            "id": f"{address(issuer, purpose, number)}#{place}",
            "type": ENTRY_TYPE,
            "statusPurpose": purpose.value,
            "statusListIndex": str(place),
            "statusListCredential": address(issuer, purpose, number),
        }
        for purpose in Purpose
    ]


class Wanted(NamedTuple):
    """Where in a status list a certificate asks to be looked up."""

    name: str  # the purpose
    place: int


def wanted(credential: Mapping[str, Any]) -> dict[str, Wanted]:
    """The lists a credential names, by address. What is malformed is left out."""
    found = {}
    named = credential.get("credentialStatus")
    for entry in named if isinstance(named, list) else [named]:
        if not isinstance(entry, Mapping) or entry.get("type") != ENTRY_TYPE:
            continue
        place, at = entry.get("statusListIndex"), entry.get("statusListCredential")
        purpose = entry.get("statusPurpose")
        if isinstance(place, str) and place.isdecimal() and len(place) < 12:
            found[str(at)] = Wanted(str(purpose), int(place))
    return found


def build(
    issuer: str, purpose: Purpose, number: int, places: Iterable[int], *, as_of: datetime
) -> dict[str, Any]:
    """An unsigned list with the bits at `places` set. `as_of` is real time."""
    bits = bytearray(BYTES)
    for place in places:
        bits[place >> 3] |= 0x80 >> (place & 7)  # the first bit is the leftmost
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode()
    at = address(issuer, purpose, number)
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": at,
        "type": ["VerifiableCredential", TYPE],
        "issuer": issuer,
        "validFrom": vc.seconds(as_of),
        "credentialSubject": {
            "id": f"{at}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose.value,
            "encodedList": "u" + packed.rstrip("="),
        },
    }


def is_set(status_list: Mapping[str, Any], place: int) -> bool:
    """Whether the bit at `place` is set. Raises StatusListInvalid; never unpacks more than a list."""
    subject = status_list.get("credentialSubject")
    encoded = subject.get("encodedList") if isinstance(subject, Mapping) else None
    if not isinstance(encoded, str) or not encoded.startswith("u") or len(encoded) > 2 * BYTES:
        raise StatusListInvalid("the list is not base64url multibase")
    try:
        packed = base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))
        unpacker = zlib.decompressobj(wbits=31)
        bits = unpacker.decompress(packed, BYTES + 1)
    except (ValueError, zlib.error) as error:
        raise StatusListInvalid("the list is not packed as it should be") from error
    if len(bits) != BYTES or not unpacker.eof or not 0 <= place < BITS:
        raise StatusListInvalid(f"the list does not have {BITS} bits")
    return bool(bits[place >> 3] & 0x80 >> (place & 7))
