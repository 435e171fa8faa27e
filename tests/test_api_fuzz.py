"""
Everything the API's description allows, and more, sent to every operation: nothing may break.

Bounded: so many seconds in all, shared out over the operations; the seed is fixed, so that a
failure comes again. As a member who owns a party, and as an officer with every power.
"""

import contextlib
import os
import time
import uuid
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from hutong.auctions.testing import an_open_lot, bidders
from hutong.listings.testing import open_listing
from hutong.node.keys import make_keyring
from hutong.node.searching import FEEDS
from hutong.parties import actions as parties
from hutong.parties import testing as people
from hutong.rights.testing import a_document, submitted_application
from hutong.rulebook import queries as rulebook
from hutong.search.following import Follower, ask_for_rebuild
from hutong.settlement.testing import paid_deal

SECONDS = float(os.environ.get("HUTONG_FUZZ_SECONDS", "60"))
EXAMPLES = 25


@dataclass
class Callers:
    """Who calls, by their tokens; and what there is to call for, by the name of the parameter."""

    tokens: dict[str, str | None]
    things: dict[str, str]


@pytest.fixture
def callers(own_database, venue):
    """A member whose party sells, an officer who may do everything, a stranger; a case half done."""
    make_keyring()
    seller = people.verified_party("上海某大学", now=venue.now)
    sold = paid_deal(seller=seller)
    on_board = open_listing(seller)
    applied = submitted_application(seller)
    lot = an_open_lot(opens_at=venue.now, bidders=bidders(2))
    file = a_document(people.member_of(seller), now=venue.now)
    _what_is_public_can_be_sought()
    officer = people.officer(*rulebook.in_force(venue.now).rules.roles, now=venue.now)
    things = {
        "party_id": seller.id,
        "deal": sold.id,
        "listing": on_board.id,
        "application": applied.id,
        "technology": sold.technologies[0],
        "lot": lot,
        "document_id": file,
        "person_id": officer.person,
        "version": 1,
        "index": 0,
    }
    tokens = {
        "a member": _token(people.member_of(seller, now=venue.now), venue, seller.id),
        "an officer": _token(officer, venue, None),
        "a stranger": None,
    }
    return Callers(tokens, {name: str(thing) for name, thing in things.items()})


def _what_is_public_can_be_sought():
    ask_for_rebuild()  # of what another test may have left
    follower = Follower(FEEDS)
    try:
        assert follower.step()
    finally:
        follower.close()


def _token(actor, venue, party):
    return parties.issue_token(actor=actor, now=venue.now, label="fuzzing", party=party).secret


@pytest.mark.drill
def test_no_request_breaks_the_api(callers):
    # Here, because the import takes long, and most runs choose other tests.
    import schemathesis
    from schemathesis.core.failures import FailureGroup

    from hutong.node.wsgi import application

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 100
    share = SECONDS / len(operations) / len(callers.tokens)
    failures, sent = {}, 0
    for operation in operations:
        for who, token in callers.tokens.items():
            try:
                sent += _send_all_kinds(operation, token, callers.things, share)
            except (Exception, FailureGroup) as error:
                failures[f"{operation.label} by {who}"] = _short(error)
                break
    told = "\n\n".join(f"{where}\n{what}" for where, what in failures.items())
    assert not failures, f"{len(failures)} operations break:\n\n{told}"
    assert sent > len(operations), "the time is too short for anything to be found"


class _TimeIsUp(Exception):
    pass


def _send_all_kinds(operation, token, things, seconds):
    """Send what hypothesis thinks of, for things that are there and things that are not, until the
    time is up. Returns how many; raises for the first bad answer."""
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    demanded = (
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    )
    sent = 0
    deadline = time.monotonic() + seconds
    authorization = {"Authorization": f"Bearer {token}"} if token else {}

    @seed(20220620)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), there=st.booleans())
    def send(case, there):
        nonlocal sent
        if time.monotonic() > deadline and sent:
            raise _TimeIsUp  # hypothesis would go on thinking of examples
        sent += 1
        if there:
            known = {name: things[name] for name in case.path_parameters or {} if name in things}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        headers = {**authorization, "Idempotency-Key": str(uuid.uuid4())}
        headers["Accept-Encoding"] = "identity"  # nobody between us and the venue would unpack it
        response = case.call(headers=headers)
        case.validate_response(response, checks=demanded)

    with contextlib.suppress(_TimeIsUp):
        send()
    return sent


def _short(error):
    text = "\n".join(str(e) for e in getattr(error, "exceptions", [error]))
    return "\n".join(line for line in text.splitlines() if line.strip())[:1500]
