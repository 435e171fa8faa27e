"""
Researcher empowerment over HTTP, and the income its plans share out (RR-9).
"""

from typing import Any
from uuid import UUID

from ninja import Query, Router, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS, Page
from hutong.kit.actor import READ
from hutong.rights import actions, queries
from hutong.rights import empowerment_schemas as shapes
from hutong.rights.income import Cost
from hutong.rights.schemas import ApplicationOut

router = Router(tags=["rights"])

CURSOR: Any = Query(None, max_length=400, description="`next` of the page before")
LIMIT: Any = Query(50, ge=1, le=200)


@router.post(
    "/rights/empowerments",
    response={201: ApplicationOut, **PROBLEMS},
    summary="Draft an application to empower inventors",
)
def draft_empowerment(request: DoorRequest, body: shapes.EmpowermentIn) -> Status[Any]:
    """Needs `member.act` for the institution that holds the rights. The file proves due diligence
    (internal publicity, collective decision, price basis) and holds the income plan; those
    empowered and co-owners agree before it is submitted (RR-9)."""
    return Status(
        201,
        actions.apply_empowerment(
            actor=request.actor,
            now=request.now,
            technologies=body.technologies,
            file=body.file(),
            evidence=body.evidence,
        ),
    )


@router.get(
    "/rights/incomes",
    response={200: Page[shapes.StatementOut], **PROBLEMS},
    summary="Income shared with contributors",
)
def list_incomes(request: DoorRequest, cursor: str | None = CURSOR, limit: int = LIMIT) -> Any:
    """Needs `member.read`: statements that one's party pays, or is paid by; `rights.examine` and
    `supervise.read` see all (RR-9)."""
    if not queries.sees_all_statements(request.actor):
        request.actor.need(READ)
    page = queries.statements(request.actor, cursor=cursor, limit=limit)
    return {**page, "items": [shapes.StatementOut.of(one) for one in page["items"]]}


@router.get(
    "/rights/incomes/{statement}",
    response={200: shapes.StatementOut, **PROBLEMS},
    summary="A statement of shared income",
)
def get_income(request: DoorRequest, statement: UUID) -> Any:
    """Needs `member.read` for the institution or a contributor, who sees its own share only."""
    return shapes.StatementOut.of(queries.statement(statement, request.actor))


@router.post(
    "/rights/incomes/{statement}/costs",
    response={200: shapes.StatementOut, **PROBLEMS},
    summary="State deductible costs",
)
def state_costs(request: DoorRequest, statement: UUID, body: shapes.CostsIn) -> Any:
    """Needs `member.act` for the institution, until it is confirmed. Net income is what is left, and
    the shares follow to the fen (RR-9)."""
    costs = [
        Cost(kind=cost.kind, amount_fen=cost.amount_fen, reason=cost.reason) for cost in body.costs
    ]
    return shapes.StatementOut.of(
        actions.state_costs(actor=request.actor, now=request.now, statement=statement, costs=costs)
    )


@router.post(
    "/rights/incomes/{statement}/confirm",
    response={200: shapes.StatementOut, **PROBLEMS},
    summary="Confirm the shares of net income",
)
def confirm_income(request: DoorRequest, statement: UUID) -> Any:
    """Needs `member.act` for the institution. From then on costs and shares stand (RR-9)."""
    return shapes.StatementOut.of(
        actions.confirm_income(actor=request.actor, now=request.now, statement=statement)
    )


@router.post(
    "/rights/incomes/{statement}/given",
    response={200: shapes.StatementOut, **PROBLEMS},
    summary="Record that a contributor was given its share",
)
def record_given(request: DoorRequest, statement: UUID, body: shapes.GivenIn) -> Any:
    """Needs `member.act` for the institution: in cash, as equity or as co-investment, with what
    proves it (RR-9)."""
    return shapes.StatementOut.of(
        actions.record_given(
            actor=request.actor,
            now=request.now,
            statement=statement,
            contributor=body.contributor,
            given_on=body.given_on,
            proof=body.proof,
        )
    )
