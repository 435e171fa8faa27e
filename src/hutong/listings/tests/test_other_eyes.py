"""An officer who belongs to a side does not decide for the venue (PA-5, LI-4)."""

import pytest

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.listings import actions, intents
from hutong.listings.offers import ExportClass
from hutong.listings.rules import Decision
from hutong.listings.testing import ALL_YES, applied_intent, open_listing, submitted_listing
from hutong.parties.membership import MandateRole
from hutong.parties.testing import let_in, officer

pytestmark = pytest.mark.django_db


def officer_who_reads_for(party, now):
    """A listing officer with no more than a viewer's mandate for a party."""
    actor = officer("listing")
    let_in(party, actor.person, MandateRole.VIEWER, now=now)
    return actor


def refusal_of(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def test_nobody_of_the_sellers_examines_its_listing(venue, seller):
    listing = submitted_listing(seller)
    actor = officer_who_reads_for(seller, venue.now)
    said = refusal_of(
        lambda: actions.examine(
            actor=actor,
            now=venue.now,
            listing=listing.id,
            decision=Decision.ACCEPT,
            checklist=ALL_YES,
            export_class=ExportClass.FREE,
            findings="In order.",
        )
    )
    assert said is CommonRefusal.SAME_EYES


def test_nobody_of_either_side_qualifies_a_buyer(venue, seller, buyer):
    intent = applied_intent(open_listing(seller), buyer)
    for side in (seller, buyer):
        actor = officer_who_reads_for(side, venue.now)
        said = refusal_of(
            lambda actor=actor: actions.qualify(
                actor=actor,
                now=venue.now,
                intent=intent.id,
                decision=intents.Decision.QUALIFY,
                findings="Meets the conditions.",
            )
        )
        assert said is CommonRefusal.SAME_EYES
