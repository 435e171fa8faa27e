"""
Who may do what through the API: every operation of its description, tried by those who may not.

One world is built through real actions; then an anonymous caller, a verified but unrelated member,
people who may only read for the party a thing belongs to, and an officer of another office send each
operation a well-formed request against somebody else's real object. The answer is 401, 403 or 404,
and nothing was written in the journal. What is open is listed here with the reason; an operation
that is new fails until somebody has thought about it.
"""

import json
from typing import Any

import pytest
from django.db import transaction

from authorization.open_to import (
    FILTERED_TO_NOTHING,
    MEMBERS,
    OF_THE_DEAL,
    OFFICES,
    ONES_OWN_ADDRESS,
    OPEN,
    OWN_LISTS,
    PUBLIC_PARTIES,
    SELF,
)
from authorization.requests import operations, send
from authorization.world import Caller, World
from hutong.journal.models import Entry

pytestmark = pytest.mark.django_db

REFUSED = {401, 403, 404}


def test_every_list_here_names_operations_there_are():
    named = OPEN.keys() | SELF | MEMBERS.keys() | OWN_LISTS | OFFICES
    assert named <= operations().keys(), named - operations().keys()


def test_nobody_acts_or_reads_beyond_what_is_theirs(world):
    """One world, everybody who may not, every operation."""
    everything = set(operations())
    writes = {name for name in everything if not name.startswith("GET ")}
    office = everything - OPEN.keys() - SELF - OFFICES - FILTERED_TO_NOTHING
    of_certificates = {name for name in office if "/certificate" in name}
    tried = {
        "anonymous": everything - OPEN.keys() - FILTERED_TO_NOTHING,
        "stranger": everything - OPEN.keys() - SELF - MEMBERS.keys() - OWN_LISTS,
        "seller's reader": writes - OPEN.keys() - SELF,
        "buyer's reader": writes - OPEN.keys() - SELF,
        "co-owner's reader": writes - OPEN.keys() - SELF,
        "the certificates office": office - of_certificates,
        "the listing office": of_certificates,
    }
    wrong = {who: not_refused(world.callers[who], names, world) for who, names in tried.items()}
    assert not any(wrong.values()), json.dumps(wrong, indent=1, ensure_ascii=False)

    # What a list shows to whom it is not for: nothing, and nobody.
    for who in ("anonymous", "stranger"):
        for name in FILTERED_TO_NOTHING:
            assert send(world.callers[who], name, world).json() == [], (who, name)
    betrayed = {who: betrayals(world.callers[who], world) for who in ("anonymous", "stranger")}
    betrayed["seller"] = betrayals(world.callers["seller"], world, but=OF_THE_DEAL)
    assert not any(betrayed.values()), json.dumps(betrayed, indent=1, ensure_ascii=False)


def test_each_of_these_requests_is_somebodys_to_make(world):
    """Else a wrong address would be refused for the wrong reason, and the test above see nothing."""
    rightful = ("every office", "seller", "buyer", "co-owner", "stranger")
    nobodys = {}
    # There is no import in this world, and the file sent is read, then refused, as no workbook.
    unmade = {"GET /technologies/imports/{batch}", "POST /technologies/imports"}
    for name in sorted(operations().keys() - OPEN.keys() - SELF - unmade):
        said = {}
        for who in rightful:
            with transaction.atomic():
                answer = send(world.callers[who], name, world)
                transaction.set_rollback(True)
                said[who] = f"{answer.status_code} {getattr(answer, 'content', b'')[:200]!r}"
            if answer.status_code not in REFUSED | {400, 422}:
                break
        else:
            nobodys[name] = said
    assert not nobodys, json.dumps(nobodys, indent=1, ensure_ascii=False)


def not_refused(who: Caller, names: set[str], world: World) -> dict[str, str]:
    """What was answered otherwise than with a refusal, or left a trace in the journal."""
    wrong = {}
    written = Entry.objects.count()
    for name in sorted(names):
        before = written
        answer = send(who, name, world)
        if answer.status_code not in REFUSED:
            wrong[name] = f"{answer.status_code} {answer.content[:300]!r}"
        if (written := Entry.objects.count()) != before:
            wrong[name] = f"{answer.status_code}, and it was written in the journal"
    return wrong


def betrayals(who: Caller, world: World, *, but: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Where `who` reads of buyers, their number, intents or payments in the period (LI-4, AU-9)."""
    found = {}
    reads = {name for name in operations() if name.startswith("GET ")} - but - PUBLIC_PARTIES
    for name in sorted(reads):
        answer = send(who, name, world)
        if answer.streaming or "json" not in answer.headers.get("Content-Type", ""):
            continue
        text = json.dumps(answer.json(), ensure_ascii=False)
        seen = [what for what, words in world.hidden.items() if words in text]
        if name in ONES_OWN_ADDRESS:
            seen = [what for what in seen if what != "somebody's address"]
        if seen:
            found[name] = seen
    listing = send(who, "GET /listings/{listing}", world).json()
    if listing["count"] is not None or listing["outcome"] is not None:
        found["GET /listings/{listing}"] = "count or outcome before the end"
    return found
