"""
One world built through real actions: somebody's object for every name a path has, and callers.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.test import Client
from django.test.client import MULTIPART_CONTENT, encode_multipart

from authorization import of_network
from hutong.auctions import testing as auctions
from hutong.auctions.actions import Bidder
from hutong.certificates import actions as certificates
from hutong.certificates import register_matters, wording
from hutong.certificates.kinds import Kind as CertificateKind
from hutong.certificates.models import Reissue
from hutong.certificates.schemas import SAID
from hutong.deals import testing as deals
from hutong.documents import actions as documents
from hutong.documents.rules import Access
from hutong.due.models import Clock
from hutong.journal import actions as journal
from hutong.journal.models import Content, Parked
from hutong.journal.rules import Erasable
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id, subject
from hutong.listings import actions as listing_actions
from hutong.listings import queries as listing_queries
from hutong.listings import testing as listings
from hutong.listings.offers import LicenceTerms
from hutong.parties import actions as parties
from hutong.parties import queries as party_queries
from hutong.parties import testing as people
from hutong.parties.membership import MandateRole
from hutong.rights import actions as rights
from hutong.rights import queries as rights_queries
from hutong.rights import testing as titles
from hutong.rights.procedure_words import Form
from hutong.rights.scope import Field, Scope, Term, Territory
from hutong.rulebook import actions as rulebook
from hutong.rulebook.queries import in_force
from hutong.settlement import actions as settlement
from hutong.settlement import queries as books
from hutong.settlement import testing as money
from hutong.settlement.rules import BankAccount
from hutong.technologies import actions as technologies
from hutong.technologies.testing import an_application_number, entered_technology, know_how
from hutong.transparency import actions as log
from hutong.transparency import queries as log_keys
from hutong.transparency.cosigning import actions as peers
from hutong.transparency.cosigning.rules import PeerKind
from hutong.transparency.keeping import actions as keeping
from hutong.transparency.keeping import queries as keys
from hutong.transparency.keeping.rules import Change
from hutong.transparency.note import VerifierKey
from hutong.transparency.openings import actions as opening_fields
from hutong.transparency.openings import queries as openings

TRAINING = CertificateKind.TRAINING
JOINING = (
    ("GET /listings/{listing}", ""),
    *(("POST /listings/{listing}", act) for act in ("/request", "/join", "/decline")),
)


@dataclass
class Caller:
    name: str
    headers: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    def ask(self, method: str, path: str, body: Any = None, files: Any = None):
        headers = {"Idempotency-Key": secrets.token_hex(8), **self.headers}
        if files is not None:
            boundary = "BoUnDaRyStRiNg"
            data: Any = encode_multipart(boundary, files)
            kind = MULTIPART_CONTENT
        else:
            data, kind = (b"" if body is None else json.dumps(body).encode()), "application/json"
        self.client.cookies.clear()  # each request is for itself
        return self.client.generic(
            method, f"/api/v1{path}", data, content_type=kind, headers=headers
        )


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


def build(now: datetime) -> World:
    """Build it at `now`; the venue is founded and has its keys."""
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
    joint_offer = listing_actions.draft(
        actor=owner,
        now=later,
        terms=listings.some_terms(
            [shared.id],
            offer_kind="licence",
            share=None,
            licence_mode="exclusive",
            licence=LicenceTerms(territory=("CN",), ends_on=date(2027, 1, 1)),
        ),
    )
    listing_actions.ask_co_owners(actor=owner, now=later, listing=joint_offer.id)
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
    one_blob, other_blob = Content.objects.order_by("digest").values_list("digest", flat=True)[:2]
    erasure = journal.ask_erasure(
        actor=administrator, now=now, what=Erasable.CONTENT, target=one_blob, reason="asked for"
    )
    token = parties.issue_token(actor=owner, now=now, label="theirs")

    # the log: whom it knows, its keys, a field opened
    proposed_log, watched_log = (
        peers.propose_peer(
            actor=administrator, now=now, kind=PeerKind.LOG, keys=[_log_key(f"{name}.example/log")]
        )
        for name in ("other", "second")
    )
    peers.accept_peer(actor=people.officer("administrator"), now=now, peer=watched_log)
    lives = {life.purpose: life.key for life in reversed(keys.lives())}
    key_change = keeping.ask_change(
        actor=administrator,
        now=now,
        real_now=datetime.now(UTC),
        change=Change.ROTATE,
        key=lives["message"],
        reason="yearly",
    )
    log.sequence_once(log_keys.keyring().checkpoint_signer, limit=100_000)
    [opened, *_] = openings.openable(owner)[0]
    opening_fields.open_fields(
        actor=owner, now=now, index=opened.leaf.index, fields=list(opened.fields)
    )
    [opening] = openings.links(owner)
    know = know_how(seller)
    spare = entered_technology(seller, number=an_application_number())
    bundle = technologies.make_bundle(
        actor=registrar,
        now=now,
        said={"title_zh": "成果包"},
        parts=[
            (entered_technology(one, number=an_application_number()).id, half)
            for one in (seller, co_owner)
        ],
        party=seller.id,
    )
    joint = rights.apply_for_bundle(actor=owner, now=now, bundle=bundle.id)
    inventor = people.verified_party("某发明人", kind="individual")
    own_patent = titles.registered_technology(seller, now=now)
    owned = [one.id for one in titles.registered_technologies(seller, 4, now=now)]
    titles.empowered(seller, [own_patent.id], [inventor], now=later, form=Form.LONG_TERM_USE)
    [statement] = rights.income_arose(
        actor=SYSTEM,
        now=later,
        deal=new_id(),
        seller=seller.id,
        entries=[rights_queries.title(own_patent.id).chain[0].id],
        amount_fen=1_000_000,
        fee_fen=30_000,
    )

    # licences, a pledge, and what is filed
    term = Scope(Territory.of(["CN"]), Field.of(), Term.of(later.date(), date(2030, 1, 1)))
    licensed_patent = titles.registered_technology(seller, now=now)
    licensed = titles.licensed(licensed_patent.id, seller, co_owner, scope=term, now=later)
    pledge = titles.pledged(
        titles.registered_technology(seller, now=now).id, seller, co_owner, now=later
    )
    proceeds = money.held_proceeds(
        seller=seller, buyer=buyer, pledgee=co_owner, now=later, debt_due_on=later.date()
    )
    settlement.claim_proceeds(
        actor=people.member_of(co_owner),
        now=later + timedelta(days=2),
        proceeds=proceeds.id,
        amount_fen=1,
        grounds="Due and unpaid.",
    )
    agreeing = titles.filed_licence(licensed_patent.id, seller, co_owner, scope=term, now=later)
    submitted = titles.submitted_filing(
        titles.registered_technology(seller, now=now).id, seller, co_owner, scope=term, now=later
    )

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
    on_paper = {"authority": "A court", "paper": "no. 3", "evidence": [str(court)]}
    ids = {
        "number": (certificate := _certificate(entry.id, later)),
        "payable": payable.id,
        "receipt": receipt.id,
        "party": seller.id,
        "deal": deal.id,
        "payout": payout.id,
        "lot": lot,
        "listing": listing.id,
        **{f"{way}/joining{act}": joint_offer.id for way, act in JOINING},
        "intent": intent.id,
        "application": noticed.id,
        "objection": objection.id,
        "technology": spare.id,
        "entry": entry.id,
        "/rights/disposals/entry": disposal.entry,
        "/rights/freezes/entry": freeze.id,
        "POST /rights/grants/{entry}/surrender": licensed,
        "POST /rights/grants/{entry}/termination": licensed,
        "POST /rights/restrictions/{entry}/consent": pledge,
        "POST /rights/restrictions/{entry}/release": pledge,
        "POST /rights/restrictions/{entry}/approval-abroad": pledge,
        "POST /rights/restrictions/{entry}/release-on-paper": pledge,
        "POST /rights/filings/{filing}/approve": submitted,
        "POST /rights/filings/{filing}/reject": submitted,
        "filing": agreeing,
        "proceeds": proceeds.id,
        "batch": new_id(),
        "statement": statement.id,
        "POST /rights/applications/{application}/consent": joint.id,
        "kind": "listings.listed",
        "proposal": _proposal(trainer=seller.id, now=later),
        "reissue": _reissue(now=later),
        "certificate_kind": TRAINING.value,
        "template_version": 1,
        "token_id": token.id,
        "party_id": seller.id,
        "document_id": secret_file.id,
        "mandate_id": mandate,
        "invitation_id": invitation,
        "person_id": administrator.person,
        "control_id": control,
        "index": 0,
        "old": 1,
        "new": 2,
        "GET /log/openable/{index}/file index": opened.leaf.index,
        "field": next(iter(opened.fields)),
        "parked_id": parked.id,
        "erasure": erasure,
        "change": key_change,
        "opening": opening.id,
        "peer": proposed_log,
        "POST /log/peers/{peer}/end": watched_log,
        "version": version,
        **of_network.ids(
            administrator=administrator,
            member=owner,
            owned=owned,
            bundle=bundle.id,
            certificate=certificate,
            now=now,
            later=later,
        ),
    }
    bodies = {
        "POST /log/key-changes": {"change": "rotate", "key": lives["credential"], "reason": "why"},
        "POST /log/openings": {"index": opened.leaf.index, "fields": list(opened.fields)[:1]},
        "POST /network/changes": {
            "kind": "relocate",
            "venue": "SZTE",
            "details": {"url": "https://x.example"},
        },
        "POST /network/undertaking": {"kind": "found", "name": "全国技术交易网络"},
        "POST /network/statements": {"venue": "TJTE"},
        "POST /network/statements/{statement}/receipt": {"receipt": ids["suspense_receipt"]},
        "POST /my/custody": {"technology": str(owned[3]), "to": "SZTE", "reason": "theirs"},
        "POST /network/custody": {"technology": str(owned[3]), "to": "SZTE", "reason": "ours"},
        "POST /receipts/{receipt}/undo": {"reason": "A digit was typed twice."},
        "POST /my/custody/several": {
            "technologies": [str(owned[3])],
            "to": "SZTE",
            "reason": "theirs",
        },
        "POST /network/custody/several": {
            "technologies": [str(owned[3])],
            "to": "SZTE",
            "reason": "ours",
        },
        "POST /network/custody/several/{step}": {"moves": [str(owned[3])]},
        "POST /network/duplicates/{claim}/propose": {"upheld": "SZTE", "reasons": "It is older."},
        "POST /project-invitations/{project}/parts": {"bundle": str(bundle.id), "asked_fen": 100},
        "POST /projects": {"title_zh": "联合", "venues": [], "parts_by": "2030-01-01T09:00:00Z"},
        "POST /procedures": {"parts": ["desk"], "name_zh": "流程"},
        "POST /orders": {
            "venue": "SZTE",
            "listing": str(new_id()),
            "accepts_conditions": True,
        },
        "POST /orders/{order}/sign": {"text_digest": digest},
        "POST /log/peers": {"kind": "log", "keys": [_log_key("third.example/log")]},
        "POST /log/erasures": {"what": "content", "target": other_blob, "reason": "asked for"},
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
        "POST /rights/bundle-applications": {"bundle": str(bundle.id)},
        "POST /rights/applications/{application}/set-aside": {
            "items": [{"technology": str(spare.id), "reason": "No proof."}]
        },
        "POST /rights/objections/{objection}/arguments": {"text": "It is ours."},
        "POST /rights/empowerments": {
            "technologies": [str(frozen_patent.id)],
            "form": "ownership_share",
            "beneficiaries": [{"party": str(inventor.id), "share": "1/2"}],
            "contributors_share": "7/10",
            "contributions": [{"party": str(inventor.id), "part": "1"}],
            "diligence": {
                "published_from": "2022-05-01",
                "published_until": "2022-05-20",
                "published_where": "The notice board",
                "publicity_document": str(secret_file.id),
                "decided_by": "The meeting of the president",
                "decided_on": "2022-05-21",
                "decision_document": str(secret_file.id),
                "price_basis": "agreement",
                "price_statement": "Agreed.",
                "price_document": str(secret_file.id),
            },
        },
        "POST /rights/incomes/{statement}/costs": {"costs": []},
        "POST /rights/incomes/{statement}/given": {
            "contributor": str(inventor.id),
            "given_on": "2022-07-01",
            "proof": "Bank transfer no. 1",
        },
        "POST /rights/applications/{application}/evidence": {"documents": [str(secret_file.id)]},
        "POST /rights/disposals/{entry}/outside-step": {
            "filed_on": "2022-07-01",
            "office_number": "2022080900123450",
            "evidence": [str(court)],
        },
        "POST /rights/licences": {
            "technology": str(licensed_patent.id),
            "licensee": str(co_owner.id),
            "mode": "ordinary",
            "starts_on": "2022-08-01",
            "ends_on": "2025-07-31",
            "evidence": [str(secret_file.id)],
        },
        "POST /rights/pledges": {
            "technologies": [str(licensed_patent.id)],
            "pledgee": str(co_owner.id),
            "secured_fen": 1_000_000,
            "evidence": [str(secret_file.id)],
        },
        "POST /rights/shares": {
            "technology": str(licensed_patent.id),
            "ownership": [
                {"party": str(seller.id), "share": "1/2"},
                {"party": str(co_owner.id), "share": "1/2"},
            ],
            "evidence": [str(secret_file.id)],
        },
        "POST /rights/restrictions/{entry}/consent": {"kinds": ["transfer"], "until": "2030-01-01"},
        "POST /rights/entries/{entry}/correction": {"reason": "A slip.", "evidence": [str(court)]},
        "POST /rights/cancellations": {"technology": str(licensed_patent.id), **on_paper},
        "POST /rights/grants/{entry}/termination": on_paper,
        "POST /rights/pre-emptions": {
            "technology": str(licensed_patent.id),
            "holder": str(co_owner.id),
            "origin": "contract",
            "evidence": [str(court)],
        },
        "POST /rights/pre-emption-requests": {
            "technology": str(licensed_patent.id),
            "holder": str(co_owner.id),
            "origin": "contract",
            "evidence": [str(secret_file.id)],
        },
        "POST /rights/fundings": {
            "technology": str(licensed_patent.id),
            "programme": "National Key R&D Programme",
            **on_paper,
        },
        "POST /rights/restrictions/{entry}/approval-abroad": {
            "kinds": ["transfer"],
            "until": "2030-01-01",
            "evidence": [str(court)],
        },
        "POST /rights/restrictions/{entry}/release-on-paper": on_paper,
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
        "POST /certificate-proposals": {
            "kind": TRAINING.value,
            "said": {**SAID, "trainer": str(seller.id)},
            "evidence": [str(court)],
        },
        "POST /certificate-reissues": {"reason": "A key was declared compromised."},
        "POST /certificate-templates/{certificate_kind}": {
            **wording.default(TRAINING).plain(),
            "reason": "The heading is new.",
        },
        "POST /deals/{deal}/acceptance": {"digest": digest},
        "POST /project-parts/{part}/acceptance": {"digest": f"sha256:{0:064}"},
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


def _log_key(name: str) -> str:
    return str(VerifierKey(name, secrets.token_bytes(32)).text())


def _proposal(*, trainer, now):
    """A certificate and the words on its kind, proposed by an officer who decides on neither."""
    clerk = people.officer("certificates")
    paper = documents.store(
        actor=clerk,
        now=now,
        owner=subject("venue", new_id()),
        name="list.pdf",
        media_type="application/pdf",
        data=people.EVIDENCE,
    )
    proposed = certificates.propose(
        actor=clerk,
        now=now,
        kind=TRAINING,
        said={**SAID, "trainer": str(trainer)},
        evidence=[paper.id],
    )
    certificates.propose_template(
        actor=clerk,
        now=now,
        kind=TRAINING,
        data=wording.default(TRAINING).plain(),
        note="The first words of our own.",
    )
    return proposed.id


def _reissue(*, now):
    """One that waits for a decision: there are no files here that an action could ask for."""
    row = Reissue.objects.create(
        made_before=now, reason="A key was declared compromised.", total=1, proposed_at=now
    )
    return row.id


def _certificate(entry, now) -> str:
    matter, about = register_matters.of_entry(entry)
    source = subject("right_entry", entry)
    issued = certificates.issue(
        actor=SYSTEM, now=now, source=source, matter=matter, technologies=about
    )
    return issued.number
