"""Titles with more licences than a page holds: pages that say what the replay says (RR-8, RR-10)."""

from datetime import date, timedelta

import pytest

from beginnings import beginning
from hutong.kit.refusal import Refused
from hutong.parties.testing import member_of, officer, verified_party
from hutong.rights import actions, queries
from hutong.rights.acts import Licence, Mode
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.queries import lines
from hutong.rights.queries.titles import FOREVER
from hutong.rights.register import EVER
from hutong.rights.scope import Field, Scope, Term, Territory
from hutong.rights.testing import a_document, approved, licensed, registered_technology

pytestmark = pytest.mark.django_db

END = date(2025, 6, 30)


def scope(venue, place):
    return Scope(Territory.of([place]), Field.of(), Term.of(venue.now.date(), END))


@beginning
def burdened(venue):
    """A right with four licences: in force, given back, struck out, exclusive elsewhere."""
    owner = verified_party("上海某大学")
    licensee = verified_party("某科技有限公司", kind="enterprise")
    technology = registered_technology(owner, now=venue.now).id
    venue.later(days=20)
    entries = [
        licensed(technology, owner, licensee, scope=scope(venue, "CN"), now=venue.now)
        for _ in range(3)
    ]
    abroad = scope(venue, "US")
    entries.append(
        licensed(technology, owner, licensee, scope=abroad, now=venue.now, mode=Mode.EXCLUSIVE)
    )
    before = venue.now
    venue.later(days=5)
    actor = member_of(licensee)
    actions.surrender(
        actor=actor,
        now=venue.now,
        grant=entries[1],
        evidence=[a_document(actor, now=venue.now)],
    )
    registrar = officer("registrar")
    proposed = actions.propose_correction(
        actor=registrar,
        now=venue.now,
        entry=entries[2],
        right=None,
        reason="Entered twice.",
        evidence=[a_document(registrar, now=venue.now)],
    )
    approved(proposed.id, now=venue.now)
    return technology, owner, entries, before


def followed(technology, on, known_at=None, **said):
    """Every page of one licence each, and the count the first one gave."""
    page = queries.grants_of(technology, on, known_at, limit=1, **said)
    count, found = page["count"], list(page["items"])
    while page["next"]:
        page = queries.grants_of(technology, on, known_at, limit=1, cursor=page["next"], **said)
        found += page["items"]
    return found, count


def test_pages_of_licences_say_together_what_the_replay_says(venue, burdened):
    technology, _, entries, before = burdened
    today = venue.now.date()
    for on, known_at, live in (
        (today, None, False),
        (today, None, True),
        (END + timedelta(days=1), None, False),
        (before.date(), None, False),
        (today, before, True),
    ):
        found, count = followed(technology, on, known_at, live=live)
        assert found == list(queries.use_of(technology, on, known_at, live=live))
        assert count == len(found)
    found, _ = followed(technology, today)
    assert [grant.entry for grant in found] == [entries[0], entries[1], entries[3]]
    found, _ = followed(technology, today, live=True)
    assert [grant.entry for grant in found] == [entries[0], entries[3]]
    found, _ = followed(technology, before.date(), before)
    assert [grant.entry for grant in found] == entries


def test_a_chain_holds_the_latest_lines_about_licences_and_counts_the_others(venue, burdened):
    technology, _, entries, before = burdened
    title = queries.title(technology)
    kinds = [entry.kind.value for entry in title.chain]
    assert kinds == ["first_registration", *["licence"] * 3, "surrender", "struck_out"]
    assert title.omitted == 0
    _title, latest, left = lines.of_title(technology, on=EVER, known_at=FOREVER, most=2)
    assert [line.kind.value for line in latest] == ["surrender", "struck_out"]
    assert left == 3
    _title, latest, left = lines.of_title(technology, on=EVER, known_at=before, most=3)
    assert [line.id for line in latest] == entries[1:]
    assert left == 1


def test_what_stands_against_a_licence_is_found_without_the_others(venue, burdened):
    technology, owner, entries, _ = burdened
    taker = verified_party("另一科技有限公司", kind="enterprise").id

    def asked(place):
        act = Licence(
            licensor=owner.id, licensee=taker, mode=Mode.ORDINARY, scope=scope(venue, place)
        )
        return queries.why_not_grant(technology, act, venue.now.date())

    assert asked("CN") is None
    refused = asked("US")
    assert isinstance(refused, Refused)
    assert refused.reason is GrantRefusal.EXCLUSIVE_STANDS
    assert refused.facts["entry"] == queries.entry(entries[3]).number
    assert list(queries.audit()) == []
