"""
The hand that signs lists, and its memory: a registrar never signs two that continue one list.

The memory is the last list signed, in a file outside the database and outside its backups, so that
a venue put back from a backup cannot make itself contradict. It is written before a signature
leaves. What was signed and never adopted here, because the transaction failed, is given again. A
registrar without its memory signs nothing until it has asked the others (`remember`).
"""

import json
from pathlib import Path

from hutong.kit.canonical import canonical
from hutong.kit.refusal import Refused
from hutong.transparency import signing
from hutong.transparency.files import read_private, write_private
from hutong.transparency.note import Signer
from hutong.venues import lists
from hutong.venues.lists import Kind, List, SignedList
from hutong.venues.rules import Refusal

SIGNED = "list-signed"
BEGINNINGS = {Kind.FOUND, Kind.REGISTRAR}  # with these one becomes registrar, without a memory


def sign(new: List, *, venue: str, signer: Signer, directory: Path) -> SignedList:
    """Sign a list, or return the one signed before in its place. Refused when later ones were."""
    memory = directory / SIGNED
    with signing.locked(memory):
        last = remembered(directory, new.anchor)
        if last is None and new.change.kind not in BEGINNINGS:
            raise Refused(Refusal.MEMORY_LOST)
        if last is not None:
            same = (new.term, new.version, new.previous)
            if (last.list.term, last.list.version, last.list.previous) == same:
                return last
            if (last.list.term, last.list.version) >= (new.term, new.version):
                raise Refused(Refusal.SIGNED_BEFORE, version=last.list.version)
        signature = lists.sign(new, venue=venue, signer=signer)
        signed = SignedList(list=new, signatures=(signature,))
        write_private(memory, canonical(signed.as_json()))
        return signed


def remembered(directory: Path, anchor: str) -> SignedList | None:
    """The last list signed in a network; None where there is no memory of it."""
    try:
        last = SignedList.read(json.loads(read_private(directory / SIGNED)))
    except FileNotFoundError:
        return None
    return last if last.list.anchor == anchor else None


def remember(latest: SignedList, directory: Path) -> None:
    """Put back a memory that was lost: `latest` is the last list there is, as the others have it."""
    memory = directory / SIGNED
    with signing.locked(memory):
        write_private(memory, canonical(latest.as_json()))
