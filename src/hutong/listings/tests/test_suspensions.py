"""Why a listing stands still is kept by its code and read in the reader's language (LI-2, RR-6)."""

import pytest
from django.utils.translation import override

from hutong.doors.problems import sentence_of_code
from hutong.kit.actor import SYSTEM
from hutong.kit.refusal import Refused
from hutong.listings import actions
from hutong.listings.refusals import Refusal
from hutong.listings.rules import Status
from hutong.listings.suspensions import Cause, by_cause, by_refusal
from hutong.listings.testing import open_listing
from hutong.notices.wording import written
from hutong.parties.testing import officer, verified_party
from hutong.ui.templatetags.ui import because


def test_a_cause_is_said_in_the_language_it_is_read_in():
    kept = by_cause(Cause.RIGHT_FROZEN, number="SH-1")
    with override("en"):
        assert sentence_of_code(kept) == "A right on offer was frozen: register entry SH-1."
    with override("zh-hans"):
        assert sentence_of_code(kept) == written("reason", kept)
        assert "SH-1" in sentence_of_code(kept)
        assert "frozen" not in sentence_of_code(kept)


def test_a_refusal_that_stands_against_the_sale_is_kept_with_its_facts():
    kept = by_refusal(Refused(Refusal.SUSPENDED))
    assert kept == {"code": "listings.suspended"}
    with override("zh-hans"):
        assert sentence_of_code(kept) != Refusal.SUSPENDED.text


def test_a_code_that_is_gone_is_said_as_it_stands():
    assert sentence_of_code({"code": "listings.gone"}) == "listings.gone"


@pytest.mark.django_db
def test_an_officers_words_and_the_venues_cause_take_each_others_place(venue):
    listing = open_listing(verified_party("某大学"))
    clerk = officer("listing")
    words = actions.suspend(actor=clerk, now=venue.now, listing=listing.id, reason="核实中")
    assert (because(words), words.suspended_for) == ("核实中", {})
    resumed = actions.resume(actor=clerk, now=venue.now, listing=listing.id)
    assert (resumed.suspended_because, resumed.suspended_for) == ("", {})

    cause = by_cause(Cause.LEFT_MARKET)
    caused = actions.suspend_for(actor=SYSTEM, now=venue.now, listing=listing.id, because=cause)
    assert (caused.status, caused.suspended_because) == (Status.SUSPENDED, "")
    with override("en"):
        assert because(caused) == "A technology on offer has left the market."
