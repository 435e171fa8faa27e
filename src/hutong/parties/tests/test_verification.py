"""From a name to a verified party, and who may decide (PA-1, PA-3, PA-5, PA-7)."""

from uuid import uuid4

import pytest

from hutong.documents import actions as documents
from hutong.journal import queries as journal
from hutong.kit.actor import ANONYMOUS, Actor
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import actions, queries
from hutong.parties.membership import MandateRole
from hutong.parties.models import Party
from hutong.parties.rules import Decision, Kind, Refusal, Status
from hutong.parties.testing import (
    EVIDENCE,
    a_uscc,
    let_in,
    member_of,
    officer,
    person,
    signed_in,
    unverified_party,
    verified_party,
)

pytestmark = pytest.mark.django_db


def pending_party(venue, **details):
    party = unverified_party(now=venue.now, **details)
    owner = member_of(party)
    document = attach(venue, owner, party)
    actions.submit_for_verification(actor=owner, now=venue.now, party=party.id)
    return party, owner, document


def attach(venue, owner, party):
    document = documents.store(
        actor=owner,
        now=venue.now,
        owner=subject("party", party.id),
        name="licence.pdf",
        media_type="application/pdf",
        data=EVIDENCE,
    )
    actions.attach_evidence(
        actor=owner, now=venue.now, party=party.id, document=document.id, proves="licence"
    )
    return document


