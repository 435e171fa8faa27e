"""
Shapes on the wire: persons, parties, mandates, tokens, control.
"""

from datetime import date, datetime
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict

from hutong.doors.text import Text
from hutong.parties.membership import MandateRole
from hutong.parties.queries import (
    ControlView,
    InvitationView,
    MandateView,
    PartyDetail,
    PartyView,
    PersonView,
)
from hutong.parties.rules import Decision, Kind, Status
from hutong.parties.sign_in import Language


class In(Schema):
    """A request body: an unknown field is a typing mistake, and is told."""

    model_config = ConfigDict(extra="forbid")


# -- accounts ---------------------------------------------------------------------------------------


class SignUpIn(In):
    email: Text = Field(max_length=254, examples=["office@university.example"])
    password: Text = Field(max_length=1024, examples=["four random words together"])
    display_name: Text = Field(max_length=100, examples=["技术转移办公室"])
    language: Language = Language.CHINESE


class ConfirmIn(In):
    email: Text = Field(max_length=254, examples=["office@university.example"])
    code: Text = Field(max_length=64, description="Six digits from the mail", examples=["314159"])


class PersonOut(Schema):
    id: UUID
    email: str = Field(examples=["office@university.example"])
    display_name: str = Field(examples=["技术转移办公室"])
    language: Language

    @staticmethod
    def of(view: PersonView) -> "PersonOut":
        return PersonOut.model_validate(view, from_attributes=True)


class SentOut(Schema):
    """The same answer whether or not the address is known."""

    sent_to: str = Field(examples=["office@university.example"])


class MeIn(In):
    display_name: Text | None = Field(None, max_length=100)
    language: Language | None = None


class MeOut(Schema):
    """Who asks, for whom, and with which powers."""

    person: PersonOut
    party: UUID | None = Field(description="The party acted for by this request")
    second_factor: bool = Field(description="Whether this sign-in used a second factor")
    second_factor_enrolled: bool
    powers: list[str] = Field(examples=[["member.act", "member.own", "member.read", "member.self"]])
    roles: list[str] = Field(description="Offices held at this venue", examples=[[]])
    mandates: list["MandateOut"]


class FactorOut(Schema):
    secret: str = Field(description="Base32, for an authenticator app")
    otpauth_url: str


class FactorCodeIn(In):
    code: Text = Field(max_length=64, examples=["271828"])


class RecoveryOut(Schema):
    recovery_codes: list[str] = Field(description="Each works once; shown this once")


class TokenIn(In):
    label: Text = Field(max_length=200, examples=["import job of the office"])
    party: UUID | None = Field(
        None,
        description="Whom the token acts for. Without it: the party named by the X-Party header, "
        "or the only one its person acts for",
    )
    scopes: list[Text] | None = Field(
        None, max_length=100, description="Powers it has at most; absent: all its person can have"
    )
    days: int | None = Field(None, ge=1, le=3650, description="Life in days; 90 when absent")


class TokenMadeOut(Schema):
    id: str = Field(examples=["k3v9x0q2m7ab"])
    token: str = Field(description="Shown this once", examples=["hutong_k3v9x0q2m7ab_…"])
    scopes: list[str]
    expires_at: datetime


class TokenOut(Schema):
    id: str
    label: str
    party: UUID | None
    scopes: list[str]
    second_factor: bool
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None
    revoked: bool


# -- parties ----------------------------------------------------------------------------------------


class IdentifierModel(In):
    scheme: Text = Field(max_length=20, examples=["uscc"])
    value: Text = Field(max_length=100, examples=["12310000123456789B"])


class PartyIn(In):
    name_zh: Text = Field("", max_length=200, examples=["上海某大学"])
    name_en: Text = Field("", max_length=200, examples=["A University of Shanghai"])
    jurisdiction: Text = Field("CN", max_length=2, description="ISO 3166-1", examples=["CN"])
    identifiers: list[IdentifierModel] = Field(default_factory=list, max_length=20)
    state_owned: bool = False

    def pairs(self) -> list[tuple[str, str]]:
        return [(i.scheme, i.value) for i in self.identifiers]


class NewPartyIn(PartyIn):
    kind: Kind


