"""
What the browser tests find at their venue: something in every state that a page shows.

Made by real actions, in this process, before the venue's own processes start. Everything has its name
in both languages, so that a word in the wrong one is a fault of a page.
"""

import time
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

NOTICE = timedelta(days=16)
HOSTILE = "<script>alert(1)</script>\u202e<img src=x onerror=alert(2)>" + "W" * 150
OFFICERS = (
    "administrator",
    "registrar",
    "listing",
    "trading",
    "settlement",
    "compliance",
    "certificates",
    "supervisor",
)


def seed() -> dict[str, Any]:
    """Found a demo venue, play what happened so far, and say what is where."""
    from hutong.node import founding
    from hutong.node.keys import make_keyring
    from hutong.node.worker import work_until_quiet
    from hutong.transparency.testing import forget

    start = founding.DEMO_START
    founding.found(rulebook=founding.demo_rulebook(), now=start)
    forget(make_keyring().keyring)
    seeded = _past(start)
    work_until_quiet(now=start + timedelta(days=45), real_now=datetime.now(UTC))
    _move_clock(start + timedelta(days=60))
    seeded |= _present()
    seeded |= _encumbered()
    work_until_quiet(now=_now(), real_now=datetime.now(UTC))
    _sign(UUID(seeded["decided_listing"]))
    certificate = _certificate(UUID(seeded["deal"]), seeded["people"]["certificates"][0])
    return {
        **seeded,
        "certificate": certificate,
        "sessions": {role: _session(*who) for role, who in seeded["people"].items()},
    }


def _certificate(deal: UUID, officer: UUID) -> str:
    """The number of the deal's certificate, whose revocation an officer asks for.

    The same officer proposes a certificate on evidence, and words for its kind.
    """
    from hutong.certificates import actions, wording
    from hutong.certificates.kinds import Kind
    from hutong.certificates.schemas import SAID
    from hutong.deals import queries
    from hutong.documents import actions as documents
    from hutong.kit.ids import subject
    from hutong.parties.testing import EVIDENCE, signed_in

    clerk, settled = signed_in(officer), queries.deal(deal)
    actions.ask_revocation(
        actor=clerk, now=_now(), certificate=settled.certificate, reason="A test of the desk."
    )
    paper = _store(documents, clerk, _now(), subject("venue", "papers"), "results.pdf", EVIDENCE)
    said = {
        "person": {"name": "A learner"},
        "training": {**SAID["training"], "course": "A course for technology managers"},
        "trainer": str(settled.seller),
    }
    act = {"actor": clerk, "now": _now(), "kind": Kind.TRAINING}
    actions.propose(**act, said=said, evidence=[paper])
    words = {**wording.default(Kind.TRAINING).plain(), "seal": "培训"}
    actions.propose_template(**act, data=words, note="A word of our own in the seal.")
    actions.propose_reissue(
        actor=clerk,
        now=_now(),
        kind=None,
        made_before=None,
        older_words=False,
        reason="A test of the desk.",
    )
    return settled.certificate


def _sign(listing: UUID) -> None:
    """Both sides sign the deal of the auction: its transfer waits for the office's step."""
    from hutong.deals import queries
    from hutong.deals.testing import accepted_by

    [deal] = queries.of_listing(listing)
    for side in (deal.seller, deal.buyer):
        accepted_by(deal, side, now=_now())


def _now() -> datetime:
    from hutong.due import queries

    return queries.venue_now(datetime.now(UTC))


def _move_clock(to: datetime) -> None:
    from hutong.due.models import Clock

    Clock.objects.update(offset=to - datetime.now(UTC))


def _past(start: datetime) -> dict[str, Any]:
    """Who there is, a deal that was settled, and what it left behind."""
    from hutong.parties.testing import member_of, officer, verified_party
    from hutong.settlement import actions as settlement
    from hutong.settlement.rules import BankAccount
    from hutong.settlement.testing import settled_deal

    officers = {role: officer(role, now=start) for role in OFFICERS}
    university = verified_party(
        "上海某大学", now=start, name_en="A University in Shanghai", state_owned=True
    )
    firms = [
        verified_party(f"{name}科技有限公司", "enterprise", now=start, name_en=f"{english} Ltd.")
        for name, english in (("甲", "Alpha"), ("乙", "Beta"))
    ]
    deal, _money = settled_deal(
        now=start,
        seller=university,
        buyer=firms[0],
        title_zh="高温合金制备方法专利权转让",
        title_en="Transfer of a superalloy patent",
    )
    payout = settlement.request_payout(
        actor=member_of(university),
        now=deal.opened_at,
        amount_fen=100_00,
        account=BankAccount(holder="上海某大学", bank="某银行上海分行", number="6222000012345678"),
    )
    people = {role: (actor.person, None) for role, actor in officers.items()}
    for name, party in (("university", university), ("alpha", firms[0]), ("beta", firms[1])):
        people[name] = (member_of(party).person, party.id)
    return {
        "people": people,
        "parties": {"university": university, "alpha": firms[0], "beta": firms[1]},
        "deal": str(deal.id),
        "sold": str(deal.listing),
        "payout": str(payout.id),
    }


