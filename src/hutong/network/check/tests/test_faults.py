"""Whoever breaks the protocol is found out, and the item that is broken is named."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hutong.kit.canonical import canonical
from hutong.network.check.items import Outcome, Run, Self
from hutong.network.check.kinds import AREAS
from hutong.network.check.running import check
from hutong.network.check.telling import TOLD
from hutong.network.check.testing import Given, served
from hutong.network.check.tests.paper import PaperExchange, PaperLog
from hutong.network.check.wire import Wire
from hutong.venues.testing import venues


def checked(exchange, spoil=None, only=(), **more):
    paper = exchange.story.known["SZTE"]
    told = {
        "anchor": exchange.story.told[0].digest,
        "me": Self(paper.code, paper.message),
        "contradict": True,
        "pause": 0,
    }
    with served(exchange, spoil) as url:
        return check(Run(Wire(url), **(told | more)), only)


def said(report):
    return {one.item.id: (one.outcome.value, str(one.found)) for one in report.findings}


@pytest.fixture(scope="module")
def kept():
    """One exchange for the faults that change nothing in it."""
    return PaperExchange()


def test_an_exchange_that_keeps_all_is_told_so(kept):
    report = checked(kept)
    assert report.broken == [], said(report)
    left = [one.item.id for one in report.of(Outcome.NOT_CHECKED)]
    assert left == ["describe.address"]  # it was asked at a test's address
    assert report.exit_code == 0


def test_a_stranger_is_told_what_only_a_member_can_check(kept):
    report = checked(kept, me=None, anchor=None)
    left = {one.item.id for one in report.of(Outcome.NOT_CHECKED)}
    assert "members.anchor" in left
    assert {name for name in left if name.startswith("member.")} == {
        name for name in said(report) if name.startswith("member.")
    }
    assert report.exit_code == 0


def test_a_stranger_leaves_nothing_behind():
    exchange = PaperExchange()
    checked(exchange, me=None)
    assert exchange.kept == {}


def test_nobody_contradicts_itself_unless_told_to(kept):
    assert (
        said(checked(kept, contradict=False, only=("member.",)))["member.contradiction"][0]
        == "not_checked"
    )


# -- faults: what is done wrong, and the item that names it -----------------------------------------


def at(path, **change):
    """Answer otherwise wherever the path begins so."""
    return lambda asked, given: replace(given, **change) if asked.path.startswith(path) else None


def header(path, name, value):
    def spoil(asked, given):
        if asked.path.startswith(path) and given.status == 200:
            return replace(given, headers=given.headers | {name: value})
        return None

    return spoil


def told(path, change):
    """Change the JSON object that is told at a path."""

    def spoil(asked, given):
        if asked.path.partition("?")[0] != path or given.status != 200 or asked.method != "GET":
            return None
        data = json.loads(given.body)
        change(data)
        return replace(given, body=canonical(data))

    return spoil


def field(name, value):
    return told("/.well-known/hutong.json", lambda data: data.update({name: value}))


def flipped(path, place=lambda body: len(body) // 2):
    """One bit of what lies there is another."""

    def spoil(asked, given):
        if not re.match(path, asked.path) or given.status != 200:
            return None
        body = bytearray(given.body)
        body[place(body)] ^= 1
        return replace(given, body=bytes(body))

    return spoil


def inbox(when, status, code="network.message_unsigned", **facts):
    """A final word of the inbox other than it should be, rightly signed."""
    from hutong.network.messages import signing
    from hutong.network.messages.signing import Request

    def spoil(asked, given, exchange):
        if asked.path != "/network/inbox" or asked.method != "POST" or not when(asked, given):
            return None
        request = Request(dict(asked.headers), asked.body)
        body = canonical(
            {"id": None, "refused": {"code": code, "rule": "", "title": "", "facts": facts}}
        )
        reply = signing.sign_reply(
            request,
            status,
            body,
            venue=exchange.me.code,
            signer=exchange.me.message,
            now=datetime.now(UTC),
        )
        return Given(status, reply.headers, body)

    return spoil


def answered(*statuses):
    return lambda asked, given: given.status in statuses


def code(name):
    return lambda asked, given: f'"{name}"'.encode() in given.body


FAULTS = {
    "no description": (at("/.well-known/", status=404), "describe.served"),
    "description of another format": (field("format", "other/1"), "describe.served"),
    "description is no JSON": (at("/.well-known/", body=b"<html>"), "describe.served"),
    "code in small letters": (field("code", "shte"), "describe.fields"),
    "no region": (field("region", None), "describe.fields"),
    "endpoint elsewhere": (
        told("/.well-known/hutong.json", lambda d: d["endpoints"].update(inbox="https://evil/")),
        "describe.endpoints",
    ),
    "address with a path": (field("origin", "https://shte.example/x"), "describe.address"),
    "address in clear": (field("origin", "http://shte.example"), "describe.address"),
    "keys of another": (field("keys", {}), "describe.keys"),
    "keys that are not listed": (
        told(
            "/.well-known/hutong.json",
            lambda d: d["keys"].update(message=list(venues("SHTE")[0].description.message_keys)),
        ),
        "members.keys",
    ),
    "members of another format": (
        told("/network/members", lambda d: d.update(format="x")),
        "members.served",
    ),
    "lists oldest first": (
        told("/network/members", lambda d: d["lists"].reverse()),
        "members.served",
    ),
    "a list left out": (told("/network/members", lambda d: d["lists"].pop(1)), "members.chain"),
    "a list changed": (
        told(
            "/network/members",
            lambda d: d["lists"][0]["list"].update(expires_at="2027-01-01T00:00:00.000000Z"),
        ),
        "members.chain",
    ),
    "a signature of another": (
        told(
            "/network/members",
            lambda d: d["lists"][0].update(signatures=d["lists"][1]["signatures"]),
        ),
        "members.chain",
    ),
    "a member hidden": (told("/network/members", lambda d: d["members"].pop()), "members.roll"),
    "limit passed over": (
        lambda asked, given: None,  # filled below: it needs the exchange
        "members.paging",
    ),
    "lists not kept": (at("/network/lists/", status=404), "members.list"),
    "any list for any digest": (at("/network/lists/sha256:0", status=200), "members.list"),
    "false contradictions": (
        told("/network/members", lambda d: d.update(contradictions=[[d["lists"][0]] * 2])),
        "members.contradictions",
    ),
    "applications taken unsigned": (at("/network/apply", status=202), "apply.refused"),
    "problems as HTML": (
        at("/network/apply", headers={"content-type": "text/html"}),
        "apply.refused",
    ),
    "checkpoint by another key": (
        lambda asked, given: None,
        "log.checkpoint",
    ),
    "checkpoint in caches": (
        header("/log/checkpoint", "Cache-Control", "public, max-age=600"),
        "log.checkpoint_cache",
    ),
    "a hash changed": (flipped("/log/tile/0/"), "log.tree"),
    "a hash of an inner tile changed": (flipped("/log/tile/1/"), "log.tree"),
    "an entry changed": (flipped("/log/tile/entries/", lambda body: -1), "log.entries"),
    "entries cut short": (
        lambda asked, given: (
            replace(given, body=given.body[:-1]) if "/tile/entries/" in asked.path else None
        ),
        "log.entries",
    ),
    "tiles not in caches": (
        header("/log/tile/", "Cache-Control", "no-store"),
        "log.tile_cache",
    ),
    "tiles beyond the log": (
        lambda asked, given: (
            Given(200, {}, b"\0" * 32)
            if given.status == 404 and re.match(r"/log/tile/0/x?001", asked.path)
            else None
        ),
        "log.beyond",
    ),
    "absurd numbers break it": (
        lambda asked, given: (
            Given(500) if "99999999" in asked.path and "tile" in asked.path else None
        ),
        "log.addresses",
    ),
    "widths of any size": (
        lambda asked, given: Given(200) if ".p/256" in asked.path else None,
        "log.addresses",
    ),
    "paths lead out": (
        lambda asked, given: Given(200, {}, b"root:x:0:0") if "etc/passwd" in asked.path else None,
        "log.traversal",
    ),
    "packed paths lead out": (
        lambda asked, given: Given(200, {}, b"{}") if "..%2f" in asked.path else None,
        "log.traversal",
    ),
    "the log can be deleted": (
        lambda asked, given: Given(200) if asked.method == "DELETE" else None,
        "log.methods",
    ),
    "a text changed": (
        lambda asked, given: (
            replace(given, body=given.body.replace(b"title", b"tytle"))
            if asked.path == "/log/content"
            else None
        ),
        "content.served",
    ),
    "a text alone is another": (
        lambda asked, given: (
            replace(given, body=given.body + b" ")
            if asked.path.startswith("/log/content/") and given.status == 200
            else None
        ),
        "content.served",
    ),
    "texts left out": (
        lambda asked, given: (
            replace(given, body=given.body.partition(b"\n")[2])
            if asked.path == "/log/content" and given.body.count(b"\n") > 1
            else None
        ),
        "content.served",
    ),
    "erased whatever is asked": (
        lambda asked, given: (
            replace(given, body=given.body.replace(b" ?", b" -"))
            if asked.path == "/log/content"
            else None
        ),
        "content.unknown",
    ),
    "any number of digests": (
        lambda asked, given: (
            Given(200) if asked.path == "/log/content" and len(asked.body) > 30_000 else None
        ),
        "content.refused",
    ),
    "its own log not told": (
        told("/network/checkpoints", lambda d: d["checkpoints"].pop(0)),
        "relay.checkpoints",
    ),
    "a relayed size that is not signed": (
        told("/network/checkpoints", lambda d: d["checkpoints"][1].update(size=11)),
        "relay.checkpoints",
    ),
    "a relayed checkpoint of nobody": (
        told(
            "/network/checkpoints",
            lambda d: d["checkpoints"][1].update(note=d["checkpoints"][0]["note"]),
        ),
        "relay.checkpoints",
    ),
    "an accusation that proves nothing": (
        told("/network/forks", lambda d: d["forks"].append({"venue": "SZTE", "proof": {}})),
        "relay.forks",
    ),
    "a mirror that changed an entry": (
        flipped("/network/mirror/SZTE/tile/entries/"),
        "mirror.served",
    ),
    "a mirror that changed a hash": (flipped("/network/mirror/SZTE/tile/0/"), "mirror.served"),
    "a mirror without proofs": (at("/network/mirror/SZTE/proof/", status=404), "mirror.served"),
    "mirrors of nobody": (at("/network/mirror/ZZ-NOBODY/", status=200), "mirror.unknown"),
    "GET on the inbox": (
        lambda asked, given: (
            Given(200) if (asked.method, asked.path) == ("GET", "/network/inbox") else None
        ),
        "inbox.method",
    ),
    "malformed answered 500": (
        lambda asked, given: (
            Given(500) if given.status == 400 and asked.path == "/network/inbox" else None
        ),
        "inbox.malformed",
    ),
    "messages of any size": (
        lambda asked, given: (
            Given(400) if given.status == 413 and asked.path == "/network/inbox" else None
        ),
        "inbox.too_large",
    ),
    "takes what is for others": (
        inbox(code("network.message_not_for_us"), 422),
        "inbox.not_for_it",
    ),
    "takes what nobody says": (inbox(code("network.not_in_standing"), 422), "inbox.not_a_member"),
    "does not look at signatures": (
        inbox(lambda asked, given: given.status == 401 and "signature" not in asked.headers, 422),
        "inbox.unsigned",
    ),
    "does not look who signed": (
        inbox(lambda asked, given: given.status == 401 and b"no key" in given.body, 422),
        "inbox.forged",
    ),
    "does not verify": (
        inbox(lambda asked, given: given.status == 401 and "signature" in asked.headers, 422),
        "inbox.named_key",
    ),
    "does not compare headers": (
        inbox(lambda asked, given: b"headers" in given.body, 422),
        "inbox.headers",
    ),
    "replies unsigned": (
        lambda asked, given: (
            replace(given, headers={})
            if asked.path == "/network/inbox" and given.status == 403
            else None
        ),
        "inbox.replies",
    ),
    "cosigns for anybody": (
        lambda asked, given: (
            Given(200) if "witness" in asked.path and given.status == 404 else None
        ),
        "witness.unknown",
    ),
    "cosigns what another signed": (
        lambda asked, given: (
            Given(200) if "witness" in asked.path and given.status in (403, 404) else None
        ),
        "witness.forged",
    ),
    "a witness that breaks": (
        lambda asked, given: (
            Given(500) if "witness" in asked.path and given.status == 400 else None
        ),
        "witness.malformed",
    ),
    "takes any word of what is held": (at("/network/held", status=204), "held.refused"),
    "paddles for anybody": (at("/network/paddle", status=200), "paddle.refused"),
    "no ping": (inbox(answered(200), 422, "network.unknown_kind"), "member.ping"),
    "stale messages taken": (inbox(code("network.message_stale"), 422), "member.stale"),
    "changed messages taken": (
        inbox(lambda asked, given: given.status == 401 and b"another" in asked.body, 422),
        "member.tampered",
    ),
    "wrong number expected": (
        inbox(answered(409), 409, "network.out_of_order", expected=9),
        "member.order",
    ),
    "versions not told": (
        inbox(code("network.unknown_version"), 422, "network.unknown_version"),
        "member.version",
    ),
    "kinds asked again for ever": (inbox(code("network.unknown_kind"), 503), "member.kind"),
    "later fields refused": (
        inbox(lambda asked, given: b"of_a_later_day" in asked.body, 422),
        "member.unknown_fields",
    ),
    "contradictions taken": (
        inbox(code("network.message_contradicted"), 422),
        "member.contradiction",
    ),
    "a redirect": (
        lambda asked, given: (
            Given(302, {"Location": "https://evil.example/"})
            if asked.path == "/network/forks"
            else None
        ),
        "http.redirects",
    ),
}


def of_area(area, *codes):
    """A refusal by one of these codes, of a message of one part of the protocol."""
    kinds = {f'"{name}"'.encode() for name in AREAS[area][1]}
    said = [f'"{name}"'.encode() for name in codes]

    def when(asked, given):
        ours = any(kind in asked.body for kind in kinds)
        return ours and given.status != 200 and any(one in given.body for one in said)

    return when


UNKNOWN = {
    **dict.fromkeys(("trade", "countersigning"), "trade.unknown_order"),
    **dict.fromkeys(("claims", "institutions"), "network.undecided"),
    "membership": "venues.document_invalid",
    "custody": "custody.no_move",
    "duplicates": "not_found",
    "projects": "projects.unknown",
    "sales": "sales.unknown_part",
    "clearing": "clearing.not_proposer",
}
for area in AREAS:
    FAULTS[f"{area}: versions not told"] = (
        inbox(of_area(area, "network.unknown_version"), 422, "network.unknown_version"),
        f"{area}.versions",
    )
    FAULTS[f"{area}: what is unknown is answered otherwise"] = (
        inbox(of_area(area, UNKNOWN[area]), 422, "network.other"),
        f"{area}.unknown",
    )
    unfit = "claims.number_unfit" if area == "claims" else "network.body_unfit"
    if area != "membership":
        FAULTS[f"{area}: bodies of any form"] = (
            inbox(of_area(area, unfit), 422, "network.other"),
            f"{area}.fields",
        )
FAULTS["the field is not named"] = (
    inbox(of_area("trade", "network.body_unfit"), 422, "network.body_unfit", field="x"),
    "trade.fields",
)
FAULTS["a kind is not spoken"] = (
    inbox(of_area("custody", "network.unknown_version"), 422, "network.unknown_kind"),
    "custody.versions",
)


def as_member(path, *statuses):
    """Whatever a member is told there with one of these, is said 200."""
    return lambda asked, given: (
        Given(200, {}, b"{}") if asked.path == path and given.status in statuses else None
    )


FAULTS |= {
    "what is held is taken whoever signed for what": (
        lambda asked, given: (
            Given(204) if asked.path == "/network/held" and given.status == 403 else None
        ),
        "held.member",
    ),
    "nobody may say what is held": (as_member("/network/held", 204), "held.member"),
    "a paddle for any order": (as_member("/network/paddle", 422), "paddle.unknown"),
    "people told to whoever guesses": (as_member("/network/assertion", 403), "assertion.unknown"),
    "people told to strangers": (
        lambda asked, given: (
            Given(200) if asked.path == "/network/assertion" and given.status == 403 else None
        ),
        "assertion.refused",
    ),
    "a sign-in that leads elsewhere": (
        at("/network/sign-in", status=302, headers={"Location": "https://evil.example/"}),
        "sign_in.refused",
    ),
    "a sign-in that leads elsewhere by two strokes": (
        at("/network/sign-in", status=302, headers={"Location": "//evil.example/"}),
        "sign_in.refused",
    ),
    "a sign-in that nobody asked for": (at("/network/signed-in", status=200), "sign_in.refused"),
    "bids without a paddle": (at("/live/lots/", status=200), "bids.refused"),
    "receipts for anybody": (
        lambda asked, given: (
            Given(200) if asked.path.startswith("/live/") and asked.method == "GET" else None
        ),
        "bids.refused",
    ),
    "any countersignature": (
        at("/certificates/ZZ-", status=200),
        "countersignatures.unknown",
    ),
    "a countersignature changed": (
        lambda asked, given: (
            replace(given, body=given.body.replace(b"SZTE-JY-2022-000001", b"SZTE-JY-2022-000002"))
            if "countersignatures/SHTE" in asked.path
            else None
        ),
        "countersignatures.served",
    ),
    "a template whose text is gone": (
        lambda asked, given: (
            Given(404) if asked.path.startswith("/log/content/") and asked.method == "GET" else None
        ),
        "procedures.text",
    ),
    "the last entries changed": (flipped("/log/tile/entries/"), "log.last"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught_and_named(kept, fault):
    spoil, item = FAULTS[fault]
    if fault == "limit passed over":
        whole = canonical(json.loads(kept(asked_for("/network/members")).body))
        spoil = at("/network/members?limit=1", body=whole)
    if fault == "checkpoint by another key":
        other = PaperLog(kept.log.origin, venues("SHTE")[0].log, kept.log.entries)
        spoil = at("/log/checkpoint", body=other.note.encode())

    def spoiling(asked, given):
        try:
            return spoil(asked, given)
        except TypeError:
            return spoil(asked, given, kept)

    report = checked(kept, spoiling, only=(item, "relay.forks"))
    assert item in report.broken, said(report)
    assert report.exit_code == (2 if not report.is_usable else 1)


def asked_for(path):
    from hutong.network.check.testing import Asked

    return Asked("GET", path, {}, b"")


def test_every_item_has_a_fault_that_it_names():
    from hutong.network.check.running import EVERY

    proven = {item for _, item in FAULTS.values()} | {
        "log.consistent",
        "members.anchor",
        "members.expiry",
        "inbox.itself",
        "member.again",
        "claims.once",
        *TOLD,
    }  # by the tests below
    assert {one.id for one in EVERY} == proven


# -- faults that take time, or state --------------------------------------------------------------------


def test_a_log_that_grows_is_consistent():
    exchange = PaperExchange()

    def grow(asked, given):
        if asked.method == "DELETE":
            exchange.log.add(b"{}")

    report = checked(exchange, grow, only=("log", "content"))
    assert report.broken == [], said(report)


def test_a_log_that_shows_two_histories_is_convicted_by_its_own_signatures():
    exchange = PaperExchange()
    entries = [canonical({"n": -1}), *exchange.log.entries[1:], b"{}"]
    other = PaperLog(exchange.log.origin, exchange.me.log, entries)

    def fork(asked, given):
        if asked.method == "DELETE":  # between the first look and the second
            exchange.log = other

    report = checked(exchange, fork, only=("log",))
    assert "log.consistent" in report.broken
    assert "hutong-fork/1" in said(report)["log.consistent"][1]
    proof = re.search(r"\{.*\}", said(report)["log.consistent"][1])
    assert json.loads(proof[0])["format"] == "hutong-fork/1"  # whole, to be shown to others


def test_a_log_that_becomes_shorter_is_named():
    exchange = PaperExchange()
    shorter = PaperLog(exchange.log.origin, exchange.me.log, exchange.log.entries[:290])

    def shrink(asked, given):
        if asked.method == "DELETE":
            exchange.log = shorter

    assert "log.consistent" in checked(exchange, shrink, only=("log",)).broken


def test_another_network_than_the_anchors_is_named(kept):
    assert checked(kept, only=("members",), anchor="sha256:" + "0" * 64).broken == [
        "members.anchor"
    ]


def test_an_expired_list_is_named(kept):
    late = datetime.now(UTC) + timedelta(days=31)
    assert "members.expiry" in checked(kept, only=("members",), clock=lambda: late).broken


def test_a_venue_that_takes_messages_in_its_own_name_is_named(kept):
    def take(asked, given):
        if asked.headers.get("hutong-from") == "SHTE" and asked.path == "/network/inbox":
            return replace(given, status=200)
        return None

    assert "inbox.itself" in checked(kept, take, only=("inbox",)).broken


def test_a_venue_that_handles_a_message_twice_is_named():
    exchange = PaperExchange()
    seen = []

    def forget(asked, given):
        if asked.path == "/network/inbox" and given.status == 200 and b"pong" in given.body:
            seen.append(1)
            exchange.kept.clear()

    report = checked(exchange, forget, only=("member.",))
    assert "member.again" in report.broken, said(report)


# -- what the log tells ---------------------------------------------------------------------------------


def telling(kind, **facts):
    """An exchange whose log says something else in its entries of a kind."""
    found = []

    def spoil(entry):
        if entry["kind"] == kind:
            entry["facts"].update(facts)
            found.append(entry)

    exchange = PaperExchange(spoil=spoil)
    assert found
    return exchange


WRONG = {
    "claims.told": ("network.ClaimGranted", {"number": "CN202110000001.8"}),
    "custody.told": ("network.CustodyEnded", {"peer": None}),
    "duplicates.told": ("network.DuplicateDecided", {"reasons": "in clear"}),
    "projects.told": (
        "network.ProjectComposed",
        {"parts": [["SHTE", "0197a000-0000-7000-8000-000000000001", "1/2"]]},
    ),
    "procedures.told": ("network.ProcedurePublished", {"template_version": "1"}),
    "trade.told": ("network.OrderSettled", {"certificates": ["call this number"]}),
    "countersignatures.told": ("network.CertificateCountersigned", {"venue": "nobody"}),
    "clearing.told": ("network.StatementAgreed", {"currency": "yuan"}),
    "claims.once": ("network.ClaimReleased", {"number": "sha256:" + "0" * 64}),
    "procedures.text": ("network.ProcedurePublished", {"template_version": 2}),
}


def test_every_part_that_is_told_has_a_fault():
    assert set(TOLD) <= set(WRONG)


@pytest.mark.parametrize("item", WRONG)
def test_an_entry_that_says_something_else_is_named(item):
    kind, facts = WRONG[item]
    if item == "claims.once":  # granted twice, to two
        exchange = PaperExchange(spoil=_granted_again)
    else:
        exchange = telling(kind, **facts)
    report = checked(exchange, only=(item,))
    assert report.broken == [item], said(report)


def _granted_again(entry):
    if entry["kind"] == "network.ClaimReleased":
        entry["facts"].update(number="sha256:" + "0" * 64)
    elif entry["kind"] == "network.ClaimGranted" and _granted_again.seen:
        entry["facts"].update(claim="0197a000-0000-7000-8000-000000000001")
    _granted_again.seen = entry["kind"] == "network.ClaimReleased"


_granted_again.seen = False