def refusal(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def test_a_university_is_verified_and_the_journal_tells_it(venue):
    university = verified_party("上海某大学")

    assert university.status == "verified"
    assert university.home_venue == "SHTE-DEMO"
    assert queries.require_verified(university.id) == university
    kinds = [e.kind for e in journal.of_subject(subject("party", university.id))]
    assert kinds == [
        "parties.Registered",
        "parties.MandateGranted",
        "parties.EvidenceAttached",
        "parties.SubmittedForVerification",
        "parties.Verified",
    ]
    assert list(queries.audit()) == []


def test_whoever_registers_a_party_owns_it(venue):
    who = signed_in(person())
    party = actions.register_party(
        actor=who, now=venue.now, kind=Kind.ENTERPRISE, name_en="A Firm", jurisdiction="sg"
    )

    (mandate,) = queries.mandates_of_party(party.id)
    assert mandate.person.id == who.person
    assert mandate.role == "owner"
    assert party.jurisdiction == "SG"
    assert party.status == "unverified"


def test_one_identifier_one_party(venue):
    number = a_uscc()
    unverified_party(identifiers=(("uscc", number),))
    before = Party.objects.count()

    def again():
        unverified_party("另一所大学", identifiers=(("USCC", number.lower()),))

    assert refusal(again) is Refusal.IDENTIFIER_TAKEN
    assert Party.objects.count() == before
    assert queries.party_by_identifier("uscc", number).name_zh == "上海某大学"


def test_a_number_taken_by_a_stranger_is_freed_for_its_owner(venue):
    number = a_uscc()
    stranger = unverified_party("冒名者", identifiers=(("uscc", number),))
    free = {"now": venue.now, "party": stranger.id, "scheme": "uscc", "value": number, "why": "x"}
    assert (
        refusal(lambda: actions.release_identifier(actor=member_of(stranger), **free))
        is CommonRefusal.POWER_MISSING
    )
    registrar = officer("registrar")
    assert actions.release_identifier(actor=registrar, **free).identifiers == ()

    owner = verified_party("上海某大学", identifiers=(("uscc", number),))
    assert queries.party_by_identifier("uscc", number).id == owner.id
    assert list(queries.audit()) == []
    again = {**free, "party": owner.id}
    why = refusal(lambda: actions.release_identifier(actor=registrar, **again))
    assert why is CommonRefusal.OUT_OF_STATE


def test_an_unverified_party_is_corrected_and_keeps_its_own_number(venue):
    number = a_uscc()
    party = unverified_party(identifiers=(("uscc", number),))
    corrected = actions.correct_party(
        actor=member_of(party),
        now=venue.now,
        party=party.id,
        name_zh="上海某某大学",
        name_en="A University",
        jurisdiction="CN",
        identifiers=[("uscc", number), ("ror", "013q1eq08")],
        state_owned=True,
    )

    assert corrected.name_zh == "上海某某大学"
    assert corrected.identifiers == (("ror", "013q1eq08"), ("uscc", number))
    assert list(queries.audit()) == []


def test_a_returned_party_is_corrected_and_submitted_again(venue):
    party, owner, _ = pending_party(venue)
    examiner = officer("registrar")
    returned = actions.decide_verification(
        actor=examiner,
        now=venue.now,
        party=party.id,
        decision=Decision.RETURN,
        why="the scan cannot be read",
    )

    assert returned.status == "unverified"
    assert queries.detail(owner, party.id).why == "the scan cannot be read"
    attach(venue, owner, party)
    again = actions.submit_for_verification(actor=owner, now=venue.now, party=party.id)
    assert again.status == "pending"


def test_the_queue_shows_the_longest_waiting_first_with_their_age(venue):
    first, _, _ = pending_party(venue)
    venue.later(hours=5)
    second, _, _ = pending_party(venue)
    venue.later(hours=1)
    page = queries.queue(officer("registrar"), now=venue.now)

    assert [item.party.id for item in page["items"]] == [first.id, second.id]
    assert [item.waiting.total_seconds() / 3600 for item in page["items"]] == [6, 1]


def test_the_queue_is_for_officers(venue):
    for actor in (ANONYMOUS, member_of(unverified_party())):
        with pytest.raises(Refused):
            queries.queue(actor, now=venue.now)


def test_nobody_verifies_a_party_they_have_a_part_in(venue):
    party, owner, _ = pending_party(venue)
    colleague = person()
    let_in(party, colleague.id, MandateRole.VIEWER)
    administrator = officer("administrator")
    for who in (owner.person, colleague.id):
        actions.appoint_officer(actor=administrator, now=venue.now, person=who, role="registrar")
        decide = {"now": venue.now, "party": party.id, "decision": Decision.VERIFY}
        why = refusal(lambda d=decide, w=who: actions.decide_verification(actor=signed_in(w), **d))
        assert why is CommonRefusal.SAME_EYES
    assert queries.party(party.id).status == "pending"


def test_who_once_acted_for_a_party_does_not_verify_it_either(venue):
    party, owner, _ = pending_party(venue)
    former = person()
    mandate = let_in(party, former.id, MandateRole.AGENT)
    actions.revoke_mandate(actor=owner, now=venue.now, party=party.id, mandate=mandate)
    actions.appoint_officer(
        actor=officer("administrator"), now=venue.now, person=former.id, role="registrar"
    )

    assert (
        refusal(
            lambda: actions.decide_verification(
                actor=signed_in(former),
                now=venue.now,
                party=party.id,
                decision=Decision.VERIFY,
            )
        )
        is CommonRefusal.SAME_EYES
    )


def test_without_power_or_second_factor_nobody_verifies(venue):
    party, owner, _ = pending_party(venue)
    registrar = officer("registrar")
    weak = Actor(person=registrar.person, powers=registrar.powers, second_factor=False)
    decide = {"now": venue.now, "party": party.id, "decision": Decision.VERIFY}

    for actor, why in (
        (ANONYMOUS, CommonRefusal.NOT_SIGNED_IN),
        (owner, CommonRefusal.POWER_MISSING),
        (officer("trading"), CommonRefusal.POWER_MISSING),
        (weak, CommonRefusal.SECOND_FACTOR_MISSING),
    ):
        assert refusal(lambda a=actor: actions.decide_verification(actor=a, **decide)) is why
    assert queries.party(party.id).status == "pending"


def test_a_suspended_party_is_no_longer_verified_until_reinstated(venue):
    party = verified_party()
    compliance = officer("compliance")
    actions.suspend(actor=compliance, now=venue.now, party=party.id, why="licence withdrawn")

    assert refusal(lambda: queries.require_verified(party.id)) is Refusal.NOT_VERIFIED
    actions.reinstate(actor=compliance, now=venue.now, party=party.id, why="restored")
    assert queries.require_verified(party.id).status == "verified"
    assert list(queries.audit()) == []


def test_others_parties_are_as_if_they_were_not_there(venue):
    party, other = unverified_party(), member_of(unverified_party("上海另一大学"))
    document = uuid4()

    for act in (
        lambda: actions.submit_for_verification(actor=other, now=venue.now, party=party.id),
        lambda: actions.attach_evidence(
            actor=other, now=venue.now, party=party.id, document=document, proves="x"
        ),
        lambda: queries.detail(other, party.id),
        lambda: queries.detail(ANONYMOUS, party.id),
        lambda: queries.evidence_of(other, party.id),
        lambda: queries.party(uuid4()),
    ):
        assert refusal(act) is CommonRefusal.NOT_FOUND


def test_only_the_partys_own_documents_are_evidence(venue):
    party, other = unverified_party(), unverified_party("上海另一大学")
    theirs = documents.store(
        actor=member_of(other),
        now=venue.now,
        owner=subject("party", other.id),
        name="licence.pdf",
        media_type="application/pdf",
        data=EVIDENCE,
    )

    assert (
        refusal(
            lambda: actions.attach_evidence(
                actor=member_of(party),
                now=venue.now,
                party=party.id,
                document=theirs.id,
                proves="licence",
            )
        )
        is CommonRefusal.NOT_FOUND
    )


def test_a_member_acts_only_within_the_mandate(venue):
    party = unverified_party()
    for role in ("agent", "viewer"):
        actor = member_of(party, role)
        submit = {"actor": actor, "now": venue.now, "party": party.id}
        why = refusal(lambda s=submit: actions.submit_for_verification(**s))
        assert why is CommonRefusal.POWER_MISSING
        assert queries.detail(actor, party.id).party == party


def test_verified_organisations_are_public_and_individuals_are_not(venue):
    university = verified_party("上海某大学")
    inventor = verified_party("发明人", kind="individual")
    unverified = unverified_party("上海另一大学")

    public = [p.id for p in queries.parties_page(ANONYMOUS)["items"]]
    assert public == [university.id]
    own = [p.id for p in queries.parties_page(member_of(inventor))["items"]]
    assert set(own) == {university.id, inventor.id}
    every = [p.id for p in queries.parties_page(officer("registrar"))["items"]]
    assert set(every) == {university.id, inventor.id, unverified.id}


def test_parties_are_found_by_name_number_kind_and_in_pinyin_order(venue):
    number = a_uscc()
    names = ["中山大学", "安徽大学", "北京大学"]
    made = {n: verified_party(n) for n in names}
    firm = verified_party("上海某公司", "enterprise", identifiers=(("uscc", number),))
    find = lambda **q: [p.id for p in queries.parties_page(ANONYMOUS, **q)["items"]]  # noqa: E731

    universities = find(kind=Kind.UNIVERSITY)
    assert universities == [made[n].id for n in ("安徽大学", "北京大学", "中山大学")]
    assert find(text="安徽") == [made["安徽大学"].id]
    assert find(text=number) == [firm.id]
    assert find(status=Status.PENDING) == []
    first = queries.parties_page(ANONYMOUS, limit=3)
    rest = queries.parties_page(ANONYMOUS, limit=3, cursor=first["next"])
    assert len(first["items"]) + len(rest["items"]) == 4
    assert rest["next"] is None


def test_the_state_owned_mark_is_set_by_an_officer_with_a_reason(venue):
    party = verified_party()
    registrar = officer("registrar")
    mark = {"actor": registrar, "now": venue.now, "party": party.id}

    assert actions.mark_state_owned(
        **mark, state_owned=True, why="register of the state"
    ).state_owned
    assert actions.mark_state_owned(**mark, state_owned=True, why="again").state_owned
    assert list(queries.audit()) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"status": "suspended"}, "status"),
        ({"name_zh": "伪造大学"}, "name_zh"),
        ({"state_owned": True}, "state_owned"),
    ],
)
def test_a_row_changed_by_hand_is_named(venue, change, place):
    party = verified_party()
    Party.objects.filter(id=party.id).update(**change)

    (found,) = queries.audit()
    assert found.place == f"parties.party {party.id} {place}"


def test_a_number_changed_by_hand_is_named(venue):
    from hutong.parties.models import Identifier

    party = verified_party()
    Identifier.objects.filter(party_id=party.id).update(value="91110000600037341L")

    assert [d.place for d in queries.audit()] == [f"parties.party {party.id} identifiers"]


def test_the_database_itself_keeps_four_eyes_and_names(venue):
    from django.db import IntegrityError, transaction

    party = verified_party()
    row = Party.objects.get(id=party.id)
    for change, constraint in (
        ({"decided_by": row.entered_by}, "parties_party_other_eyes"),
        ({"name_zh": "", "name_en": ""}, "parties_party_named"),
        ({"status": "gone"}, "parties_party_status"),
        ({"jurisdiction": "cn"}, "parties_party_jurisdiction"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Party.objects.filter(id=party.id).update(**change)