def _present() -> dict[str, Any]:
    """What waits for somebody, and what is on now."""
    from hutong.auctions import actions as auctions
    from hutong.auctions.actions import Bidder, Book
    from hutong.auctions.actions.judging import Receipt
    from hutong.auctions.testing import an_open_lot
    from hutong.documents import actions as documents
    from hutong.documents.rules import Access
    from hutong.kit.actor import SYSTEM
    from hutong.kit.ids import new_id, subject
    from hutong.kit.moments import microseconds
    from hutong.listings.testing import (
        applied_intent,
        cut_off,
        deposited_intent,
        drafted_listing,
        open_listing,
        submitted_listing,
    )
    from hutong.parties import actions, queries
    from hutong.parties.testing import EVIDENCE, member_of, unverified_party
    from hutong.rights.testing import (
        a_technology,
        noticed_application,
        registered_technology,
        submitted_application,
    )
    from hutong.settlement.testing import asked_deposit, received

    now = _now()
    parties = {p.name_en: p for p in (queries.party(id) for id in _verified())}
    university = parties["A University in Shanghai"]
    alpha, beta = parties["Alpha Ltd."], parties["Beta Ltd."]

    waiting = unverified_party(
        "浦东某研究院", "research_institute", now=now, name_en="An Institute in Pudong"
    )
    owner = member_of(waiting)
    licence = _store(documents, owner, now, subject("party", waiting.id), "licence.pdf", EVIDENCE)
    actions.attach_evidence(
        actor=owner, now=now, party=waiting.id, document=licence, proves="法人登记证照"
    )
    actions.submit_for_verification(actor=owner, now=now, party=waiting.id)

    said = {
        "title_en": "A high-entropy alloy and its preparation",
        "abstract_zh": "一种耐磨耐蚀的高熵合金。",
        "abstract_en": "A wear-resistant, corrosion-resistant high-entropy alloy.",
        "ipc": ["C22C30/00"],
        "trl": 6,
    }
    technology = a_technology(university, title_zh="一种高熵合金及其制备方法", now=now, **said)
    for name, access in (("brief.pdf", Access.PUBLIC), ("parameters.pdf", Access.QUALIFIED)):
        place = subject("technology", technology.id)
        _store(documents, member_of(university), now, place, name, EVIDENCE, access)
    a_technology(  # what should never happen to a page, in every list of technologies
        university,
        kind="know_how",
        title_zh=HOSTILE,
        title_en=HOSTILE,
        abstract_zh="W" * 4_000,
        now=now,
    )
    noticed = noticed_application(university, [technology.id], now=now)
    submitted = submitted_application(university, now=now)

    on_offer = registered_technology(university, title_zh="一种检测方法", now=now - NOTICE)
    titles = {"title_zh": "检测方法专利权转让", "title_en": "Transfer of a testing method"}
    listing = open_listing(university, [on_offer.id], now=now, **titles)
    intent = applied_intent(listing, alpha, now=now)
    asked_deposit(intent, now=now)
    received("no reference known", 5_000_00, now=now)
    offered = registered_technology(university, title_zh="一种涂层", now=now - NOTICE)
    drafted_listing(university, [offered.id], now=now, title_zh="涂层许可", title_en="A licence")
    to_examine = submitted_listing(
        university,
        [offered.id],
        now=now,
        title_zh="涂层专利权转让",
        title_en="Transfer of a coating",
    )

    def lot(intents: Any = (), **given: Any) -> UUID:
        ids = [intent.id for intent in intents] or [new_id(), new_id()]
        return an_open_lot(
            bidders=[Bidder(alpha.id, ids[0]), Bidder(beta.id, ids[1])],
            seller=university.id,
            opening_fen=100_000_00,
            increment_fen=1_000_00,
            limited_seconds=10,
            **given,
        )

    def concluded(of: str, **titles: str) -> tuple[Any, Any]:
        """A listing whose period ended with two buyers, and their intents."""
        then = now - timedelta(days=55)
        right = registered_technology(university, title_zh=of, now=then)
        listing = open_listing(
            university, [right.id], now=now - timedelta(days=38), price_fen=100_000_00, **titles
        )
        intents = [deposited_intent(listing, firm, now=now - NOTICE) for firm in (alpha, beta)]
        return cut_off(listing), intents

    auctioned, intents = concluded(
        "一种传感器", title_zh="传感器专利权转让", title_en="Transfer of a sensor"
    )
    over = auctioned.ends_at
    decided = lot(opens_at=over, free_seconds=1, listing=auctioned.id, intents=intents)
    bid = Receipt(str(uuid4()), 1, 100_000_00, microseconds(over))
    auctions.judge(batches={decided: [bid]}, book=Book())
    auctions.close_lot(actor=SYSTEM, now=over + timedelta(seconds=12), lot=decided)
    on_sale, ready = concluded(
        "一种涂层", title_zh="耐磨涂层专利权转让", title_en="Transfer of a hard coating"
    )
    running = lot(opens_at=now, free_seconds=900, listing=on_sale.id, intents=ready)
    return {
        "technology": str(technology.id),
        "notice": str(noticed.id),
        "submitted": str(submitted.id),
        "waiting": str(waiting.id),
        "lot": str(running),
        "decided": str(decided),
        "decided_listing": str(auctioned.id),
        "listing": str(listing.id),
        "intent": str(intent.id),
        "to_examine": str(to_examine.id),
    }


