"""
Builders for other areas' tests, through real actions.

    patent  = a_technology(university)                       entered, in force
    patent  = registered_technology(university)              … and registered after its notice
    patents = registered_technologies(university, 35)        one application
    entry   = transferred(deal, patent, seller, buyer)       prepared, office's step, effected
"""

import itertools
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from hutong.documents import actions as documents
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.ids import new_id, subject
from hutong.kit.moments import local_date
from hutong.parties.queries import PartyView
from hutong.parties.testing import NINE_IN_SHANGHAI, member_of, staff
from hutong.rights import actions, queries
from hutong.rights.acts import Mode
from hutong.rights.checklists import ApplicationKind, all_yes
from hutong.rights.empowerment import Contribution, Diligence, File, Grant, Plan
from hutong.rights.procedure_words import Form, PriceBasis, Reward
from hutong.rights.queries import ApplicationView
from hutong.rights.rules import Decision
from hutong.rights.scope import Scope
from hutong.technologies import actions as technologies
from hutong.technologies.numbers import check_digit
from hutong.technologies.queries import TechnologyView

WHOLE = Fraction(1)
PDF = b"%PDF-1.7\n% evidence made for a test\n%%EOF\n"


def a_document(actor: Actor, *, now: datetime = NINE_IN_SHANGHAI) -> UUID:
    """A stored document of the actor's."""
    owner = subject("right_evidence", actor.party) if actor.party else subject("office", new_id())
    stored = documents.store(
        actor=actor,
        now=now,
        owner=owner,
        name="evidence.pdf",
        media_type="application/pdf",
        data=PDF,
    )
    return stored.id


# Serial numbers of patents: from anywhere, none twice.
_SERIALS = itertools.count(secrets.randbelow(10**7))


def a_technology(
    party: PartyView,
    *,
    kind: str = "patent",
    title_zh: str = "一种高温合金的制备方法",
    legal_status: str = "in_force",
    now: datetime = NINE_IN_SHANGHAI,
    **said: object,
) -> TechnologyView:
    """An entered technology of the party; statutory ones with a new application number."""
    record: dict[str, object] = {"kind": kind, "title_zh": title_zh, **said}
    if kind in ("patent", "patent_application"):
        digits = f"20201{next(_SERIALS) % 10**7:07d}"
        record |= {
            "application_number": f"CN{digits}.{check_digit(digits)}",
            "legal_status": legal_status,
            "expires_on": date(2040, 1, 1),
        }
    else:
        record.setdefault("abstract_zh", f"内部编号 {secrets.token_hex(4)}")
    return technologies.enter(actor=member_of(party), now=now, said=record)


def submitted_application(
    party: PartyView,
    of: Sequence[UUID] | None = None,
    holders: Sequence[tuple[UUID, Fraction]] | None = None,
    *,
    now: datetime = NINE_IN_SHANGHAI,
) -> ApplicationView:
    """An application of the party, submitted with evidence."""
    actor = member_of(party)
    drafted = actions.apply_first_registration(
        actor=actor,
        now=now,
        technologies=list(of) if of is not None else [a_technology(party, now=now).id],
        holders=holders or [(party.id, WHOLE)],
        evidence=[a_document(actor, now=now)],
    )
    return actions.submit(actor=actor, now=now, application=drafted.id)


def noticed_application(
    party: PartyView,
    of: Sequence[UUID] | None = None,
    holders: Sequence[tuple[UUID, Fraction]] | None = None,
    *,
    now: datetime = NINE_IN_SHANGHAI,
) -> ApplicationView:
    """An application in public notice."""
    submitted = submitted_application(party, of, holders, now=now)
    return actions.examine(
        actor=staff("registrar", now=now),
        now=now,
        application=submitted.id,
        decision=Decision.ACCEPT,
        findings="The evidence is complete.",
        checks=all_yes(),
    )


def registered_application(
    party: PartyView,
    of: Sequence[UUID] | None = None,
    holders: Sequence[tuple[UUID, Fraction]] | None = None,
    *,
    now: datetime = NINE_IN_SHANGHAI,
) -> ApplicationView:
    """An application begun at `now` and registered when its notice was over."""
    noticed = noticed_application(party, of, holders, now=now)
    assert noticed.ends_at is not None
    return actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=noticed.id)


def registered_technology(
    party: PartyView,
    *,
    kind: str = "patent",
    title_zh: str = "一种高温合金的制备方法",
    holders: Sequence[tuple[UUID, Fraction]] | None = None,
    now: datetime = NINE_IN_SHANGHAI,
    **said: Any,
) -> TechnologyView:
    """A technology entered by the party and registered (it alone, or to `holders`).

    The public notice is sat out: the register entry is 15 days after `now`.
    """
    technology = a_technology(party, kind=kind, title_zh=title_zh, now=now, **said)
    registered_application(party, [technology.id], holders, now=now)
    return technology


def registered_technologies(
    party: PartyView, count: int, *, now: datetime = NINE_IN_SHANGHAI
) -> list[TechnologyView]:
    """Several technologies registered by one application."""
    entered = [
        a_technology(party, title_zh=f"一种检测方法之{n}", now=now) for n in range(1, count + 1)
    ]
    registered_application(party, [technology.id for technology in entered], now=now)
    return entered


