"""A member may sign what it likes of its own parties; what cannot be is refused, and breaks nothing."""

from copy import deepcopy

import pytest

from hutong.kit.refusal import Refused
from hutong.network.recognition import credentials
from hutong.network.recognition.rules import Refusal

PARTY = "0197a000-0000-7000-8000-000000000001"
CONTENT = {
    "holder": {
        "id": PARTY,
        "name_zh": "某\u3000大学",
        "name_en": "A University",
        "identifiers": [["uscc", "91310000607311573J"]],
    },
    "verified": {
        "home_venue": "SZTE",
        "kind": "university",
        "jurisdiction": "CN",
        "until": "2024-06-20",
    },
}
ACCREDITED = {
    "institution": {"id": PARTY, "name_zh": "某评估机构", "name_en": ""},
    "accreditation": {"capability": "valuation", "from": "2022-06-20", "until": "2024-06-20"},
}


def changed(content, path, value):
    found = deepcopy(content)
    *parts, last = path.split(".")
    place = found
    for part in parts:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return found


def test_a_party_is_known_by_what_its_venue_says():
    said = credentials.vouched("SZTE", "SZTE-ZT-2022-000001", CONTENT)
    assert (said.home_venue, str(said.foreign_id), said.jurisdiction) == ("SZTE", PARTY, "CN")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("holder", None),
        ("verified", []),
        ("holder.id", "no id"),
        ("holder.name_zh", None),
        ("holder.name_zh", 7),
        ("holder.name_zh", "\u202e学大某"),
        ("holder.name_zh", "某\u200b大学"),
        ("holder.name_en", "A\nUniversity"),
        ("holder.name_en", "x" * 201),
        ("holder.identifiers", "uscc"),
        ("holder.identifiers", [["uscc"]]),
        ("holder.identifiers", [["uscc", "9" * 61]]),
        ("holder.identifiers", [["uscc", ""]]),
        ("holder.identifiers", [["uscc", "9131\u200b0000"]]),
        ("verified.kind", "empire"),
        ("verified.jurisdiction", "cn"),
        ("verified.jurisdiction", "C\u0417"),
        ("verified.until", "9999-99-99"),
        ("verified.until", 20240620),
        ("verified.home_venue", ["SZTE"]),
    ],
)
def test_what_cannot_be_a_party_is_refused(path, value):
    with pytest.raises(Refused) as refused:
        credentials.vouched("SZTE", "SZTE-ZT-2022-000001", changed(CONTENT, path, value))
    assert refused.value.reason is Refusal.CREDENTIAL_WRONG


def test_a_venue_speaks_for_its_own_parties_alone():
    with pytest.raises(Refused) as refused:
        credentials.vouched("SDTE", "SDTE-ZT-2022-000001", CONTENT)
    assert refused.value.reason is Refusal.OTHER_VENUES_PARTY


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("institution.id", 1),
        ("institution.name_zh", "\u2066x"),
        ("accreditation.capability", "v" * 41),
        ("accreditation.until", "soon"),
        ("accreditation", None),
    ],
)
def test_what_cannot_be_an_accreditation_is_refused(path, value):
    credentials.accredited("SZTE", "SZTE-RD-2022-000001", ACCREDITED)
    with pytest.raises(Refused) as refused:
        credentials.accredited("SZTE", "SZTE-RD-2022-000001", changed(ACCREDITED, path, value))
    assert refused.value.reason is Refusal.CREDENTIAL_WRONG
