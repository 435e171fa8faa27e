"""
Who may do what through the API: every operation of its description, tried by those who may not.

One world is built through real actions; then an anonymous caller, a verified but unrelated member,
people who may only read for the party a thing belongs to, and an officer of another office send each
operation a well-formed request against somebody else's real object. The answer is 401, 403 or 404,
and nothing was written in the journal. What is open is listed here with the reason; an operation
that is new fails until somebody has thought about it.
"""

import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.test.client import MULTIPART_CONTENT, encode_multipart

from hutong.auctions import testing as auctions
from hutong.auctions.actions import Bidder
from hutong.certificates import actions as certificates
from hutong.certificates import matters
from hutong.deals import testing as deals
from hutong.documents import actions as documents
from hutong.documents.rules import Access
from hutong.due.models import Clock
from hutong.journal.models import Entry, Parked
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.listings import queries as listing_queries
from hutong.listings import testing as listings
from hutong.parties import actions as parties
from hutong.parties import queries as party_queries
from hutong.parties import testing as people
from hutong.parties.membership import MandateRole
from hutong.rights import actions as rights
from hutong.rights import queries as rights_queries
from hutong.rights import testing as titles
from hutong.rulebook import actions as rulebook
from hutong.rulebook.queries import in_force
from hutong.settlement import actions as settlement
from hutong.settlement import queries as books
from hutong.settlement import testing as money
from hutong.settlement.rules import BankAccount
from hutong.technologies.testing import an_application_number, entered_technology, know_how

pytestmark = pytest.mark.django_db

REFUSED = {401, 403, 404}

# Open to everybody, and why.
OPEN = {
    "GET /board": "the board is public (LI-1)",
    "GET /listings/{listing}": "what is on the board is public (LI-1)",
    "GET /lots": "auctions are public, by paddle (AU-9)",
    "GET /lots/{lot}": "auctions are public, by paddle (AU-9)",
    "GET /lots/{lot}/record": "the record is public after the close; before it is refused (AU-9)",
    "GET /certificates": "the register of certificates is public (CE-2)",
    "GET /certificates/{number}": "revocation is public (CE-2)",
    "POST /verify": "anybody verifies; nothing is kept (CE-2)",
    "GET /rights/notices": "a public notice (RR-7)",
    "GET /rights/notices/{application}": "a public notice (RR-7)",
    "GET /rights/titles/{technology}": "the register is public (RR-10)",
    "GET /rights/titles/{technology}/report": "the register is public (RR-10)",
    "GET /rights/entries/{entry}": "the register is public (RR-8)",
    "GET /technologies": "what entered the market is public (TE-1)",
    "GET /technologies/{technology}": "what entered the market is public (TE-1)",
    "GET /technologies/template.xlsx": "an empty form (TE-5)",
    "GET /parties": "verified organisations are public (PA-1)",
    "GET /parties/{party_id}": "verified organisations are public (PA-1)",
    "GET /log/checkpoint": "the log is public (LO-1)",
    "GET /log/entries/{index}": "the log is public (LO-1)",
    "GET /venue": "the venue describes itself (NE-1)",
    "GET /venue/clock": "the venue's time (TI-2)",
    "GET /rulebook": "the rules are public",
    "POST /sign-up": "how people join (PA-2)",
    "POST /sign-up/confirm": "how people join (PA-2)",
}
# One's own account: whoever is signed in, about nobody else.
SELF = {
    "GET /me",
    "GET /me/invitations",
    "PATCH /me",
    "POST /me/second-factor",
    "POST /me/second-factor/confirm",
    "DELETE /me/second-factor",
    "GET /tokens",
    "POST /tokens",
    "POST /parties",
    "GET /notices",
    "GET /notices/unread",
    "POST /notices/read",
    "GET /notices/mail",
    "PUT /notices/mail/{kind}",
}
# Any member may, for its own party: nobody else's object is touched.
MEMBERS = {
    "POST /listings": "a draft of one's own; titles are checked when it is submitted (LI-1)",
    "POST /listings/{listing}/intents": "every verified party may apply (LI-4)",
    "POST /rights/notices/{application}/objections": "every verified party may object (RR-7)",
    "POST /documents": "a file of one's own",
}
# Lists a member gets of its own; that they show nobody else's is what the secrecy tests look at.
OWN_LISTS = {
    "GET /account",
    "GET /deals",
    "GET /intents",
    "GET /listings",
    "GET /listings/{listing}/intents",
    "GET /listings/{listing}/pre-emptions",
    "GET /payables",
    "GET /payouts",
    "GET /pre-emptions",
    "GET /rights/applications",
    "GET /rights/applications/{application}/objections",
    "GET /rights/disposals",
    "GET /rights/holdings",
    "GET /technologies/imports",
}
# What every office reads, whatever its powers (DL-1, CE-2, TE-1).
OFFICES = {
    "GET /deals",
    "GET /deals/{deal}",
    "GET /deals/{deal}/contract",
    "GET /deals/{deal}/money",
    "GET /documents/{document_id}",
    "GET /documents/{document_id}/content",
    "GET /certificates/{number}/content",
    "GET /certificates/{number}/pdf",
    "GET /certificates/{number}/credential",
    "POST /documents",
}
# Answered with an empty list rather than refused: what is not one's own is not there (LI-4).
FILTERED_TO_NOTHING = {
    "GET /listings/{listing}/intents",
    "GET /listings/{listing}/pre-emptions",
}
# Where a name does not betray: verified organisations are public; one's own people have addresses.
PUBLIC_PARTIES = {"GET /parties", "GET /parties/{party_id}"}
ONES_OWN_ADDRESS = {
    "GET /me",
    "GET /parties/{party_id}/mandates",
    "GET /parties/{party_id}/invitations",
}
# The seller knows its buyer once there is a deal.
OF_THE_DEAL = frozenset(
    {
        "GET /deals",
        "GET /deals/{deal}",
        "GET /deals/{deal}/contract",
        "GET /deals/{deal}/money",
        "GET /rights/disposals",
        "GET /rights/disposals/{entry}",
    }
)