def empowerment_file(
    institution: PartyView,
    inventors: Sequence[UUID],
    *,
    form: Form = Form.OWNERSHIP_SHARE,
    shares: Sequence[Fraction] = (Fraction(1, 2),),
    years: int | None = None,
    contributors_share: Fraction = Fraction(7, 10),
    now: datetime = NINE_IN_SHANGHAI,
) -> File:
    """A file of empowerment that holds all RR-9 asks; inventors contribute in equal parts."""
    actor = member_of(institution)
    today = now.date()
    part = Fraction(1, len(inventors))
    owned = form is Form.OWNERSHIP_SHARE
    return File(
        grant=Grant(
            form=form,
            years=years if years or owned else 10,
            beneficiaries=tuple(
                (inventor, shares[index % len(shares)] if owned else None)
                for index, inventor in enumerate(inventors)
            ),
        ),
        diligence=Diligence(
            published_from=today - timedelta(days=40),
            published_until=today - timedelta(days=20),
            published_where="校内公示栏",
            publicity_document=a_document(actor, now=now),
            decided_by="校长办公会",
            decided_on=today - timedelta(days=15),
            decision_document=a_document(actor, now=now),
            price_basis=PriceBasis.VALUATION,
            price_statement="以资产评估结果为依据。",
            price_document=a_document(actor, now=now),
        ),
        plan=Plan(
            share=contributors_share,
            contributions=tuple(
                Contribution(party=inventor, part=part, reward=Reward.CASH)
                for inventor in inventors
            ),
        ),
    )


def empowered(
    institution: PartyView,
    technologies: Sequence[UUID],
    inventors: Sequence[PartyView],
    *,
    now: datetime,
    **said: Any,
) -> ApplicationView:
    """An empowerment over registered rights that went the whole way: agreed to, examined, noticed,
    registered when its notice was over."""
    actor = member_of(institution)
    file = empowerment_file(institution, [one.id for one in inventors], now=now, **said)
    drafted = actions.apply_empowerment(actor=actor, now=now, technologies=technologies, file=file)
    for inventor in inventors:
        actions.consent(actor=member_of(inventor), now=now, application=drafted.id)
    actions.submit(actor=actor, now=now, application=drafted.id)
    noticed = actions.examine(
        actor=staff("registrar", now=now),
        now=now,
        application=drafted.id,
        decision=Decision.ACCEPT,
        findings="The file is complete.",
        checks=all_yes(ApplicationKind.EMPOWERMENT),
    )
    assert noticed.ends_at is not None
    return actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=drafted.id)


def outside_step(entry: UUID, *, now: datetime, effective_on: date) -> None:
    """Record the office's entry of a prepared transfer."""
    registrar = staff("registrar", now=now)
    actions.record_outside_step(
        actor=registrar,
        now=now,
        entry=entry,
        filed_on=effective_on,
        effective_on=effective_on,
        office_number="2022080900123450",
        evidence=[a_document(registrar, now=now)],
    )


def transferred(
    technology: UUID,
    giver: UUID,
    taker: UUID,
    *,
    now: datetime,
    share: Fraction = WHOLE,
    deal: UUID | None = None,
) -> queries.EntryView:
    """A transfer that went the whole way."""
    entry = actions.prepare_transfer(
        actor=SYSTEM,
        now=now,
        deal=deal or new_id(),
        technology=technology,
        from_party=giver,
        to_party=taker,
        share=share,
    )
    if queries.disposal(entry).outside_step == "missing":
        outside_step(entry, now=now, effective_on=now.date())
    return actions.effect_disposal(actor=SYSTEM, now=now, entry=entry)


def filed_licence(
    technology: UUID,
    licensor: PartyView,
    licensee: PartyView,
    *,
    scope: Scope,
    now: datetime,
    mode: Mode = Mode.ORDINARY,
    **said: Any,
) -> UUID:
    """A licence that waits for its licensee's agreement."""
    actor = member_of(licensor)
    filing = actions.file_licence(
        actor=actor,
        now=now,
        technology=technology,
        licensee=licensee.id,
        mode=mode,
        scope=scope,
        evidence=[a_document(actor, now=now)],
        **said,
    )
    return filing.id


def submitted_filing(
    technology: UUID, licensor: PartyView, licensee: PartyView, *, scope: Scope, now: datetime
) -> UUID:
    """An exclusive licence everybody has agreed to, before the registrar."""
    filing = filed_licence(
        technology, licensor, licensee, scope=scope, now=now, mode=Mode.EXCLUSIVE
    )
    return actions.agree(actor=member_of(licensee), now=now, filing=filing).id


def licensed(
    technology: UUID,
    licensor: PartyView,
    licensee: PartyView,
    *,
    scope: Scope,
    now: datetime,
    mode: Mode = Mode.ORDINARY,
    **said: Any,
) -> UUID:
    """A licence in the register, by its entry."""
    filing = filed_licence(technology, licensor, licensee, scope=scope, now=now, mode=mode, **said)
    done = actions.agree(actor=member_of(licensee), now=now, filing=filing)
    if done.status != "entered":
        done = approved(filing, now=now)
    return done.entries[0]


def approved(filing: UUID, *, now: datetime) -> queries.FilingView:
    return actions.approve_filing(
        actor=staff("registrar"), now=now, filing=filing, findings="In order."
    )


def pledged(
    technology: UUID,
    pledgor: PartyView,
    pledgee: PartyView,
    *,
    now: datetime,
    debt_due_on: date | None = None,
) -> UUID:
    """A pledge in the register, with the office's step; by its entry."""
    actor = member_of(pledgor)
    filing = actions.file_pledge(
        actor=actor,
        now=now,
        technologies=[technology],
        pledgee=pledgee.id,
        secured_fen=100_000_000,
        debt_due_on=debt_due_on,
        evidence=[a_document(actor, now=now)],
    )
    actions.agree(actor=member_of(pledgee), now=now, filing=filing.id)
    done = approved(filing.id, now=now)
    for bound in done.bound:
        if bound.outside_step == "missing":
            outside_step(bound.entry, now=now, effective_on=local_date(now))
    return queries.filing(filing.id).entries[0]
