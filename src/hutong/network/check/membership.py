"""Items: the chain of lists, from its anchor to today, and the door at which venues apply (NE-1)."""

import json
from datetime import timedelta
from itertools import pairwise

from hutong.kit.canonical import canonical
from hutong.kit.ids import new_id
from hutong.kit.moments import iso
from hutong.kit.refusal import N_
from hutong.network.check.describing import object_in
from hutong.network.check.items import Run, broken, cannot, item, need
from hutong.venues import chain, lists, rolls
from hutong.venues.fields import DocumentInvalid
from hutong.venues.lists import State
from hutong.venues.rolls import ListInvalid
from hutong.venues.wire import MAX_APPLICATION_BYTES, MEMBERS_PATH, MembersPage

DOORS = "Membership: Doors"
NEXT = "Membership: What makes a list the next one"
MOST = 16 * 1024 * 1024
PAGES = 1000


@item(
    "members.served",
    at=DOORS,
    expects=N_(
        "The lists are served, newest first, with all members and the network's anchor; a venue in "
        "no network answers 404 venues.not_in_network."
    ),
    needs=("describe.fields",),
)
def served(run: Run) -> None:
    answer = run.wire.get(MEMBERS_PATH, most=MOST)
    network = run.description["network"]
    if network is None:
        need(
            answer.status == 404,
            N_("HTTP {status} instead of {wanted}"),
            status=answer.status,
            wanted=404,
        )
        code = code_of(answer.body)
        need(code == "venues.not_in_network", N_("“{name}” is {found}"), name="code", found=code)
        return
    run.members = object_in(answer)
    page = _page(answer.body)
    need(page.lists, N_("“{name}” is missing"), name="lists")
    given = page.network
    need(given == network["anchor"], N_("“{name}” is {found}"), name="network", found=given)
    versions = [one.list.version for one in page.lists]
    falling = all(a > b for a, b in pairwise(versions))
    need(falling and len(versions) <= 50, N_("“{name}” is {found}"), name="lists", found=versions)
    need("members" in run.members, N_("“{name}” is missing"), name="members")
    run.lists = list(page.lists)
    before, pages = page.before, 0
    while before is not None:
        pages += 1
        page = _page(run.wire.get(f"{MEMBERS_PATH}?before={before}&limit=50", most=MOST).body)
        last = run.lists[-1].list.version
        going_on = page.lists and page.lists[0].list.version < last and pages < PAGES
        need(going_on, N_("“{name}” is {found}"), name="before", found=before)
        run.lists.extend(page.lists)
        before = page.before
    run.lists.reverse()


def _page(raw: bytes) -> MembersPage:
    try:
        return MembersPage.parse(raw)
    except DocumentInvalid as error:
        broken(N_("it cannot be read: {problem}"), problem=error)


def code_of(raw: bytes) -> object:
    try:
        return json.loads(raw).get("code")
    except (ValueError, AttributeError, RecursionError):
        return None


def _in_network(run: Run) -> None:
    if run.description.get("network") is None:
        cannot(N_("the venue is in no network"))


@item(
    "members.anchor",
    at="Membership: The genesis",
    expects=N_("The first list is the one the anchor names."),
    needs=("members.served",),
)
def anchor(run: Run) -> None:
    if run.anchor is not None and run.description["network"] is None:
        broken(N_("the venue is in no network"))
    _in_network(run)
    found = run.lists[0].digest
    wanted = run.anchor or run.description["network"]["anchor"]
    need(found == wanted, N_("“{name}” is {found}"), name="anchor", found=found)
    if run.anchor is None:
        cannot(
            N_("no anchor was given (--anchor); the chain is checked from the one the venue tells")
        )


@item(
    "members.chain",
    at=NEXT,
    expects=N_("Each list follows from the one before: its change possible, approved, signed."),
    needs=("members.served",),
)
def verified(run: Run) -> None:
    _in_network(run)
    try:
        roll = chain.open_genesis(run.lists[0])
        for signed in run.lists[1:]:
            run.wire.need_time()
            roll = chain.follow(roll, signed)
    except ListInvalid as error:
        broken(N_("a list is not the next one: {problem}"), problem=error.why)
    except DocumentInvalid as error:
        broken(N_("a list is not the next one: {problem}"), problem=error)
    run.roll = roll


@item(
    "members.roll",
    at="Membership: Documents",
    expects=N_("The members it tells are those that follow from the lists, and it is one of them."),
    needs=("members.chain",),
)
def roll(run: Run) -> None:
    assert run.roll is not None
    told = run.members.get("members")
    wanted = [run.roll.members[code].as_json() for code in sorted(run.roll.members)]
    same = isinstance(told, list) and canonical(told) == canonical(wanted)
    need(same, N_("“{name}” is not what follows from the lists"), name="members")
    need(run.listed is not None, N_("the list has no venue {code}"), code=run.code)


@item(
    "members.keys",
    at="Membership: Documents",
    expects=N_("The keys in use by its own description are in the list."),
    needs=("members.chain", "describe.keys"),
)
def keys(run: Run) -> None:
    listed = run.listed
    if listed is None:
        cannot(N_("the list has no venue {code}"), code=run.code)
    told = run.description["keys"]
    for name in ("log", "witness", "message", "credential"):
        first = next(iter(told.get(name) or []), None)
        good = first is None or first in getattr(listed, f"{name}_keys")
        need(good, N_("“{name}” is {found}"), name=f"keys.{name}", found=first)