def _encumbered() -> dict[str, Any]:
    """Rights with others' rights in them: pledged and sold, licensed, held by two."""
    from hutong.kit.moments import local_date
    from hutong.listings import actions as listings
    from hutong.listings.offers import LicenceTerms
    from hutong.listings.testing import drafted_listing
    from hutong.parties import queries
    from hutong.parties.testing import member_of
    from hutong.rights import actions as register
    from hutong.rights.acts import Mode
    from hutong.rights.scope import Field, Scope, Term, Territory
    from hutong.rights.testing import (
        a_document,
        a_technology,
        licensed,
        pledged,
        registered_application,
        registered_technology,
    )
    from hutong.settlement import actions as settlement
    from hutong.settlement.testing import held_proceeds

    now = _now()
    then, today = now - timedelta(days=40), local_date(now)
    parties = {p.name_en: p for p in (queries.party(id) for id in _verified())}
    university = parties["A University in Shanghai"]
    alpha, beta = parties["Alpha Ltd."], parties["Beta Ltd."]
    owner, bank = member_of(university), member_of(alpha)
    due = {"debt_due_on": today - timedelta(days=2)}
    sides = {"seller": university, "buyer": beta, "pledgee": alpha, "now": then}
    waiting = held_proceeds(**sides, **due, title_zh="一种电池隔膜", title_en="A battery separator")
    claimed = held_proceeds(
        **sides, **due, title_zh="一种光伏组件", title_en="A photovoltaic module"
    )
    settlement.claim_proceeds(
        actor=bank,
        now=now,
        proceeds=claimed.id,
        amount_fen=200_000_00,
        grounds="A debt that fell due.",
    )
    right = registered_technology(
        university, title_zh="一种热泵", title_en="A heat pump", now=then - NOTICE
    )
    pledge = pledged(right.id, university, beta, now=then, debt_due_on=today.replace(year=2030))
    register.consent_to_disposals(
        actor=member_of(beta),
        now=then,
        restriction=pledge,
        kinds=["ordinary", "exclusive"],
        until=today.replace(year=2028),
    )
    scope = Scope(
        Territory.of(["310000", "320000", "US"]),
        Field.of(["F25B"]),
        Term.of(local_date(then), today.replace(year=2029)),
    )
    grant = licensed(right.id, university, alpha, scope=scope, now=then, sublicensable=True)
    correction = register.file_pre_emption(
        actor=bank,
        now=now,
        technology=right.id,
        holder=alpha.id,
        origin="contract",
        words="7",
        evidence=[a_document(bank, now=now)],
    )
    shared = a_technology(university, title_zh="一种阀门", title_en="A valve", now=then - NOTICE)
    half = Fraction(1, 2)
    holders = [(university.id, half), (beta.id, half)]
    registered_application(university, [shared.id], holders, now=then - NOTICE)
    terms = LicenceTerms(territory=("CN",), ends_on=today.replace(year=2030))
    draft = drafted_listing(
        university,
        [shared.id],
        now=now,
        title_zh="阀门独占许可",
        title_en="An exclusive licence of a valve",
        offer_kind="licence",
        share=None,
        licence_mode=Mode.EXCLUSIVE.value,
        licence=terms,
    )
    listings.ask_co_owners(actor=owner, now=now, listing=draft.id)
    return {
        "proceeds": str(waiting.id),
        "claimed": str(claimed.id),
        "pledged": str(right.id),
        "pledge": str(pledge),
        "grant": str(grant),
        "noting": str(correction.id),
        "joining": str(draft.id),
    }


def _verified() -> list[UUID]:
    from hutong.parties.models import Party

    return list(Party.objects.filter(status="verified").values_list("id", flat=True))


def _store(
    documents: Any,
    actor: Any,
    now: datetime,
    owner: str,
    name: str,
    data: bytes,
    access: Any = None,
) -> UUID:
    given = {} if access is None else {"access": access}
    stored = documents.store(
        actor=actor,
        now=now,
        owner=owner,
        name=name,
        media_type="application/pdf",
        data=data,
        **given,
    )
    return UUID(str(stored.id))


def _session(person: UUID, party: UUID | None) -> str:
    """A session signed in with a second factor; its key is what a browser keeps."""
    from django.contrib.auth import (
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
        get_user_model,
    )

    from hutong.node.sessions import SessionStore

    user = get_user_model().objects.get(pk=person)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "hutong.parties.backends.Password"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    if party is not None:
        session["party"] = str(party)
    session.save()
    return str(session.session_key)