@dataclass
class Caller:
    name: str
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, files: Any = None):
        headers = {"Idempotency-Key": secrets.token_hex(8), **self.headers}
        if files is not None:
            boundary = "BoUnDaRyStRiNg"
            data: Any = encode_multipart(boundary, files)
            kind = MULTIPART_CONTENT
        else:
            data, kind = (b"" if body is None else json.dumps(body).encode()), "application/json"
        return Client().generic(method, f"/api/v1{path}", data, content_type=kind, headers=headers)


def caller(name, actor, now, party=None) -> Caller:
    secret = parties.issue_token(actor=actor, now=now, label="test").secret
    headers = {"Authorization": f"Bearer {secret}"}
    return Caller(name, headers | ({"X-Party": str(party)} if party else {}))


@dataclass
class World:
    """Objects of others, by the names their paths give them."""

    ids: dict[str, str]
    bodies: dict[str, dict[str, Any]]
    callers: dict[str, Caller]
    hidden: dict[str, str]


@pytest.fixture
def world(venue, drain) -> World:  # drain: the venue has its keys
    now = venue.now
    later = now + deals.NOTICE
    seller = people.verified_party("卖方大学")
    co_owner = people.verified_party("共有研究院", kind="research_institute")
    buyer = people.verified_party("秘密买方甲公司", kind="enterprise")
    rival = people.verified_party("秘密买方乙公司", kind="enterprise")
    stranger = people.verified_party("无关公司", kind="enterprise")
    owner = people.member_of(seller)

    # a deal of another listing, signed, its price paid in part
    deal = money.priced_deal(seller=seller, buyer=buyer)
    [disposal, *_] = rights_queries.disposals_of_deal(deal.id)
    payable = books.payable_for(subject("deal", deal.id))
    receipt = money.received("no reference", 5_000, now=later)
    money.funded(seller.id, 100_000, now=later)
    payout = settlement.request_payout(
        actor=owner,
        now=later,
        amount_fen=1_000,
        account=BankAccount(holder="卖方大学", bank="某银行", number="6222000011112222"),
    )

    # a listing in its period, with one of two co-owners selling, and two who stand ready
    half = Fraction(1, 2)
    shared = titles.registered_technology(
        seller, holders=[(seller.id, half), (co_owner.id, half)], now=now
    )
    listing = listings.open_listing(seller, [shared.id], share=half, now=later)
    intent = listings.deposited_intent(listing, buyer, now=later)
    listings.qualified_intent(listing, rival, now=later)
    lot = auctions.an_open_lot(
        opens_at=later, bidders=[Bidder(buyer.id, new_id()), Bidder(rival.id, new_id())]
    )

    # the register
    noticed = titles.noticed_application(seller, now=now)
    objection = rights.object_to(
        actor=people.member_of(co_owner),
        now=now,
        application=noticed.id,
        grounds="It was commissioned by us.",
    )
    registrar = people.officer("registrar")
    court = titles.a_document(registrar)
    frozen_patent = titles.registered_technology(seller, now=now)
    freeze = rights.freeze(
        actor=registrar,
        now=later,
        technology=frozen_patent.id,
        authority="Shanghai Intellectual Property Court",
        paper="(2022) no. 100",
        document=court,
    )
    [entry, *_] = rights_queries.title(frozen_patent.id).chain

    # files, people, rules
    secret_file = documents.store(
        actor=owner,
        now=now,
        owner=subject("party", seller.id),
        name="secret.pdf",
        media_type="application/pdf",
        data=people.EVIDENCE,
        access=Access.SECRET,
    )
    agent = people.member_of(seller, role="agent")
    [mandate] = [
        m.id for m in party_queries.mandates_of_party(seller.id) if m.person.id == agent.person
    ]
    control = parties.record_control(
        actor=registrar,
        now=now,
        controller=seller.id,
        controlled=co_owner.id,
        since=date(2022, 1, 1),
    )
    administrator = people.officer("administrator")
    data = in_force(now).rules.model_dump(mode="json")
    version = rulebook.propose(actor=administrator, now=now, data=data, note="the same")
    parked = Parked.objects.create(reaction="test", position=0, subject="listing:1", error="?")
    token = parties.issue_token(actor=owner, now=now, label="theirs")
    know = know_how(seller)
    spare = entered_technology(seller, number=an_application_number())

    viewer = people.person()
    for party in (seller, buyer, co_owner):
        people.let_in(party, viewer.id, MandateRole.VIEWER, now=now)
    invited = party_queries.person(people.member_of(co_owner).person)
    invitation = parties.invite(
        actor=owner, now=now, party=seller.id, email=invited.email, role=MandateRole.AGENT
    )
    reads = people.signed_in(viewer)
    Clock.objects.update(offset=later + timedelta(hours=1) - datetime.now(UTC))
    callers = {
        "anonymous": Caller("anonymous"),
        "stranger": caller("stranger", people.member_of(stranger), now, stranger.id),
        "seller's reader": caller("seller's reader", reads, now, seller.id),
        "buyer's reader": caller("buyer's reader", reads, now, buyer.id),
        "co-owner's reader": caller("co-owner's reader", reads, now, co_owner.id),
        "the certificates office": caller("the office", people.officer("certificates"), now),
        "the listing office": caller("the office", people.officer("listing"), now),
        "every office": caller("offices", people.officer(*in_force(now).rules.roles), now),
        "buyer": caller("buyer", people.member_of(buyer), now, buyer.id),
        "co-owner": caller("co-owner", people.member_of(co_owner), now, co_owner.id),
        "seller": caller("seller", owner, now, seller.id),
    }
    digest = "sha256:" + "0" * 64
    ids = {
        "number": _certificate(entry.id, later),
        "payable": payable.id,
        "receipt": receipt.id,
        "party": seller.id,
        "deal": deal.id,
        "payout": payout.id,
        "lot": lot,
        "listing": listing.id,
        "intent": intent.id,
        "application": noticed.id,
        "objection": objection.id,
        "technology": spare.id,
        "entry": entry.id,
        "/rights/disposals/entry": disposal.entry,
        "/rights/freezes/entry": freeze.id,
        "batch": new_id(),
        "kind": "listings.listed",
        "token_id": token.id,
        "party_id": seller.id,
        "document_id": secret_file.id,
        "mandate_id": mandate,
        "invitation_id": invitation,
        "person_id": administrator.person,
        "control_id": control,
        "index": 0,
        "parked_id": parked.id,
        "version": version,
    }
    bodies = {
        "POST /listings": {"technologies": [str(shared.id)], "title_zh": "转让", "price_fen": 100},
        "POST /listings/{listing}/revise": {
            "technologies": [str(shared.id)],
            "title_zh": "转让",
            "price_fen": 100,
        },
        "POST /technologies": {
            "kind": "know_how",
            "title_zh": "一种工艺",
            "party": str(seller.id),
        },
        "POST /technologies/bundles": {
            "title_zh": "成果包",
            "parts": [{"technology": str(t), "share": "1/2"} for t in (know.id, spare.id)],
        },
        "PATCH /technologies/{technology}": {"title_en": "Taken"},
        "POST /rights/applications": {
            "technologies": [str(spare.id)],
            "holders": [{"party": str(seller.id), "share": "1"}],
        },
        "POST /rights/applications/{application}/evidence": {"documents": [str(secret_file.id)]},
        "POST /rights/disposals/{entry}/outside-step": {
            "filed_on": "2022-07-01",
            "office_number": "2022080900123450",
            "evidence": [str(court)],
        },
        "POST /rights/freezes": {
            "technology": str(spare.id),
            "authority": "A court",
            "paper": "no. 1",
            "document": str(court),
        },
        "POST /rights/freezes/{entry}/lift": {
            "authority": "A court",
            "paper": "no. 2",
            "document": str(court),
        },
        "POST /deals/{deal}/acceptance": {"digest": digest},
        "POST /payouts": {
            "party": str(seller.id),
            "amount_fen": 1_000,
            "account": {"holder": "卖方大学", "bank": "某银行", "number": "6222000011112222"},
        },
        "POST /controls": {
            "controller": str(seller.id),
            "controlled": str(stranger.id),
            "since": "2022-01-01",
        },
        "POST /parties/{party_id}/evidence": {
            "document": str(secret_file.id),
            "proves": "business licence",
        },
        "POST /parties/{party_id}/mandates": {"email": viewer.email, "role": "owner"},
        "PUT /parties/{party_id}": {"name_zh": "别名大学"},
        "POST /rulebook": {"data": data},
        "POST /officers": {"email": viewer.email, "role": "registrar"},
        "POST /officers/{person_id}/dismiss": {"role": "administrator"},
        "POST /listings/{listing}/withdraw": {"reason": "We keep it."},
        "POST /receipts/{receipt}/match": {
            "reference": payable.reference,
            "reason": "The payer confirmed by letter.",
        },
    }
    hidden = {
        "the buyer's name": buyer.name_zh,
        "the other buyer's name": rival.name_zh,
        "the buyer": str(buyer.id),
        "the other buyer": str(rival.id),
        "the intent": str(intent.id),
        "the payment reference": payable.reference,
        "somebody's address": "@example.test",
    }
    assert listing_queries.listing(listing.id).cut_off_at is None
    return World({k: str(v) for k, v in ids.items()}, bodies, callers, hidden)