@item(
    "members.expiry",
    at="Membership: Expiry (NE-6)",
    expects=N_("The latest list has not expired, and is not of the future."),
    needs=("members.chain",),
)
def expiry(run: Run) -> None:
    assert run.roll is not None
    now = run.clock()
    need(now < run.roll.expires_at, N_("it expired at {at}"), at=iso(run.roll.expires_at))
    ahead = run.roll.issued_at - now
    need(ahead <= rolls.SKEW, N_("it was issued at {at}"), at=iso(run.roll.issued_at))


@item(
    "members.paging",
    at=DOORS,
    expects=N_("“limit” and “before” give the lists asked for, at most 50."),
    needs=("members.served",),
)
def paging(run: Run) -> None:
    _in_network(run)
    latest = run.lists[-1]
    page = _page(run.wire.get(f"{MEMBERS_PATH}?limit=1", most=MOST).body)
    same = [one.digest for one in page.lists] == [latest.digest]
    need(same, N_("“{name}” gives {count} lists"), name="limit=1", count=len(page.lists))
    version = latest.list.version
    asked = f"before={version}&limit=1"
    page = _page(run.wire.get(f"{MEMBERS_PATH}?{asked}", most=MOST).body)
    wanted = [run.lists[-2].digest] if len(run.lists) > 1 else []
    same = [one.digest for one in page.lists] == wanted
    need(same, N_("“{name}” gives {count} lists"), name=asked, count=len(page.lists))
    page = _page(run.wire.get(f"{MEMBERS_PATH}?limit=100000", most=MOST).body)
    need(
        len(page.lists) <= 50,
        N_("“{name}” gives {count} lists"),
        name="limit=100000",
        count=len(page.lists),
    )


@item(
    "members.list",
    at=DOORS,
    expects=N_(
        "A list is served by its digest, with its signatures; an unknown digest is not there."
    ),
    needs=("members.served",),
)
def by_digest(run: Run) -> None:
    _in_network(run)
    latest = run.lists[-1]
    told = object_in(run.wire.get(f"/network/lists/{latest.digest}"))
    same = canonical(told) == canonical(latest.as_json())
    need(same, N_("“{name}” is not what follows from the lists"), name=latest.digest)
    status = run.wire.get(f"/network/lists/sha256:{'0' * 64}").status
    need(status == 404, N_("HTTP {status} instead of {wanted}"), status=status, wanted=404)


@item(
    "members.contradictions",
    at="Membership: Forks",
    expects=N_(
        "What it shows as contradictions are pairs of different lists that continue one list."
    ),
    needs=("members.chain",),
)
def contradictions(run: Run) -> None:
    page = _page(canonical(dict(run.members)))
    for one, other in page.contradictions:
        pair = one.digest != other.digest and one.list.previous == other.list.previous
        need(pair, N_("“{name}” is not what follows from the lists"), name="contradictions")


@item(
    "apply.refused",
    at=DOORS,
    expects=N_(
        "What is no application is refused as a problem (RFC 9457) with its code; GET is not allowed."
    ),
    needs=("describe.fields",),
)
def apply(run: Run) -> None:
    json_type = {"content-type": "application/json"}
    network = run.description["network"]
    for body in (b"{", b"[]", canonical({"format": "hutong-application/1"}), _forged(run)):
        answer = run.wire.post("/network/apply", body, json_type)
        wanted = (422, 429) if network else (404, 409, 422, 429)
        need(
            answer.status in wanted,
            N_("HTTP {status} instead of {wanted}"),
            status=answer.status,
            wanted=422,
        )
        need(
            answer.type == "application/problem+json",
            N_("“{name}” is {found}"),
            name="content-type",
            found=answer.type,
        )
        code = code_of(answer.body)
        need(isinstance(code, str), N_("“{name}” is missing"), name="code")
    status = run.wire.post("/network/apply", b" " * (MAX_APPLICATION_BYTES + 1), json_type).status
    need(
        status in (413, 422, 429),
        N_("HTTP {status} instead of {wanted}"),
        status=status,
        wanted=413,
    )
    status = run.wire.get("/network/apply").status
    need(status == 405, N_("HTTP {status} instead of {wanted}"), status=status, wanted=405)


def _forged(run: Run) -> bytes:
    """An application of the venue itself, whose signature is of nobody."""
    assert run.code
    member = run.listed
    described = member.description.as_json() if member is not None else {}
    return canonical(
        {
            "format": "hutong-application/1",
            "network": (run.description["network"] or {}).get("anchor"),
            "member": described,
            "at": iso(run.clock() - timedelta(seconds=1)),
            "key": member.message_keys[0] if member is not None else "z6Mk" + new_id().hex,
            "signature": "z" + "1" * 64,
        }
    )


def good_others(run: Run) -> list[lists.Member]:
    """Members in good standing other than the venue that is checked and the one that checks."""
    if run.roll is None:
        return []
    own = {run.code, run.me.code if run.me else ""}
    return [m for m in run.roll.members.values() if m.state is State.MEMBER and m.code not in own]
