"""What a correction should have said comes from outside: malformed, it is refused, and never slow."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from hutong.kit.refusal import Refused
from hutong.rights.acts import Freeze, Licence, Mode, Pledge
from hutong.rights.acts_written import act_facts, misshapen
from hutong.rights.grant_schemas import RightIn
from hutong.rights.scope import Field, Scope, Term, Territory

A, B = UUID(int=1), UUID(int=2)
CHINA = Scope(Territory.of(["CN"]), Field.of(), Term.of(date(2022, 1, 1), date(2030, 1, 1)))
TRANSFER = {"giver": str(A), "taker": str(B), "share": "1/2"}
PLEDGE = act_facts(Pledge(pledgor=A, pledgee=B, rank=1, secured_fen=5))
LICENCE = act_facts(Licence(licensor=A, licensee=B, mode=Mode.SOLE, scope=CHINA))


@pytest.mark.parametrize(
    ("kind", "facts", "wrong"),
    [
        ("transfer", TRANSFER, {"share": "1e999999999"}),
        ("transfer", TRANSFER, {"share": "9" * 100_000}),
        ("transfer", TRANSFER, {"share": 0.5}),
        ("transfer", TRANSFER, {"taker": 5}),
        ("transfer", TRANSFER, {"abroad": "yes"}),
        ("pledge", PLEDGE, {"rank": True}),
        ("pledge", PLEDGE, {"rank": "1"}),
        ("pledge", PLEDGE, {"secured_fen": 1.5}),
        ("pledge", PLEDGE, {"currency": "C" * 1_000}),
        ("pledge", PLEDGE, {"debt_due_on": "soon"}),
        ("licence", LICENCE, {"scope": {}}),
        ("licence", LICENCE, {"scope": {**LICENCE["scope"], "territory": ["XX"]}}),
        ("licence", LICENCE, {"sublicensable": "no"}),
        ("licence", LICENCE, {"mode": "best"}),
        ("first_registration", {}, {"holdings": [["ownership", str(A), "1", "0"]]}),
        ("first_registration", {}, {"holdings": [[]]}),
        ("first_registration", {}, {}),
        ("freeze", {"authority": "A court", "paper": "1"}, {"authority": "a\x00b"}),
        ("gift", {}, {}),
    ],
)
def test_a_malformed_act_is_refused(kind: str, facts: Any, wrong: Any) -> None:
    with pytest.raises(Refused):
        RightIn(kind=kind, facts={**facts, **wrong}).act()


def test_what_is_well_formed_is_read() -> None:
    assert RightIn(kind="licence", facts=LICENCE).act().mode is Mode.SOLE
    assert RightIn(kind="pledge", facts=PLEDGE).act().rank == 1
    assert misshapen(Freeze(authority="A court", paper="x" * 401)) == "paper"