def _certificate(entry, now) -> str:
    matter, about = matters.rights_registration(entry)
    source = subject("right_entry", entry)
    issued = certificates.issue(
        actor=SYSTEM, now=now, source=source, matter=matter, technologies=about
    )
    return issued.number


# -- the requests -----------------------------------------------------------------------------------


def operations() -> dict[str, dict[str, Any]]:
    """`METHOD /path` → its description, of everything the API describes."""
    from hutong.node.api import api

    described = api.get_openapi_schema()
    schemas = described["components"]["schemas"]
    found = {}
    for path, of_path in described["paths"].items():
        for method, operation in of_path.items():
            if method in ("get", "post", "put", "patch", "delete"):
                short = path.removeprefix("/api/v1")
                found[f"{method.upper()} {short}"] = {**operation, "schemas": schemas}
    return found


OPERATIONS = operations()
GIVEN = re.compile(r"\{(\w+)\}")


def path_of(name: str, world: World) -> str:
    path = name.partition(" ")[2]

    def value(match: re.Match[str]) -> str:
        special = path.rpartition("/{entry}")[0] + "/entry"
        return world.ids.get(special, "") or world.ids[match[1]]

    return GIVEN.sub(value, path)


def body_of(name: str, world: World) -> Any:
    wanted = OPERATIONS[name].get("requestBody")
    if wanted is None:
        return None
    if name in world.bodies:
        return world.bodies[name]
    [schema] = [content["schema"] for content in wanted["content"].values()]
    return example(schema, OPERATIONS[name]["schemas"])


