"""Grants of use and restrictions, on one title, decided by the pure rules (RR-1 … RR-9)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest

from hutong.kit.refusal import Refused
from hutong.rights.acts import (
    Cancellation,
    Consent,
    Empowerment,
    FirstRegistration,
    Freeze,
    Licence,
    Mode,
    Pledge,
    PreEmption,
    Redistribution,
    Release,
    StateFunding,
    StruckOut,
    Surrender,
    Termination,
    Transfer,
    kind_of,
)
from hutong.rights.acts_written import act_facts, act_from
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.grants import MAX_DEPTH
from hutong.rights.refusals import Refusal
from hutong.rights.register import Entry, History, pre_emption_holders, replay
from hutong.rights.scope import Field, Scope, Term, Territory
from hutong.rights.shares import Holdings

A, B, C, D, E = (UUID(int=n) for n in range(1, 6))
HALF = Fraction(1, 2)
DAY = date(2022, 6, 20)
NOON = datetime(2022, 6, 20, 4, tzinfo=UTC)
PAPER = {"authority": "a court", "paper": "(2022) no. 8"}


def name(sequence):
    return UUID(int=1000 + sequence)


class Title:
    """One title, written act by act."""

    def __init__(self, *holders):
        self.history = History()
        self.entries = []
        self.write(FirstRegistration(holdings=Holdings.of(holders or [(A, Fraction(1))])))

    def write(self, act, *, day=0, corrects=None):
        n = len(self.entries) + 1
        entry = Entry(
            id=name(n),
            number=f"RR-{n}",
            technology=UUID(int=77),
            sequence=n,
            act=act,
            effective_on=DAY + timedelta(days=day),
            known_at=NOON + timedelta(hours=n),
            corrects=corrects,
        )
        self.state = self.history.write(entry)
        self.entries.append(entry)
        return entry.id

    def refuses(self, act, **where):
        before = self.history.state
        with pytest.raises(Refused) as refused:
            self.write(act, **where)
        assert self.history.state is before, "a refusal changes nothing"
        return refused.value


def scope(places=("CN",), ipc=(), start=0, days=365, **more):
    first = DAY + timedelta(days=start)
    return Scope(
        Territory.of(places, **more),
        Field.of(ipc),
        Term.of(first, first + timedelta(days=days - 1)),
    )


def licence(licensee=B, mode=Mode.ORDINARY, licensor=A, within=None, **said):
    return Licence(licensor=licensor, licensee=licensee, mode=mode, scope=within or scope(), **said)


def exclusive(licensee=B, **said):
    return licence(licensee, Mode.EXCLUSIVE, **said)


def pledge(pledgee=D, rank=1, **said):
    return Pledge(pledgor=A, pledgee=pledgee, rank=rank, secured_fen=1_000_000, **said)


# conflict (RR-4)


def test_ordinary_licences_stand_beside_each_other():
    title = Title()
    for licensee in (B, C, D):
        title.write(licence(licensee))
    assert [g.act.licensee for g in title.state.grants] == [B, C, D]


@pytest.mark.parametrize("mode", [Mode.EXCLUSIVE, Mode.SOLE])
@pytest.mark.parametrize("second", list(Mode))
def test_an_exclusive_or_sole_licence_admits_no_other_and_is_named(mode, second):
    title = Title()
    title.write(licence(B, mode))
    refused = title.refuses(licence(C, second, within=scope(["CN-SH"], start=100, days=2)))
    assert refused.reason is GrantRefusal.EXCLUSIVE_STANDS
    assert refused.facts["entry"] == "RR-2"
    assert "CN; *; 2022-06-20" in refused.sentence()


@pytest.mark.parametrize(
    "elsewhere",
    [
        scope(["US"]),
        scope(start=365),
        scope(ipc=["A61K"]),
        scope(["CN"], ipc=["G06F"], without=["CN-SH"]),
    ],
)
def test_what_does_not_overlap_does_not_conflict(elsewhere):
    title = Title()
    title.write(exclusive(B, within=scope(["CN-SH"], ipc=["G06F"])))
    title.write(exclusive(C, within=elsewhere))


def test_an_earlier_ordinary_licence_is_accepted_by_name_or_in_the_way():
    title = Title()
    first = title.write(licence(B))
    refused = title.refuses(exclusive(C))
    assert refused.reason is GrantRefusal.LICENCE_STANDS
    assert refused.facts["entry"] == "RR-2"
    title.write(exclusive(C, accepted=frozenset({first})))
    assert [g.act.licensee for g in title.state.grants] == [B, C]
    refused = title.refuses(licence(D))
    assert refused.facts["entry"] == "RR-3"


def test_only_an_ordinary_licence_beside_it_can_be_accepted():
    title = Title()
    closed = title.write(exclusive(B, within=scope(["US"])))
    refused = title.refuses(exclusive(C, accepted=frozenset({closed})))
    assert refused.reason is GrantRefusal.NOT_AN_EXCEPTION
    refused = title.refuses(exclusive(C, accepted=frozenset({UUID(int=9)})))
    assert refused.reason is GrantRefusal.GRANT_UNKNOWN


# who may grant what (RR-1, RR-3)


def test_co_owners_grant_ordinary_licences_alone_and_others_together():
    title = Title((A, HALF), (C, HALF))
    title.write(licence(B))
    us = scope(["US"])
    refused = title.refuses(exclusive(B, within=us))
    assert refused.reason is GrantRefusal.CO_OWNERS_MUST_JOIN
    assert (refused.facts["missing"], refused.facts["needed"]) == (1, 2)
    title.write(exclusive(B, within=us, joined=frozenset({C})))


def test_nobody_grants_what_is_not_theirs():
    title = Title()
    assert title.refuses(licence(B, licensor=C)).reason is GrantRefusal.NOT_OWNER
    assert title.refuses(licence(A)).reason is Refusal.SAME_PARTY


@pytest.mark.parametrize(
    ("sub", "refusal"),
    [
        (licence(D, licensor=C, parent=name(2)), GrantRefusal.NOT_LICENSEE),
        (licence(D, licensor=B, parent=name(9)), GrantRefusal.GRANT_UNKNOWN),
        (exclusive(D, licensor=B, parent=name(2)), GrantRefusal.MODE_BEYOND_PARENT),
        (licence(D, licensor=B, parent=name(2), within=scope(["US"])), GrantRefusal.BEYOND_SCOPE),
        (licence(D, licensor=B, parent=name(2), within=scope(days=366)), GrantRefusal.BEYOND_SCOPE),
        (licence(D, licensor=B, parent=name(3)), GrantRefusal.NOT_LICENSEE),
        (
            licence(D, licensor=C, parent=name(3), within=scope(["US"])),
            GrantRefusal.NOT_SUBLICENSABLE,
        ),
    ],
)
def test_a_sublicence_lies_inside_its_parent(sub, refusal):
    title = Title()
    title.write(licence(B, Mode.SOLE, sublicensable=True))
    title.write(licence(C, within=scope(["US"])))
    assert title.refuses(sub).reason is refusal


def test_sublicences_of_an_exclusive_licence_stand_and_compete_among_themselves():
    title = Title()
    parent = title.write(exclusive(B, sublicensable=True))
    title.write(exclusive(C, licensor=B, parent=parent, within=scope(["CN-SH"])))
    refused = title.refuses(licence(D, licensor=B, parent=parent, within=scope(["310104"])))
    assert refused.facts["entry"] == "RR-3"
    title.write(licence(D, licensor=B, parent=parent, within=scope(["CN-JS"])))


def test_a_thousand_deep_chain_of_sublicences_ends_at_ten():
    title = Title()
    grant = title.write(exclusive(B, sublicensable=True))
    holder = B
    for depth in range(1, 1000):
        taker = UUID(int=100 + depth)
        act = exclusive(taker, licensor=holder, parent=grant, sublicensable=True)
        if depth > MAX_DEPTH:
            assert title.refuses(act).reason is GrantRefusal.TOO_DEEP
            break
        grant, holder = title.write(act), taker
    assert len(title.entries) == 2 + MAX_DEPTH


def test_a_transfer_leaves_licences_standing():
    title = Title()
    title.write(exclusive(B))
    title.write(Transfer(giver=A, taker=C, share=Fraction(1)))
    assert title.refuses(licence(D, licensor=C)).reason is GrantRefusal.EXCLUSIVE_STANDS
    title.write(licence(D, licensor=C, within=scope(["US"])))


# the end of a licence


def test_a_licence_ends_by_its_term_without_anybody_doing_anything():
    title = Title()
    title.write(exclusive(B, within=scope(days=30)))
    title.write(exclusive(C, within=scope(start=30, days=30)))


def test_a_surrendered_licence_is_free_from_that_day():
    title = Title()
    grant = title.write(exclusive(B))
    assert title.refuses(Surrender(grant=grant, licensee=C)).reason is GrantRefusal.NOT_LICENSEE
    title.write(Surrender(grant=grant, licensee=B), day=10)
    assert title.refuses(exclusive(C, within=scope(start=9)), day=10)
    title.write(exclusive(C, within=scope(start=10)), day=10)
    ended = title.refuses(Surrender(grant=grant, licensee=B), day=11)
    assert ended.reason is GrantRefusal.GRANT_ENDED


def test_a_licence_under_a_sublicence_ends_after_it():
    title = Title()
    parent = title.write(exclusive(B, sublicensable=True))
    below = title.write(licence(C, licensor=B, parent=parent))
    refused = title.refuses(Termination(grant=parent, **PAPER), day=5)
    assert refused.reason is GrantRefusal.SUBLICENCE_STANDS
    assert refused.facts["entry"] == "RR-3"
    title.write(Termination(grant=below, **PAPER), day=5)
    title.write(Termination(grant=parent, **PAPER), day=5)


# restrictions (RR-6)


def test_a_pledged_right_moves_and_is_licensed_only_with_consent():
    title = Title()
    pledged = title.write(pledge())
    sale = Transfer(giver=A, taker=B, share=Fraction(1))
    for act in (sale, licence(B), exclusive(B)):
        refused = title.refuses(act)
        assert refused.reason is GrantRefusal.PLEDGED
        assert refused.facts["entry"] == "RR-2"
    consent = Consent(
        restriction=pledged, by=D, kinds=frozenset({"transfer"}), until=DAY + timedelta(days=30)
    )
    assert title.refuses(replace(consent, by=C)).reason is GrantRefusal.NOT_PLEDGEE
    title.write(consent)
    assert title.refuses(licence(B)).reason is GrantRefusal.PLEDGED
    assert title.refuses(sale, day=31).reason is GrantRefusal.PLEDGED
    title.write(sale, day=30)


def test_a_consent_to_one_taker_is_for_no_other():
    title = Title()
    pledged = title.write(pledge())
    title.write(
        Consent(restriction=pledged, by=D, kinds=frozenset({"ordinary"}), until=DAY, taker=B)
    )
    assert title.refuses(licence(C)).reason is GrantRefusal.PLEDGED
    title.write(licence(B))


def test_ranks_of_pledges_are_unique_until_released():
    title = Title()
    first = title.write(pledge())
    refused = title.refuses(pledge(E))
    assert refused.reason is GrantRefusal.RANK_TAKEN
    assert refused.facts["entry"] == "RR-2"
    title.write(pledge(E, rank=2))
    assert title.refuses(Release(restriction=first, by=E)).reason is GrantRefusal.NOT_PLEDGEE
    title.write(Release(restriction=first, by=D))
    title.write(pledge(E, rank=1))


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (pledge(rank=0), GrantRefusal.RANK_OUT_OF_RANGE),
        (pledge(rank=101), GrantRefusal.RANK_OUT_OF_RANGE),
        (Pledge(pledgor=A, pledgee=D, rank=1, secured_fen=0), GrantRefusal.AMOUNT_OUT_OF_RANGE),
        (Pledge(pledgor=A, pledgee=A, rank=1, secured_fen=5), Refusal.SAME_PARTY),
        (pledge(), GrantRefusal.CO_OWNERS_MUST_JOIN),
        (Release(restriction=name(1), by=A), GrantRefusal.RESTRICTION_UNKNOWN),
        (StruckOut(reason="a slip"), GrantRefusal.CORRECTION_MISSING),
        (licence(B, long_term=True), GrantRefusal.USE_TOO_SHORT),
    ],
)
def test_what_is_no_such_act_is_refused(act, refusal):
    title = Title((A, HALF), (C, HALF))
    assert title.refuses(act).reason is refusal


def test_a_frozen_right_is_not_licensed_and_a_sublicence_is_the_licensees_own():
    title = Title()
    parent = title.write(licence(B, sublicensable=True))
    title.write(Freeze(**PAPER))
    assert title.refuses(licence(C)).reason is Refusal.FROZEN
    assert title.refuses(pledge()).reason is Refusal.FROZEN
    title.write(licence(C, licensor=B, parent=parent))


def test_public_funding_keeps_the_right_at_home_unless_approved():
    title = Title()
    duty = title.write(StateFunding(programme="863", **PAPER))
    abroad = Transfer(giver=A, taker=B, share=HALF, abroad=True)
    refused = title.refuses(abroad)
    assert refused.reason is GrantRefusal.STATE_FUNDED_ABROAD
    assert title.refuses(exclusive(B, abroad=True)).reason is GrantRefusal.STATE_FUNDED_ABROAD
    title.write(licence(C, abroad=True))
    title.write(Transfer(giver=A, taker=B, share=Fraction(1, 4)))
    title.write(Consent(restriction=duty, by=None, kinds=frozenset({"transfer"}), until=DAY))
    title.write(replace(abroad, share=Fraction(1, 4)))


def test_whoever_is_registered_with_a_pre_emption_comes_first():
    title = Title()
    title.write(PreEmption(holder=E, origin="contract"))
    assert pre_emption_holders(title.state, A) == {E: "contract"}


# holdings (RR-1, RR-9)


def test_new_shares_need_everybody_before_and_after():
    title = Title()
    new = Holdings.of([(A, HALF), (B, HALF)], income=[(C, Fraction(1))])
    refused = title.refuses(Redistribution(holdings=new, joined=frozenset({A})))
    assert refused.reason is GrantRefusal.CO_OWNERS_MUST_JOIN
    title.write(Redistribution(holdings=new, joined=frozenset({A, B, C})))
    assert title.state.holdings == new


def test_an_empowered_inventor_holds_a_share():
    title = Title()
    title.write(Empowerment(giver=A, shares=((B, Fraction(1, 3)), (C, Fraction(1, 3)))))
    assert set(title.state.holdings.ownership.values()) == {Fraction(1, 3)}
    refused = title.refuses(Empowerment(giver=A, shares=((D, HALF),)))
    assert refused.reason is Refusal.HOLDS_LESS


def test_long_term_use_stands_in_the_way_of_an_exclusive_licence():
    title = Title()
    ten_years = scope(days=3653)
    use = title.write(licence(B, within=ten_years, long_term=True))
    assert kind_of(title.entries[-1].act) == "long_term_use"
    assert title.refuses(exclusive(C)).reason is GrantRefusal.LICENCE_STANDS
    title.write(exclusive(C, accepted=frozenset({use})))


# corrections and the end of a title (RR-8)


def test_a_corrected_licence_keeps_its_place_and_what_rests_on_it():
    title = Title()
    wrong = title.write(exclusive(B, sublicensable=True))
    below = title.write(licence(C, licensor=B, parent=wrong, within=scope(["CN-SH"])))
    narrower = exclusive(B, sublicensable=True, within=scope(["CN-SH", "CN-JS"]))
    right = title.write(narrower, corrects=wrong)
    assert title.state.grants.get(wrong).entry == right
    assert title.state.grants.get(below).under == title.state.grants.get(right).order
    title.write(exclusive(D, within=scope(["CN-BJ"])))
    beijing = exclusive(B, sublicensable=True, within=scope(["CN"]))
    refused = title.refuses(beijing, corrects=right)
    assert refused.reason is Refusal.OUT_OF_ORDER
    assert refused.facts["entry"] == "RR-5"
    assert title.refuses(narrower, corrects=wrong).reason is GrantRefusal.NOT_CORRECTABLE


def test_a_licence_cannot_be_made_to_derive_from_its_own_sublicence():
    title = Title()
    parent = title.write(licence(B, sublicensable=True))
    below = title.write(licence(C, licensor=B, parent=parent, sublicensable=True))
    circle = licence(B, licensor=C, parent=below, sublicensable=True)
    assert title.refuses(circle, corrects=parent).reason is GrantRefusal.GRANT_UNKNOWN


def test_what_is_struck_out_never_was_but_was_known():
    title = Title()
    wrong = title.write(exclusive(B))
    title.write(StruckOut(reason="the wrong patent"), corrects=wrong)
    assert list(title.state.grants) == []
    title.write(exclusive(C))
    known_then = replay(title.entries, on=DAY, known_at=NOON + timedelta(hours=2))
    assert [g.act.licensee for g in known_then.grants] == [B]


def test_a_first_registration_on_which_something_rests_is_not_struck_out():
    title = Title()
    title.write(licence(B))
    refused = title.refuses(StruckOut(reason="a slip"), corrects=name(1))
    assert refused.reason is Refusal.OUT_OF_ORDER
    assert refused.facts["entry"] == "RR-2"


def test_a_late_entry_does_not_take_the_ground_from_a_later_one():
    title = Title()
    title.write(exclusive(B, within=scope(start=50, days=10)), day=40)
    refused = title.refuses(exclusive(C, within=scope(start=5)), day=5)
    assert refused.reason is Refusal.OUT_OF_ORDER
    assert refused.facts["entry"] == "RR-2"


def test_a_cancelled_title_carries_nothing_more():
    title = Title()
    title.write(licence(B))
    title.write(Cancellation(**PAPER), day=5)
    for act in (licence(C), Transfer(giver=A, taker=B, share=HALF), pledge(), Freeze(**PAPER)):
        assert title.refuses(act, day=6).reason is GrantRefusal.TITLE_CLOSED


@pytest.mark.parametrize(
    "act",
    [
        exclusive(B, sublicensable=True, parent=name(3), accepted=frozenset({C}), abroad=True),
        licence(B, within=scope(days=3653), long_term=True),
        Surrender(grant=C, licensee=B),
        Termination(grant=C, **PAPER),
        pledge(debt_due_on=DAY, joined=frozenset({B})),
        Consent(restriction=C, by=None, kinds=frozenset({"sole"}), until=DAY, taker=B),
        PreEmption(holder=B, origin="contract", words="clause 7"),
        StateFunding(programme="863", **PAPER),
        Release(restriction=C, by=B),
        Redistribution(holdings=Holdings.of([(A, HALF), (B, HALF)]), joined=frozenset({A, B})),
        Empowerment(giver=A, shares=((B, HALF),)),
        Cancellation(**PAPER),
        StruckOut(reason="a slip"),
        Transfer(giver=A, taker=B, share=HALF, abroad=True),
    ],
)
def test_an_act_reads_back_as_it_was_written(act):
    assert act_from(kind_of(act), act_facts(act), None) == act
