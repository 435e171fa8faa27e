"""
Who acts for whom: mandates, offices, control (PA-2, PA-5, PA-7).

    invitation  open → accepted | declined | withdrawn | expired   a mandate only once accepted
    mandate   granted → revoked      the last owner of a party stays
    office    appointed → dismissed  by somebody else, never by or for oneself
    control   since → until          decides who is affiliated with whom

Pure: facts come in, events go out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from hutong.kit.calendar import natural_days_after
from hutong.kit.event import Event, Private, Visibility
from hutong.kit.refusal import N_, Reason, Refused, reason

APPOINT = "parties.appoint"
WHOLE_BP = 10_000


class MandateRole(StrEnum):
    OWNER = "owner"
    AGENT = "agent"
    VIEWER = "viewer"


class Ending(StrEnum):
    """How an invitation ended."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


INVITATIONS_A_DAY = 50  # of one person: each goes out as a mail, perhaps to a stranger
INVITATION_DAYS = 14  # a letter nobody answers is no key left lying about
ANY_ROLE = tuple(role.value for role in MandateRole)


class Refusal(Reason):
    LAST_OWNER = reason(
        "parties.last_owner", "PA-2", N_("The last owner of a party cannot be removed.")
    )
    MANDATE_HELD = reason(
        "parties.mandate_held", "PA-2", N_("This person already acts for the party, as {role}.")
    )
    INVITED_ALREADY = reason(
        "parties.invited_already",
        "PA-2",
        N_("{email} is invited already; withdraw that invitation first."),
    )
    INVITATION_EXPIRED = reason(
        "parties.invitation_expired",
        "PA-2",
        N_("The invitation held until {expires_at}; ask for a new one."),
    )
    INVITATIONS_SPENT = reason(
        "parties.invitations_spent",
        "PA-2",
        N_("At most {most} invitations a day; go on tomorrow."),
        429,
    )
    PERSON_UNKNOWN = reason(
        "parties.person_unknown",
        "PA-2",
        N_("No person with a confirmed e-mail address answers to that."),
        404,
    )
    ROLE_UNKNOWN = reason(
        "parties.role_unknown",
        "PA-2",
        N_("The rulebook knows no role “{role}”; it has: {roles}."),
        422,
    )
    ROLE_HELD = reason(
        "parties.role_held", "PA-2", N_("This person holds the role {role} already.")
    )
    NOT_ONESELF = reason(
        "parties.not_oneself", "PA-5", N_("Nobody appoints or dismisses themselves."), 403
    )
    LAST_ADMINISTRATOR = reason(
        "parties.last_administrator",
        "PA-2",
        N_("The last person able to appoint officers cannot be dismissed."),
    )
    ADMINISTRATOR_EXISTS = reason(
        "parties.administrator_exists",
        "PA-2",
        N_("This venue has an administrator, who appoints the next ones."),
    )
    ADDRESS_HELD = reason("parties.address_held", "PA-2", N_("{email} has an account already."))
    CONTROL_OF_SELF = reason(
        "parties.control_of_self", "PA-7", N_("A party does not control itself."), 422
    )
    CONTROL_KNOWN = reason(
        "parties.control_known", "PA-7", N_("This control is recorded already, since {since}.")
    )
    CONTROL_DATES = reason(
        "parties.control_dates",
        "PA-7",
        N_("Control begins today or earlier, and ends today or earlier but not before it began."),
        422,
    )
    SHARE_INVALID = reason(
        "parties.share_invalid", "PA-7", N_("A share is 1 to 10,000 basis points."), 422
    )


@dataclass(frozen=True, kw_only=True)
class Invited(Event, kind="parties.Invited", visibility=Visibility.JOURNALLED):
    """Somebody may accept a mandate; until then they are nothing to the party but an address."""

    invitation: UUID
    party: UUID
    role: MandateRole
    email: Private[str]


@dataclass(frozen=True, kw_only=True)
class InvitationEnded(Event, kind="parties.InvitationEnded", visibility=Visibility.JOURNALLED):
    invitation: UUID
    party: UUID
    ending: Ending


@dataclass(frozen=True, kw_only=True)
class MandateGranted(Event, kind="parties.MandateGranted"):
    mandate: UUID
    party: UUID
    role: MandateRole
    person: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class MandateRevoked(Event, kind="parties.MandateRevoked"):
    mandate: UUID
    party: UUID
    role: MandateRole
    person: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class OfficerAppointed(Event, kind="parties.OfficerAppointed"):
    office: UUID
    role: str
    person: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class OfficerDismissed(Event, kind="parties.OfficerDismissed"):
    office: UUID
    role: str
    person: Private[UUID]


@dataclass(frozen=True, kw_only=True)
class ControlRecorded(Event, kind="parties.ControlRecorded"):
    control: UUID
    since: date
    controller: Private[UUID]
    controlled: Private[UUID]
    share_bp: Private[int | None]


@dataclass(frozen=True, kw_only=True)
class ControlEnded(Event, kind="parties.ControlEnded"):
    control: UUID
    until: date


def invitation_end(invited_at: datetime) -> datetime:
    """Until when an invitation may be accepted: 17:00 of its last day (TI-1)."""
    return natural_days_after(invited_at, INVITATION_DAYS).at


def need_another_owner(role: MandateRole, owners: int) -> None:
    """Refuse to take away the mandate of the only owner (`owners` counts the live ones)."""
    if role is MandateRole.OWNER and owners <= 1:
        raise Refused(Refusal.LAST_OWNER)


def need_known_role(role: str, roles: Collection[str]) -> None:
    if role not in roles:
        raise Refused(Refusal.ROLE_UNKNOWN, role=role, roles=", ".join(sorted(roles)))


def need_someone_else(actor: UUID | None, person: UUID) -> None:
    """PA-5 cannot be broken by giving oneself another role."""
    if actor == person:
        raise Refused(Refusal.NOT_ONESELF)


def need_another_appointer(losing: bool, appointers: int) -> None:
    """Refuse to leave the venue without anybody who can appoint."""
    if losing and appointers <= 1:
        raise Refused(Refusal.LAST_ADMINISTRATOR)


def control(
    *,
    id: UUID,
    controller: UUID,
    controlled: UUID,
    share_bp: int | None,
    since: date,
    today: date,
) -> ControlRecorded:
    """Record that one party controls another; `share_bp` None when not by a share."""
    if controller == controlled:
        raise Refused(Refusal.CONTROL_OF_SELF)
    if share_bp is not None and not 1 <= share_bp <= WHOLE_BP:
        raise Refused(Refusal.SHARE_INVALID)
    if since > today:
        raise Refused(Refusal.CONTROL_DATES)
    return ControlRecorded(
        control=id, since=since, controller=controller, controlled=controlled, share_bp=share_bp
    )


def end_control(*, id: UUID, since: date, until: date, today: date) -> ControlEnded:
    if not since <= until <= today:
        raise Refused(Refusal.CONTROL_DATES)
    return ControlEnded(control=id, until=until)
