"""Two acts on the same right at the same moment, against real commits: one wins (RR-7)."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions, queries
from hutong.rights.acts import Mode
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.refusals import Refusal
from hutong.rights.rules import Status
from hutong.rights.scope import Field, Scope, Term, Territory
from hutong.rights.testing import (
    a_document,
    a_technology,
    filed_licence,
    noticed_application,
    registered_technology,
)

ROUNDS = 3
WHOLE, HALF = Fraction(1), Fraction(1, 2)


def refusals(results: list[Any]) -> list[Any]:
    return [result.reason for result in results if isinstance(result, Refused)]


def test_two_applications_over_one_technology_submitted_at_once_leave_one(
    own_database, venue, at_once
):
    university = verified_party("上海某大学")
    actor = member_of(university)
    document = a_document(actor)
    for _ in range(ROUNDS):
        technology = a_technology(university).id
        drafts = [
            actions.apply_first_registration(
                actor=actor,
                now=venue.now,
                technologies=[technology],
                holders=[(university.id, WHOLE)],
                evidence=[document],
            )
            for _ in range(2)
        ]
        results = at_once(
            *(
                lambda d=d: actions.submit(actor=actor, now=venue.now, application=d.id)
                for d in drafts
            )
        )
        assert refusals(results) == [Refusal.APPLICATION_PENDING]
    assert list(queries.audit()) == []


def test_a_notice_closed_twice_at_once_registers_once(own_database, venue, at_once):
    university = verified_party("上海某大学")
    for _ in range(ROUNDS):
        noticed = noticed_application(university)

        def close(noticed=noticed):
            return actions.close_notice(actor=SYSTEM, now=noticed.ends_at, application=noticed.id)

        results = at_once(close, close)
        assert refusals(results) == [CommonRefusal.OUT_OF_STATE]
        assert len(queries.title(noticed.technologies[0]).chain) == 1
    assert list(queries.audit()) == []


def test_an_objection_against_the_end_of_the_notice_comes_before_or_too_late(
    own_database, venue, at_once
):
    university = verified_party("上海某大学")
    firm = member_of(verified_party("某公司", kind="enterprise"))
    for _ in range(ROUNDS):
        noticed = noticed_application(university)
        just_before = noticed.ends_at - timedelta(microseconds=1)
        filed, closed = at_once(
            lambda n=noticed, at=just_before: actions.object_to(
                actor=firm, now=at, application=n.id, grounds="It is ours."
            ),
            lambda n=noticed: actions.close_notice(actor=SYSTEM, now=n.ends_at, application=n.id),
        )
        if isinstance(filed, Refused):
            assert filed.reason is Refusal.NOTICE_OVER
            assert closed.status is Status.REGISTERED
        else:
            assert closed.reason is Refusal.NOTICE_STOPPED
            assert not queries.title(noticed.technologies[0]).registered
    assert list(queries.audit()) == []


def test_two_deals_over_one_right_prepare_one_disposal(own_database, venue, at_once):
    seller = verified_party("上海某大学")
    buyers = [verified_party(f"第{n}公司", kind="enterprise") for n in range(3)]
    for _ in range(ROUNDS):
        patent = registered_technology(seller)
        results = at_once(
            *(
                lambda b=b, p=patent: actions.prepare_transfer(
                    actor=SYSTEM,
                    now=venue.now,
                    deal=new_id(),
                    technology=p.id,
                    from_party=seller.id,
                    to_party=b.id,
                    share=HALF,
                )
                for b in buyers
            )
        )
        assert refusals(results) == [Refusal.DISPOSAL_PENDING] * 2
        assert len(queries.title(patent.id).pending) == 1
    assert list(queries.audit()) == []


def test_a_freeze_against_a_settlement_is_before_it_or_after(own_database, venue, at_once):
    seller = verified_party("上海某大学")
    buyer = verified_party("某公司", kind="enterprise")
    registrar = officer("registrar")
    paper = a_document(registrar)
    for _ in range(ROUNDS):
        secret = registered_technology(seller, kind="know_how", title_zh="一种配方")
        now = venue.now + timedelta(days=20)
        entry = actions.prepare_transfer(
            actor=SYSTEM,
            now=now,
            deal=new_id(),
            technology=secret.id,
            from_party=seller.id,
            to_party=buyer.id,
            share=WHOLE,
        )
        settled, frozen = at_once(
            lambda e=entry, at=now: actions.effect_disposal(actor=SYSTEM, now=at, entry=e),
            lambda t=secret, at=now: actions.freeze(
                actor=registrar,
                now=at,
                technology=t.id,
                authority="某法院",
                paper="（2022）沪民初100号",
                document=paper,
            ),
        )
        owner = queries.title(secret.id).ownership
        assert not isinstance(frozen, Refused)
        if isinstance(settled, Refused):
            assert settled.reason is Refusal.FROZEN
            assert owner == {seller.id: WHOLE}
        else:
            assert owner == {buyer.id: WHOLE}
    assert list(queries.audit()) == []


# Grants and pledges (RR-4, RR-6) ---------------------------------------------------------------


def scope(now, places=("CN",)):
    return Scope(Territory.of(places), Field.of(), Term.of(now.date(), date(2030, 1, 1)))


def agreeing(actor, filing, now):
    return lambda: actions.agree(actor=actor, now=now, filing=filing)


def test_two_conflicting_licences_agreed_to_at_once_leave_one(own_database, venue, at_once):
    owner = verified_party("上海某大学")
    takers = [verified_party(f"第{n}公司", kind="enterprise") for n in range(2)]
    people = [member_of(taker) for taker in takers]
    for modes in ((Mode.EXCLUSIVE, Mode.SOLE), (Mode.EXCLUSIVE, Mode.ORDINARY)):
        patent = registered_technology(owner)
        now = venue.now + timedelta(days=20)
        filings = [
            filed_licence(patent.id, owner, taker, scope=scope(now), now=now, mode=mode)
            for taker, mode in zip(takers, modes, strict=True)
        ]
        registrar = officer("registrar")

        def conclude(actor, filing, now=now, registrar=registrar):
            done = actions.agree(actor=actor, now=now, filing=filing)
            if done.status == "entered":
                return done
            return actions.approve_filing(
                actor=registrar, now=now, filing=filing, findings="In order."
            )

        results = at_once(
            *(lambda a=a, f=f: conclude(a, f) for a, f in zip(people, filings, strict=True))
        )
        [refused] = refusals(results)
        assert refused in {
            Refusal.DISPOSAL_PENDING,
            GrantRefusal.EXCLUSIVE_STANDS,
            GrantRefusal.LICENCE_STANDS,
        }
        assert len(queries.use_of(patent.id, now.date())) == 1
    assert list(queries.audit()) == []


def test_a_pledge_against_a_sale_binds_the_right_once(own_database, venue, at_once):
    owner = verified_party("上海某大学")
    buyer = verified_party("某公司", kind="enterprise")
    bank = verified_party("某银行", kind="enterprise")
    for _ in range(2):
        patent = registered_technology(owner)
        now = venue.now + timedelta(days=20)
        actor = member_of(owner)
        filing = actions.file_pledge(
            actor=actor,
            now=now,
            technologies=[patent.id],
            pledgee=bank.id,
            secured_fen=1_000_000,
            evidence=[a_document(actor, now=now)],
        )
        results = at_once(
            agreeing(member_of(bank), filing.id, now),
            lambda p=patent, now=now: actions.prepare_transfer(
                actor=SYSTEM,
                now=now,
                deal=new_id(),
                technology=p.id,
                from_party=owner.id,
                to_party=buyer.id,
                share=WHOLE,
            ),
        )
        assert refusals(results) == [Refusal.DISPOSAL_PENDING]
        assert len(queries.title(patent.id).pending) == 1
    assert list(queries.audit()) == []


def test_a_licence_against_a_settlement_is_of_the_old_owner_or_not_at_all(
    own_database, venue, at_once
):
    seller = verified_party("上海某大学")
    buyer = verified_party("某公司", kind="enterprise")
    licensee = verified_party("某被许可人", kind="enterprise")
    for _ in range(2):
        secret = registered_technology(seller, kind="know_how", title_zh="一种配方")
        now = venue.now + timedelta(days=20)
        entry = actions.prepare_transfer(
            actor=SYSTEM,
            now=now,
            deal=new_id(),
            technology=secret.id,
            from_party=seller.id,
            to_party=buyer.id,
            share=WHOLE,
        )
        filing = filed_licence(secret.id, seller, licensee, scope=scope(now), now=now)
        settled, agreed = at_once(
            lambda e=entry, at=now: actions.effect_disposal(actor=SYSTEM, now=at, entry=e),
            agreeing(member_of(licensee), filing, now),
        )
        assert not isinstance(settled, Refused)
        granted = queries.use_of(secret.id, now.date())
        if isinstance(agreed, Refused):
            assert agreed.reason is GrantRefusal.NOT_OWNER
            assert granted == ()
        else:
            assert [g.licensor for g in granted] == [seller.id]
        assert queries.title(secret.id).ownership == {buyer.id: WHOLE}
    assert list(queries.audit()) == []