class PartyOut(Schema):
    id: UUID
    kind: Kind
    name_zh: str
    name_en: str
    status: Status
    jurisdiction: str
    state_owned: bool
    identifiers: list[IdentifierModel]
    home_venue: str = Field(examples=["SHTE-DEMO"])

    @staticmethod
    def of(view: PartyView) -> "PartyOut":
        fields = {name: getattr(view, name) for name in PartyOut.model_fields}
        pairs = [IdentifierModel(scheme=s, value=v) for s, v in view.identifiers]
        return PartyOut(**{**fields, "identifiers": pairs})


class PartyDetailOut(PartyOut):
    registered_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    why: str = Field(description="The reason of the last return or suspension")

    @staticmethod
    def of_detail(detail: PartyDetail) -> "PartyDetailOut":
        return PartyDetailOut(
            **PartyOut.of(detail.party).model_dump(),
            registered_at=detail.registered_at,
            submitted_at=detail.submitted_at,
            decided_at=detail.decided_at,
            why=detail.why,
        )


class QueueItemOut(Schema):
    party: PartyOut
    submitted_at: datetime
    waiting_hours: int = Field(description="Whole hours in the queue", examples=[26])


class EvidenceIn(In):
    document: UUID = Field(description="A document of the party, stored with POST /documents")
    proves: Text = Field(min_length=1, max_length=200, examples=["business licence"])


class EvidenceOut(Schema):
    document: UUID
    proves: str
    attached_at: datetime


class DecisionIn(In):
    decision: Decision
    why: Text = Field("", max_length=2000, description="Needed when the party is returned")


class ReasonIn(In):
    why: Text = Field(min_length=1, max_length=2000, examples=["licence withdrawn"])


class ReleaseIn(ReasonIn):
    scheme: Text = Field(max_length=20, examples=["uscc"])
    value: Text = Field(max_length=100, examples=["12310000123456789B"])


class StateOwnedIn(ReasonIn):
    state_owned: bool


class MandateIn(In):
    email: Text = Field(max_length=254, examples=["agent@firm.example"])
    role: MandateRole


class MandateOut(Schema):
    id: UUID
    person: PersonOut
    party: PartyOut
    role: MandateRole
    granted_at: datetime

    @staticmethod
    def of(view: MandateView) -> "MandateOut":
        return MandateOut(
            id=view.id,
            person=PersonOut.of(view.person),
            party=PartyOut.of(view.party),
            role=MandateRole(view.role),
            granted_at=view.granted_at,
        )


class MandateMadeOut(Schema):
    mandate: UUID


class InvitedOut(Schema):
    """The same answer whether or not the address is known."""

    id: UUID = Field(description="The invitation; it becomes a mandate once it is accepted")


class InvitationOut(Schema):
    """What waits for my answer."""

    id: UUID
    party: PartyOut
    role: MandateRole
    invited_at: datetime
    expires_at: datetime = Field(description="Until when it may be accepted")

    @staticmethod
    def of(view: InvitationView) -> "InvitationOut":
        return InvitationOut(
            id=view.id,
            party=PartyOut.of(view.party),
            role=MandateRole(view.role),
            invited_at=view.invited_at,
            expires_at=view.expires_at,
        )


class InvitationSentOut(Schema):
    """An open invitation as the party sees it: the address that was typed, and no more."""

    id: UUID
    email: str = Field(examples=["agent@firm.example"])
    role: MandateRole
    invited_at: datetime
    expires_at: datetime = Field(description="Until when it may be accepted")

    @staticmethod
    def of(view: InvitationView) -> "InvitationSentOut":
        return InvitationSentOut.model_validate(view, from_attributes=True)


class ControlIn(In):
    controller: UUID
    controlled: UUID
    share_bp: int | None = Field(
        None, description="Share in basis points; absent: control by other means", examples=[5100]
    )
    since: date = Field(examples=["2020-01-01"])


class ControlEndIn(In):
    until: date = Field(examples=["2022-06-01"])


class ControlOut(Schema):
    id: UUID
    controller: UUID
    controlled: UUID
    share_bp: int | None
    since: date
    until: date | None

    @staticmethod
    def of(view: ControlView) -> "ControlOut":
        return ControlOut.model_validate(view, from_attributes=True)


class ControlMadeOut(Schema):
    id: UUID


class OfficerIn(In):
    email: Text = Field(max_length=254, examples=["registrar@exchange.example"])
    role: Text = Field(max_length=40, description="A role of the rulebook", examples=["registrar"])


class DismissIn(In):
    role: Text = Field(max_length=40, examples=["registrar"])


class OfficerOut(Schema):
    person: PersonOut
    role: str
    appointed_at: datetime


MeOut.model_rebuild()
