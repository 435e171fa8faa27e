"""
Procedure templates, by the API: everybody reads them, administrators publish and adopt (PA-5).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema, Status

from hutong.doors import DoorRequest
from hutong.doors.api import PROBLEMS
from hutong.doors.text import Text
from hutong.network.procedures import actions, queries, rules
from hutong.network.procedures.queries import Known

router = Router(tags=["network"])


class ProcedureTemplateOut(Schema):
    """The latest published version of a template."""

    venue: str = Field(examples=["SHTE"])
    template: UUID
    version: int = Field(examples=[2])
    rulebook_version: int = Field(description="Of that venue, from which it was taken")
    name_zh: str = Field(examples=["首次登记与挂牌流程"])
    name_en: str = Field(examples=["First registration and listing"])
    note: str
    parts: dict[str, Any] = Field(description="Whole parts of a rulebook")
    digest: str = Field(
        description="Of the document as published", examples=["sha256:" + "5f" * 32]
    )
    entry_index: int | None = Field(description="In that venue's log; null: this venue's own")
    adopted: int | None = Field(description="Which version this venue's rulebook follows")
    same: bool = Field(description="Whether the rulebook in force here says what it says")
    newer: bool = Field(description="Published since the version adopted here")

    @classmethod
    def of(cls, known: Known) -> "ProcedureTemplateOut":
        t = known.template
        return cls(
            venue=known.venue,
            template=t.id,
            version=t.version,
            rulebook_version=t.rulebook_version,
            name_zh=t.name_zh,
            name_en=t.name_en,
            note=t.note,
            parts={name: dict(values) for name, values in t.parts.items()},
            digest=known.digest,
            entry_index=known.entry_index,
            adopted=known.adopted,
            same=known.same,
            newer=known.newer,
        )


class ProcedureIn(Schema):
    parts: list[Text] = Field(max_length=len(rules.PARTS), examples=[["rights", "listings"]])
    name_zh: Text = Field("", max_length=rules.LONGEST_NAME, examples=["首次登记与挂牌流程"])
    name_en: Text = Field("", max_length=rules.LONGEST_NAME)
    note: Text = Field("", max_length=rules.LONGEST_NOTE)
    template: UUID | None = Field(None, description="The next version of one of ours")


class ProcedureOut(Schema):
    """A version of a template of this venue."""

    id: int
    template: UUID
    version: int
    status: rules.Status
    name_zh: str
    name_en: str
    note: str
    parts: list[str]
    rulebook_version: int
    digest: str
    proposed_at: datetime
    decided_at: datetime | None


class TemplateReasonIn(Schema):
    reason: Text = Field("", max_length=rules.LONGEST_NOTE)


class TemplateAdoptionIn(Schema):
    version: int = Field(ge=1, description="The version that was compared", examples=[2])


class TemplateAdoptionOut(Schema):
    rulebook_version: int = Field(description="Proposed here; another officer adopts it")


@router.get(
    "/network/procedures",
    response={200: list[ProcedureTemplateOut], **PROBLEMS},
    summary="Procedure templates of the network",
    auth=None,
)
def everywhere(request: DoorRequest) -> list[ProcedureTemplateOut]:
    """The latest version of each, of this venue and of all others, by venue and name. Open to
    everybody."""
    return [ProcedureTemplateOut.of(one) for one in queries.everywhere(request.now)]


@router.get(
    "/network/procedures/{venue}/{template}",
    response={200: ProcedureTemplateOut, **PROBLEMS},
    summary="A procedure template",
    auth=None,
)
def one(request: DoorRequest, venue: str, template: UUID) -> ProcedureTemplateOut:
    """As its venue's log has it. Open to everybody (LO-4)."""
    return ProcedureTemplateOut.of(queries.known(venue, template, request.now))


@router.post(
    "/network/procedures/{venue}/{template}/adoption",
    response={201: TemplateAdoptionOut, **PROBLEMS},
    summary="Propose a rulebook that follows a template",
)
def adopt(
    request: DoorRequest, venue: str, template: UUID, body: TemplateAdoptionIn
) -> Status[TemplateAdoptionOut]:
    """A version of this venue's rulebook with the template's parts in it. Needs `rulebook.propose`;
    another officer adopts it (PA-5)."""
    number = actions.propose_adoption(
        actor=request.actor,
        now=request.now,
        venue=venue,
        template=template,
        version=body.version,
    )
    return Status(201, TemplateAdoptionOut(rulebook_version=number))


@router.get(
    "/procedures",
    response={200: list[ProcedureOut], **PROBLEMS},
    summary="Templates of this venue, proposed and published",
)
def ours(request: DoorRequest) -> list[Any]:
    """Latest first. Needs `rulebook.propose`."""
    request.actor.need(queries.PROPOSE)
    return queries.procedures()


@router.post(
    "/procedures",
    response={201: ProcedureOut, **PROBLEMS},
    summary="Propose to publish a template",
)
def propose(request: DoorRequest, body: ProcedureIn) -> Status[Any]:
    """Parts of the rulebook in force. Needs `rulebook.propose`; another officer publishes it (PA-5)."""
    made = actions.propose(
        actor=request.actor,
        now=request.now,
        parts=body.parts,
        name_zh=body.name_zh,
        name_en=body.name_en,
        note=body.note,
        template=body.template,
    )
    return Status(201, made)


@router.post(
    "/procedures/{procedure}/publish",
    response={200: ProcedureOut, **PROBLEMS},
    summary="Publish a template",
)
def publish(request: DoorRequest, procedure: int) -> Any:
    """Needs `rulebook.adopt`, and other eyes than those that proposed it (PA-5)."""
    return actions.publish(actor=request.actor, now=request.now, procedure=procedure)


@router.post(
    "/procedures/{procedure}/withdraw",
    response={200: ProcedureOut, **PROBLEMS},
    summary="Do not publish a proposed template",
)
def withdraw(request: DoorRequest, procedure: int, body: TemplateReasonIn) -> Any:
    """Needs `rulebook.propose` (PA-5)."""
    return actions.withdraw(
        actor=request.actor, now=request.now, procedure=procedure, reason=body.reason
    )
