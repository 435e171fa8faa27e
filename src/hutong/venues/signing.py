"""
The hand that signs lists, and its memory: a registrar never signs two that continue one list.

The memory is the last list signed, in a file outside the database, so that a database put back from
a backup cannot make this venue contradict itself. It is written before a signature leaves. What was
signed and never adopted here, because the transaction failed, is given again.
"""

import json
from pathlib import Path

from hutong.kit.canonical import canonical
from hutong.kit.refusal import Refused
from hutong.transparency import signing
from hutong.transparency.files import read_private, write_private
from hutong.transparency.note import Signer
from hutong.venues import lists
from hutong.venues.lists import List, SignedList
from hutong.venues.rules import Refusal

SIGNED = "list-signed"


def sign(new: List, *, venue: str, signer: Signer, directory: Path) -> SignedList:
    """Sign a list, or return the one signed before in its place. Refused when later ones were."""
    memory = directory / SIGNED
    with signing.locked(memory):
        last = _remembered(memory)
        if last is not None and last.list.anchor == new.anchor:
            same = (new.term, new.version, new.previous)
            if (last.list.term, last.list.version, last.list.previous) == same:
                return last
            if (last.list.term, last.list.version) >= (new.term, new.version):
                raise Refused(Refusal.SIGNED_BEFORE, version=last.list.version)
        signature = lists.sign(new, venue=venue, signer=signer)
        signed = SignedList(list=new, signatures=(signature,))
        write_private(memory, canonical(signed.as_json()))
        return signed


def _remembered(memory: Path) -> SignedList | None:
    try:
        return SignedList.read(json.loads(read_private(memory)))
    except FileNotFoundError:
        return None
