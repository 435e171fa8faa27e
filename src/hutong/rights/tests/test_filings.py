"""From a filing to the register: agreements, examination, the office's step, other eyes (RR-7)."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from beginnings import beginning
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import new_id
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions, queries
from hutong.rights.acts import Mode
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.queries import GrantStatus
from hutong.rights.refusals import Refusal
from hutong.rights.register import Disposal
from hutong.rights.scope import Field, Scope, Term, Territory
from hutong.rights.testing import WHOLE, a_document, registered_technology, transferred

pytestmark = pytest.mark.django_db

HALF = Fraction(1, 2)
END = date(2025, 6, 30)


@beginning
def owner(venue):
    return verified_party("上海某大学")


@beginning
def licensee(venue):
    return verified_party("某科技有限公司", kind="enterprise")


@beginning
def bank(venue):
    return verified_party("某银行", kind="enterprise")


@beginning
def patent(venue, owner):
    technology = registered_technology(owner, now=venue.now)
    venue.later(days=20)
    return technology


def scope(venue, *, places=("CN",), until=END):
    return Scope(Territory.of(places), Field.of(), Term.of(venue.now.date(), until))


def file(venue, patent, licensor, licensee, mode=Mode.ORDINARY, **said):
    actor = member_of(licensor)
    said.setdefault("scope", scope(venue))
    return actions.file_licence(
        actor=actor,
        now=venue.now,
        technology=patent.id,
        licensee=licensee.id,
        mode=mode,
        evidence=[a_document(actor, now=venue.now)],
        **said,
    )


def agree(venue, filing, party):
    return actions.agree(actor=member_of(party), now=venue.now, filing=filing.id)


def approve(venue, filing):
    return actions.approve_filing(
        actor=officer("registrar"), now=venue.now, filing=filing.id, findings="In order."
    )


def licensed(venue, patent, licensor, licensee, mode=Mode.ORDINARY, **said):
    filing = agree(venue, file(venue, patent, licensor, licensee, mode, **said), licensee)
    return filing if filing.status == "entered" else approve(venue, filing)


def test_an_ordinary_licence_is_entered_when_its_licensee_agrees(venue, patent, owner, licensee):
    filed = file(venue, patent, owner, licensee)
    assert filed.status == "agreeing"
    assert queries.use_of(patent.id, venue.now.date()) == ()
    entered = agree(venue, filed, licensee)
    assert entered.status == "entered"
    [grant] = queries.use_of(patent.id, venue.now.date())
    assert (grant.licensee, grant.mode, grant.status) == (
        licensee.id,
        Mode.ORDINARY,
        GrantStatus.IN_FORCE,
    )
    assert queries.use_of(patent.id, END + timedelta(days=1))[0].status is GrantStatus.ENDED
    assert [e.kind for e in queries.title(patent.id).chain] == ["first_registration", "licence"]
    assert list(queries.audit()) == []


def test_an_exclusive_licence_is_examined_and_the_only_disposal_pending(
    venue, patent, owner, licensee
):
    filing = agree(venue, file(venue, patent, owner, licensee, Mode.EXCLUSIVE), licensee)
    assert filing.status == "submitted"
    [bound] = queries.title(patent.id).pending
    assert (bound.kind, bound.share) == ("licence", None)
    assert queries.why_not_dispose(patent.id, owner.id, WHOLE) is Refusal.DISPOSAL_PENDING
    registrar = officer("registrar")
    entered = actions.approve_filing(
        actor=registrar, now=venue.now, filing=filing.id, findings="In order."
    )
    assert entered.status == "entered"
    assert queries.title(patent.id).pending == ()
    with pytest.raises(Refused) as refused:
        file(venue, patent, owner, licensee)
    assert refused.value.reason is GrantRefusal.EXCLUSIVE_STANDS
    assert refused.value.facts["entry"] == queries.entry(entered.entries[0]).number
    assert list(queries.audit()) == []


def test_a_filing_that_is_declined_rejected_or_withdrawn_frees_the_right(
    venue, patent, owner, licensee
):
    filed = file(venue, patent, owner, licensee, Mode.SOLE)
    declined = actions.decline(
        actor=member_of(licensee), now=venue.now, filing=filed.id, reason="Too dear."
    )
    assert declined.status == "declined"
    filing = agree(venue, file(venue, patent, owner, licensee, Mode.SOLE), licensee)
    rejected = actions.reject_filing(
        actor=officer("registrar"), now=venue.now, filing=filing.id, findings="No contract."
    )
    assert (rejected.status, rejected.ended_because) == ("rejected", "No contract.")
    filing = agree(venue, file(venue, patent, owner, licensee, Mode.SOLE), licensee)
    withdrawn = actions.withdraw_filing(
        actor=member_of(owner), now=venue.now, filing=filing.id, reason="Sold instead."
    )
    assert withdrawn.status == "withdrawn"
    assert queries.why_not_dispose(patent.id, owner.id, WHOLE) is None
    with pytest.raises(Refused) as refused:
        agree(venue, filing, licensee)
    assert refused.value.reason is CommonRefusal.OUT_OF_STATE
    assert list(queries.audit()) == []


def test_nobody_of_a_side_approves_and_strangers_see_nothing(venue, patent, owner, licensee, bank):
    filing = agree(venue, file(venue, patent, owner, licensee, Mode.SOLE), licensee)
    stranger = member_of(bank)
    for act in (actions.agree, actions.withdraw_filing, actions.decline):
        said = {} if act is actions.agree else {"reason": "mine"}
        with pytest.raises(Refused) as refused:
            act(actor=stranger, now=venue.now, filing=filing.id, **said)
        assert refused.value.reason in (CommonRefusal.NOT_FOUND, CommonRefusal.OUT_OF_STATE)
    with pytest.raises(Refused) as refused:
        queries.filing(filing.id, stranger)
    assert refused.value.reason is CommonRefusal.NOT_FOUND
    assert queries.filings(stranger)["items"] == []
    assert [f.id for f in queries.filings(member_of(licensee))["items"]] == [filing.id]


def test_a_sublicence_is_the_licensees_to_give_and_stands_in_the_way_of_surrender(
    venue, patent, owner, licensee, bank
):
    licensed(venue, patent, owner, licensee, Mode.EXCLUSIVE, sublicensable=True)
    [parent] = queries.use_of(patent.id, venue.now.date())
    licensed(venue, patent, licensee, bank, parent=parent.entry)
    [_, below] = queries.use_of(patent.id, venue.now.date())
    assert (below.kind, below.parent, below.depth) == ("sublicence", parent.entry, 1)
    give_back = {"now": venue.now}
    with pytest.raises(Refused) as refused:
        actions.surrender(actor=member_of(licensee), grant=parent.entry, **give_back)
    assert refused.value.reason is GrantRefusal.SUBLICENCE_STANDS
    assert refused.value.facts["entry"] == below.number
    actions.surrender(actor=member_of(bank), grant=below.entry, **give_back)
    venue.later(days=5)
    give_back["now"] = venue.now
    done = actions.surrender(actor=member_of(licensee), grant=parent.entry, **give_back)
    assert done.status == "entered"
    licensed(venue, patent, owner, bank, Mode.SOLE)
    assert list(queries.audit()) == []


def test_a_pledge_takes_effect_at_the_office_and_asks_for_consent(
    venue, patent, owner, licensee, bank
):
    actor = member_of(owner)
    filing = actions.file_pledge(
        actor=actor,
        now=venue.now,
        technologies=[patent.id],
        pledgee=bank.id,
        secured_fen=500_000_000,
        evidence=[a_document(actor, now=venue.now)],
    )
    approved = approve(venue, agree(venue, filing, bank))
    assert approved.status == "approved"
    [bound] = approved.bound
    assert bound.outside_step == "missing"
    registrar = officer("registrar")
    actions.record_outside_step(
        actor=registrar,
        now=venue.now,
        entry=bound.entry,
        filed_on=venue.now.date(),
        effective_on=venue.now.date(),
        office_number="Y2022310000001",
        evidence=[a_document(registrar, now=venue.now)],
    )
    assert queries.filing(filing.id).status == "entered"
    [pledge] = queries.restrictions_on(patent.id)
    assert (pledge.kind, pledge.rank, pledge.party) == ("pledge", 1, bank.id)
    assert pledge.entry == bound.entry

    report = queries.title_report(patent.id, proposal=Disposal(giver=owner.id, share=WHOLE))
    assert report.refused.reason is GrantRefusal.PLEDGED
    with pytest.raises(Refused) as refused:
        file(venue, patent, owner, licensee)
    assert refused.value.reason is GrantRefusal.PLEDGED
    actions.consent_to_disposals(
        actor=member_of(bank),
        now=venue.now,
        restriction=pledge.entry,
        kinds=["transfer", "ordinary"],
        until=venue.now.date() + timedelta(days=60),
    )
    licensed(venue, patent, owner, licensee)
    transferred(patent.id, owner.id, licensee.id, now=venue.now, share=HALF)
    done = actions.release(actor=member_of(bank), now=venue.now, restriction=pledge.entry)
    assert done.status == "entered"
    assert queries.restrictions_on(patent.id) == ()
    assert list(queries.audit()) == []


def test_co_owners_agree_on_new_shares(venue, owner, licensee, bank):
    secret = registered_technology(
        owner,
        kind="know_how",
        title_zh="一种配方",
        holders=[(owner.id, HALF), (licensee.id, HALF)],
        now=venue.now,
    )
    venue.later(days=20)
    actor = member_of(owner)
    third = Fraction(1, 3)
    filing = actions.file_redistribution(
        actor=actor,
        now=venue.now,
        technology=secret.id,
        ownership=[(owner.id, third), (licensee.id, third), (bank.id, third)],
        evidence=[a_document(actor, now=venue.now)],
    )
    assert {a.party for a in filing.agreements} == {licensee.id, bank.id}
    filing = agree(venue, agree(venue, filing, licensee), bank)
    assert approve(venue, filing).status == "entered"
    assert set(queries.title(secret.id).ownership.values()) == {third}
    assert list(queries.audit()) == []


def test_a_correction_is_approved_by_another_officer_and_the_past_stays_known(
    venue, patent, owner, licensee
):
    licensed(venue, patent, owner, licensee, Mode.EXCLUSIVE)
    [wrong] = queries.use_of(patent.id, venue.now.date())
    known_before = venue.now
    venue.later(days=3)
    first, second = officer("registrar"), officer("registrar")
    proposed = actions.propose_correction(
        actor=first,
        now=venue.now,
        entry=wrong.entry,
        right=None,
        reason="Entered on the wrong patent.",
        evidence=[a_document(first, now=venue.now)],
    )
    with pytest.raises(Refused) as refused:
        actions.approve_filing(
            actor=first, now=venue.now, filing=proposed.id, findings="As proposed."
        )
    assert refused.value.reason is CommonRefusal.SAME_EYES
    done = actions.approve_filing(
        actor=second, now=venue.now, filing=proposed.id, findings="As proposed."
    )
    assert queries.entry(done.entries[0]).corrects == wrong.entry
    assert queries.use_of(patent.id, venue.now.date()) == ()
    assert len(queries.use_of(patent.id, known_before.date(), known_before)) == 1
    licensed(venue, patent, owner, licensee, Mode.SOLE)
    assert list(queries.audit()) == []


def test_a_narrower_correction_frees_what_it_gives_up(venue, patent, owner, licensee, bank):
    licensed(venue, patent, owner, licensee, Mode.EXCLUSIVE)
    [wrong] = queries.use_of(patent.id, venue.now.date())
    act = queries.state_of(patent.id).grants.get(wrong.entry).act
    from dataclasses import replace

    shanghai = replace(act, scope=replace(act.scope, territory=Territory.of(["CN-SH"])))
    first = officer("registrar")
    proposed = actions.propose_correction(
        actor=first,
        now=venue.now,
        entry=wrong.entry,
        right=shanghai,
        reason="The contract says Shanghai.",
        evidence=[a_document(first, now=venue.now)],
    )
    approve(venue, proposed)
    licensed(venue, patent, owner, bank, Mode.EXCLUSIVE, scope=scope(venue, places=["CN-JS"]))
    with pytest.raises(Refused) as refused:
        file(venue, patent, owner, bank, scope=scope(venue, places=["310104"]))
    assert refused.value.reason is GrantRefusal.EXCLUSIVE_STANDS
    assert list(queries.audit()) == []


def test_a_cancelled_title_is_closed_with_its_licences(venue, patent, owner, licensee):
    licensed(venue, patent, owner, licensee)
    first = officer("registrar")
    proposed = actions.propose_cancellation(
        actor=first,
        now=venue.now,
        technology=patent.id,
        authority="National Intellectual Property Administration",
        paper="Invalidation no. 55555",
        evidence=[a_document(first, now=venue.now)],
    )
    approve(venue, proposed)
    [grant] = queries.use_of(patent.id, venue.now.date())
    assert grant.status is GrantStatus.ENDED
    assert queries.why_not_dispose(patent.id, owner.id, WHOLE) is GrantRefusal.TITLE_CLOSED
    assert list(queries.audit()) == []


def test_a_deal_binds_a_licence_and_effects_it_with_the_money(venue, patent, owner, licensee):
    deal = new_id()
    said = {
        "actor": SYSTEM,
        "now": venue.now,
        "technology": patent.id,
        "licensor": owner.id,
        "licensee": licensee.id,
        "mode": Mode.EXCLUSIVE,
        "scope": scope(venue),
    }
    entry = actions.prepare_grant(deal=deal, **said)
    assert actions.prepare_grant(deal=deal, **said) == entry  # asked again
    with pytest.raises(Refused) as refused:
        actions.prepare_grant(deal=new_id(), **said)
    assert refused.value.reason is Refusal.DISPOSAL_PENDING
    venue.later(days=10)
    written = actions.effect_disposal(actor=SYSTEM, now=venue.now, entry=entry)
    assert (written.id, written.kind) == (entry, "licence")
    [grant] = queries.use_of(patent.id, venue.now.date())
    assert grant.starts_on == venue.now.date()
    assert list(queries.audit()) == []


def test_a_licence_does_not_outlive_its_right(venue, patent, owner, licensee):
    with pytest.raises(Refused) as refused:
        file(venue, patent, owner, licensee, scope=scope(venue, until=date(2040, 1, 2)))
    assert refused.value.reason is GrantRefusal.BEYOND_EXPIRY


def test_what_is_filed_is_for_verified_parties_with_their_own_evidence(venue, patent, owner, bank):
    from hutong.parties.testing import unverified_party

    with pytest.raises(Refused) as refused:
        file(venue, patent, owner, unverified_party("某个人"))
    assert refused.value.reason is GrantRefusal.COUNTERPARTY_NOT_VERIFIED
    with pytest.raises(Refused) as refused:
        actions.file_licence(
            actor=member_of(owner),
            now=venue.now,
            technology=patent.id,
            licensee=bank.id,
            mode=Mode.ORDINARY,
            scope=scope(venue),
            evidence=[a_document(member_of(bank), now=venue.now)],
        )
    assert refused.value.reason is Refusal.EVIDENCE_UNKNOWN


def test_a_struck_out_transfer_gives_the_share_back(venue, patent, owner, licensee):
    sale = transferred(patent.id, owner.id, licensee.id, now=venue.now, share=HALF)
    first = officer("registrar")
    proposed = actions.propose_correction(
        actor=first,
        now=venue.now,
        entry=sale.id,
        right=None,
        reason="The contract was void.",
        evidence=[a_document(first, now=venue.now)],
    )
    done = approve(venue, proposed)
    assert queries.title(patent.id).ownership == {owner.id: WHOLE}
    assert queries.entry(done.entries[0]).kind == "struck_out"
    assert [h.technology for h in queries.held_by(owner.id)["items"]] == [patent.id]
    assert list(queries.audit()) == []
