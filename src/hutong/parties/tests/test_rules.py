"""The life of a party, its numbers and powers, without a database (PA-1, PA-2, PA-3)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.parties import membership, one_time, powers, rules, secrets, sign_in
from hutong.parties.identifiers import identifier, jurisdiction
from hutong.parties.membership import MandateRole
from hutong.parties.rules import Decision, Kind, Refusal, Status

PARTY = rules.PartyState(
    id=UUID(int=1),
    kind=Kind.UNIVERSITY,
    status=Status.UNVERIFIED,
    name_zh="上海某大学",
    name_en="",
    jurisdiction="CN",
    state_owned=True,
    home_venue="",
    identifiers=(("uscc", "91110000600037341L"),),
    evidence=(UUID(int=2),),
)
PENDING = replace(PARTY, status=Status.PENDING)
VERIFIED = replace(PARTY, status=Status.VERIFIED)
SUSPENDED = replace(PARTY, status=Status.SUSPENDED)


def test_a_party_goes_from_unverified_to_verified_and_may_be_suspended():
    status = rules.evolve(Status.UNVERIFIED, rules.submit(PARTY))
    assert status is Status.PENDING
    status = rules.evolve(status, rules.decide(PENDING, Decision.VERIFY, "", "SHTE"))
    assert status is Status.VERIFIED
    status = rules.evolve(status, rules.suspend(VERIFIED, "licence withdrawn"))
    assert status is Status.SUSPENDED
    status = rules.evolve(status, rules.reinstate(SUSPENDED, "licence restored"))
    assert status is Status.VERIFIED


def test_a_returned_party_is_unverified_and_keeps_the_reason():
    (returned,) = rules.decide(PENDING, Decision.RETURN, " the scan cannot be read ", "SHTE")

    assert rules.evolve(Status.PENDING, [returned]) is Status.UNVERIFIED
    assert returned.why == "the scan cannot be read"


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda: rules.submit(PENDING), CommonRefusal.OUT_OF_STATE),
        (lambda: rules.submit(VERIFIED), CommonRefusal.OUT_OF_STATE),
        (lambda: rules.submit(replace(PARTY, identifiers=())), Refusal.IDENTIFIER_MISSING),
        (lambda: rules.submit(replace(PARTY, identifiers=(("lei", "x"),))), Refusal.USCC_MISSING),
        (lambda: rules.submit(replace(PARTY, evidence=())), Refusal.EVIDENCE_MISSING),
        (lambda: rules.correct(PENDING), CommonRefusal.OUT_OF_STATE),
        (lambda: rules.decide(PARTY, Decision.VERIFY, "", "S"), CommonRefusal.OUT_OF_STATE),
        (lambda: rules.decide(VERIFIED, Decision.RETURN, "x", "S"), CommonRefusal.OUT_OF_STATE),
        (lambda: rules.decide(PENDING, Decision.RETURN, "  ", "S"), Refusal.REASON_MISSING),
        (lambda: rules.suspend(PENDING, "x"), CommonRefusal.OUT_OF_STATE),
        (lambda: rules.suspend(VERIFIED, ""), Refusal.REASON_MISSING),
        (lambda: rules.reinstate(VERIFIED, "x"), CommonRefusal.OUT_OF_STATE),
    ],
)
def test_what_a_party_may_not(act, why):
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.reason is why


def test_an_individual_needs_evidence_but_no_number():
    person = replace(PARTY, kind=Kind.INDIVIDUAL, identifiers=())

    assert len(rules.submit(person)) == 1


def test_a_foreign_organisation_is_known_by_any_number():
    firm = replace(PARTY, jurisdiction="JP", identifiers=(("lei", "213800KUD8LAJWSQ9D15"),))

    assert len(rules.submit(firm)) == 1


def test_an_individuals_name_stays_private_and_an_organisations_is_public():
    (of_organisation,) = rules.decide(PENDING, Decision.VERIFY, "", "SHTE")
    person = replace(PENDING, kind=Kind.INDIVIDUAL)
    (of_individual,) = rules.decide(person, Decision.VERIFY, "", "SHTE")

    assert of_organisation.content()["organisation"]["name_zh"] == "上海某大学"
    assert of_organisation.private() == {"individual": None}
    assert of_individual.content() == {"organisation": None}
    assert of_individual.private()["individual"]["name_zh"] == "上海某大学"
    for event in (of_organisation, of_individual):
        assert "上海某大学" not in str(event.facts())


# -- numbers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "value", "stored"),
    [
        ("USCC", " 9111 0000 6000 3734 1l ", ("uscc", "91110000600037341L")),
        ("lei", "2138-00KUD8LAJWSQ9D15", ("lei", "213800KUD8LAJWSQ9D15")),
        ("ror", "https://ror.org/013q1eq08", ("ror", "013q1eq08")),
        ("duns", "15-048-3782", ("duns", "15-048-3782")),
    ],
)
def test_numbers_are_stored_the_one_way_they_are_written(scheme, value, stored):
    assert identifier(scheme, value) == stored


@pytest.mark.parametrize(
    ("scheme", "value", "why"),
    [
        ("uscc", "91110000600037341M", Refusal.IDENTIFIER_CHECK),
        ("uscc", "91110000600037", Refusal.IDENTIFIER_LENGTH),
        ("uscc", "9111000060003734IL", Refusal.IDENTIFIER_FORM),
        ("uscc", "", Refusal.IDENTIFIER_LENGTH),
        ("lei", "213800KUD8LAJWSQ9D16", Refusal.IDENTIFIER_CHECK),
        ("lei", "213800KUD8", Refusal.IDENTIFIER_LENGTH),
        ("ror", "013q1eq09", Refusal.IDENTIFIER_CHECK),
        ("ror", "13q1eq08", Refusal.IDENTIFIER_FORM),
        ("other", "x" * 61, Refusal.IDENTIFIER_LENGTH),
        ("no scheme!", "1", Refusal.SCHEME_INVALID),
    ],
)
def test_wrong_numbers_are_refused(scheme, value, why):
    with pytest.raises(Refused) as refused:
        identifier(scheme, value)
    assert refused.value.reason is why


@given(st.integers(0, 10**9 - 1), st.integers(0, 17), st.sampled_from(uscc._alphabet))
def test_one_wrong_character_of_a_credit_code_is_always_found(body, place, character):
    code = f"12310000{body:09d}"
    code += uscc.calc_check_digit(code)
    changed = code[:place] + character + code[place + 1 :]

    if changed == code:
        assert identifier("uscc", changed) == ("uscc", code)
    else:
        with pytest.raises(Refused):
            identifier("uscc", changed)


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_a_number_or_refused(scheme, value):
    try:
        stored = identifier(scheme, value)
    except Refused:
        return
    assert identifier(*stored) == stored, "written once, written for good"


def test_jurisdictions_are_those_of_iso_3166():
    assert jurisdiction(" cn ") == "CN"
    with pytest.raises(Refused):
        jurisdiction("XX")


# -- powers -----------------------------------------------------------------------------------------

ROLES = {"registrar": ("parties.verify",), "trading": ("auctions.run",)}


def test_powers_are_those_of_the_mandate_and_of_every_office():
    held = powers.powers(mandate=MandateRole.AGENT, offices=["registrar", "gone"], roles=ROLES)

    assert held == {"member.self", "member.read", "member.act", "parties.verify"}


@given(
    st.sampled_from([None, *MandateRole]),
    st.sets(st.sampled_from(["registrar", "trading", "gone"])),
    st.sets(st.sampled_from(["member.self", "member.act", "parties.verify", "other"])),
)
def test_a_token_never_has_more_than_its_person_nor_than_its_scopes(mandate, offices, scopes):
    whole = powers.powers(mandate=mandate, offices=offices, roles=ROLES)
    limited = powers.powers(mandate=mandate, offices=offices, roles=ROLES, scopes=scopes)

    assert limited == whole & scopes


def test_officers_powers_go_only_into_tokens_made_with_a_second_factor():
    held = frozenset({"member.self", "parties.verify"})

    assert sign_in.token_scopes(None, held=held, second_factor=False) == ["member.self"]
    assert sign_in.token_scopes(None, held=held, second_factor=True) == sorted(held)
    with pytest.raises(Refused) as refused:
        sign_in.token_scopes(["parties.verify"], held=held, second_factor=False)
    assert refused.value.reason is CommonRefusal.SECOND_FACTOR_MISSING
    with pytest.raises(Refused) as refused:
        sign_in.token_scopes(["auctions.run"], held=held, second_factor=True)
    assert refused.value.reason is sign_in.Refusal.SCOPE_UNKNOWN


@pytest.mark.parametrize("days", [0, 366, -1])
def test_a_token_lives_within_the_rulebooks_bound(days):
    with pytest.raises(Refused):
        sign_in.token_life(days, 365)
    assert sign_in.token_life(None, 30).days == 30
    assert sign_in.token_life(365, 365).days == 365


# -- secrets ----------------------------------------------------------------------------------------


def test_a_token_is_known_by_its_digest_alone():
    made = secrets.new_token()

    assert secrets.parse_token(made.text) == (made.id, made.digest)
    assert secrets.parse_token(made.text + "x") is None
    assert secrets.parse_token("hutong__") is None


@given(st.text(max_size=100))
def test_no_text_breaks_the_reading_of_tokens(text):
    assert secrets.parse_token(text) is None


def test_codes_follow_from_key_and_nonce_only():
    assert secrets.code_of("key", "nonce") == secrets.code_of("key", "nonce")
    assert secrets.code_of("key", "nonce") != secrets.code_of("other", "nonce")
    assert len(secrets.code_of("key", "nonce")) == 6


# RFC 6238, appendix B (SHA-1, the last six of its eight digits).
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_one_time_codes_are_those_of_the_rfc(seconds, code):
    counter = one_time.counter_of(seconds)

    assert one_time.code_at(RFC_SECRET, counter) == code
    assert one_time.accepted_counter(RFC_SECRET, code, seconds=seconds) == counter
    assert one_time.accepted_counter(RFC_SECRET, code, seconds=seconds + 30) == counter
    assert one_time.accepted_counter(RFC_SECRET, code, seconds=seconds + 90) is None
    assert one_time.accepted_counter(RFC_SECRET, code, seconds=seconds, after=counter) is None


@given(st.text(max_size=20))
def test_no_text_breaks_the_check_of_a_one_time_code(text):
    assert one_time.accepted_counter(RFC_SECRET, text, seconds=59) in (None, 0, 1, 2)


@pytest.mark.parametrize(
    "address",
    [
        *("", "a", "a@", "@b", "a b@c", "a@b@c", "a@.c", "x" * 300 + "@c", "a@b..c", "a,b@c"),
        *("a\u202e@b.cn", "\u200ba@b.cn", "ａ@b.cn", "a\0@b.cn"),  # which show as others, or not
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(Refused):
        sign_in.email(address)


def test_an_address_is_stored_in_small_letters():
    assert sign_in.email(" Office@University.EXAMPLE ") == "office@university.example"


# -- control ----------------------------------------------------------------------------------------


def test_control_begins_by_today_and_ends_after_it_began():
    today = date(2022, 6, 20)
    facts = {"id": UUID(int=9), "controller": UUID(int=1), "controlled": UUID(int=2)}
    begun = membership.control(**facts, share_bp=5100, since=today, today=today)
    assert begun.share_bp == 5100

    for wrong in (
        {"since": date(2022, 6, 21), "share_bp": None},
        {"since": today, "share_bp": 0},
        {"since": today, "share_bp": 10_001},
    ):
        with pytest.raises(Refused):
            membership.control(**facts, **wrong, today=today)
    for until in (date(2022, 6, 19), date(2022, 6, 21)):
        with pytest.raises(Refused):
            membership.end_control(id=UUID(int=9), since=today, until=until, today=today)