def example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """The least that the description allows."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            return {n: example(properties[n], schemas) for n in schema.get("required", [])}
        case "array":
            return [example(schema["items"], schemas)] * schema.get("minItems", 0)
        case "boolean":
            return True
        case "integer":
            return max(1, schema.get("minimum", 1))
        case "string" if schema.get("format") == "date":
            return "2022-07-01"
        case "string" if schema.get("format") == "uuid":
            return str(new_id())
        case "string":
            return "a reason that will do"
    raise AssertionError(f"no example for {schema}")


def files_of(name: str, world: World) -> dict[str, Any] | None:
    wanted = OPERATIONS[name].get("requestBody")
    if wanted is None or "multipart/form-data" not in wanted["content"]:
        return None
    file = SimpleUploadedFile("licence.pdf", people.EVIDENCE, "application/pdf")
    return {"file": file, "party": world.ids["party"]}


def send(who: Caller, name: str, world: World) -> Any:
    method = name.partition(" ")[0]
    files = files_of(name, world)
    body = None if files else body_of(name, world)
    return who.ask(method, path_of(name, world), body, files)


def not_refused(who: Caller, names: set[str], world: World) -> dict[str, str]:
    """What was answered otherwise than with a refusal, or left a trace in the journal."""
    wrong = {}
    for name in sorted(names):
        before = Entry.objects.count()
        answer = send(who, name, world)
        if answer.status_code not in REFUSED:
            wrong[name] = f"{answer.status_code} {answer.content[:300]!r}"
        if Entry.objects.count() != before:
            wrong[name] = f"{answer.status_code}, and it was written in the journal"
    return wrong


WRITES = {name for name in OPERATIONS if not name.startswith("GET ")}


# -- the tests --------------------------------------------------------------------------------------


def test_every_list_here_names_operations_there_are():
    named = OPEN.keys() | SELF | MEMBERS.keys() | OWN_LISTS | OFFICES
    assert named <= OPERATIONS.keys(), named - OPERATIONS.keys()


def test_nobody_acts_or_reads_beyond_what_is_theirs(world):
    """One world, everybody who may not, every operation."""
    everything = set(OPERATIONS)
    office = everything - OPEN.keys() - SELF - OFFICES - FILTERED_TO_NOTHING
    of_certificates = {name for name in office if "/certificates" in name}
    tried = {
        "anonymous": everything - OPEN.keys() - FILTERED_TO_NOTHING,
        "stranger": everything - OPEN.keys() - SELF - MEMBERS.keys() - OWN_LISTS,
        "seller's reader": WRITES - OPEN.keys() - SELF,
        "buyer's reader": WRITES - OPEN.keys() - SELF,
        "co-owner's reader": WRITES - OPEN.keys() - SELF,
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
    for name in sorted(OPERATIONS.keys() - OPEN.keys() - SELF - unmade):
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


def betrayals(who: Caller, world: World, *, but: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Where `who` reads of buyers, their number, intents or payments in the period (LI-4, AU-9)."""
    found = {}
    reads = {name for name in OPERATIONS if name.startswith("GET ")} - but - PUBLIC_PARTIES
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
