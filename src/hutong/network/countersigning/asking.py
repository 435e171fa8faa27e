"""
Countersignatures of a certificate, asked of an exchange by whoever verifies it without a venue of
their own (`./hutong verify FILE --ask URL --anchor sha256:…`).

What answers is believed in nothing: the keys of the venues that countersigned are those of the chain
of lists that begins with the anchor; without an anchor no key is known, and nobody can tell.
"""

import json
from typing import Any, Final
from urllib.parse import quote

from hutong.kit.refusal import N_
from hutong.network.check.telling import keys_of
from hutong.network.check.wire import AddressInvalid, Answer, Exhausted, Silent, Wire
from hutong.transparency.venue_keys import VenueKeys
from hutong.venues import chain
from hutong.venues.fields import DocumentInvalid
from hutong.venues.lists import SignedList
from hutong.venues.rolls import ListInvalid, Roll
from hutong.venues.wire import MEMBERS_PATH, MembersPage

MOST: Final = 16 * 1024 * 1024
PAGES: Final = 1_000


def ask(url: str, anchor: str | None, number: str) -> tuple[list[Any], list[VenueKeys]]:
    """The countersignatures an exchange has of a certificate, and the keys of its network's members.

    Raises ValueError, with what went wrong.
    """
    try:
        wire = Wire(url)
    except AddressInvalid as error:
        raise ValueError(str(error)) from error
    try:
        told = _list(wire.get(f"/api/v1/network/countersignatures/{quote(number, safe='')}"))
        files = [one["file"] for one in told]
        roll = read_roll(wire, anchor) if anchor is not None else None
    except Silent as silent:
        raise ValueError(str(silent.why)) from silent
    except Exhausted as error:
        raise ValueError(N_("the check's time or bytes are used up")) from error
    except (TypeError, LookupError) as error:
        raise ValueError(N_("the answer is not JSON")) from error
    finally:
        wire.close()
    return files, [keys_of(one) for one in roll.members.values()] if roll is not None else []


def read_roll(wire: Wire, anchor: str) -> Roll:
    """Who the members are, by the chain of lists from `anchor` that is told at an address.

    Raises ValueError (DocumentInvalid, ListInvalid among them), Silent, Exhausted.
    """
    lists: list[SignedList] = []
    before: int | None = None
    for _ in range(PAGES):
        asked = f"?before={before}" if before is not None else ""
        answer = wire.get(f"{MEMBERS_PATH}{asked}", most=MOST)
        if answer.status != 200:
            raise ValueError(f"HTTP {answer.status}")
        page = MembersPage.parse(answer.body)
        lists.extend(page.lists)
        if page.before is None or not page.lists:
            break
        before = page.before
    lists.reverse()
    if not lists or lists[0].digest != anchor:
        raise ValueError(N_("its lists do not begin with the anchor"))
    try:
        roll = chain.open_genesis(lists[0])
        for signed in lists[1:]:
            wire.need_time()
            roll = chain.follow(roll, signed)
    except (ListInvalid, DocumentInvalid) as error:
        raise ValueError(str(error)) from error
    return roll


def _list(answer: Answer) -> list[Any]:
    if answer.status != 200:
        raise ValueError(f"HTTP {answer.status}")
    told = json.loads(answer.body)
    if not isinstance(told, list):
        raise ValueError(N_("the answer is not JSON"))
    return told
