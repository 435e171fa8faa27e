"""
What parties and their people are told of themselves: verification, suspension, mandates, offices.

Parties stand below notices and cannot send any; so their kinds are worded here.
"""

from uuid import UUID

from hutong.journal.queries import Recorded
from hutong.kit.refusal import N_
from hutong.notices.actions import notify
from hutong.notices.rules import Text, register
from hutong.parties import queries as parties

# For node/reactions.py: tell_people on these kinds.
TOLD = (
    "parties.SubmittedForVerification",
    "parties.Verified",
    "parties.VerificationReturned",
    "parties.Suspended",
    "parties.Reinstated",
    "parties.Invited",
    "parties.InvitationEnded",
    "parties.MandateGranted",
    "parties.MandateRevoked",
    "parties.OfficerAppointed",
    "parties.OfficerDismissed",
)

register(
    Text(
        "parties.waits",
        title=N_("{party} waits for verification"),
        body=N_("Its details and evidence are in the queue."),
        mail=False,
    ),
    Text(
        "parties.verified",
        title=N_("{party} is verified"),
        body=N_("It can now register rights, list and bid."),
    ),
    Text(
        "parties.returned",
        title=N_("{party} was not verified yet"),
        body=N_("Correct it and submit it again. The reason: {why}"),
    ),
    Text(
        "parties.suspended",
        title=N_("{party} is suspended"),
        body=N_("It cannot list, bid or receive rights. The reason: {why}"),
    ),
    Text(
        "parties.reinstated",
        title=N_("The suspension of {party} has ended"),
        body=N_("It can list, bid and receive rights again."),
    ),
    Text(
        "parties.invited",
        title=N_("You are invited to act for {party}"),
        body=N_("Accept or decline under My page."),
        mail=False,  # the invitation itself was mailed
    ),
    Text(
        "parties.invitation_expired",
        title=N_("An invitation to act for {party} has expired"),
        body=N_("Nobody answered in time. Invite again if it still matters."),
        mail=False,
    ),
    Text(
        "parties.mandate_granted",
        title=N_("An invitation to act for {party} was accepted"),
        body=N_("Whoever accepted acts as {role} from now on."),
    ),
    Text(
        "parties.mandate_revoked",
        title=N_("You no longer act for {party}"),
        body=N_("Your mandate was ended."),
    ),
    Text(
        "parties.appointed",
        title=N_("You were appointed an officer"),
        body=N_("Your role is {role}. It holds once you sign in with a second factor."),
    ),
    Text(
        "parties.dismissed",
        title=N_("You no longer hold the role {role}"),
        body="",
    ),
)

_OF_PARTY = {
    "parties.Verified": "parties.verified",
    "parties.VerificationReturned": "parties.returned",
    "parties.Suspended": "parties.suspended",
    "parties.Reinstated": "parties.reinstated",
}
_OF_PERSON = {
    "parties.MandateRevoked": ("parties.mandate_revoked", ""),
    "parties.OfficerAppointed": ("parties.appointed", "/desk"),
    "parties.OfficerDismissed": ("parties.dismissed", ""),
}


def tell_people(entry: Recorded) -> None:
    """Reaction: tell those whom an act on a party or a person concerns, but not whoever did it."""
    private = entry.private or {}  # erased: the act stays, its reason is gone
    facts = {"why": private.get("why") or "…", "role": entry.facts.get("role", "")}
    if "party" in entry.facts:
        facts["party"] = parties.party(UUID(entry.facts["party"])).name
    if entry.kind == "parties.InvitationEnded" and entry.facts["ending"] != "expired":
        return  # whoever answered or withdrew knows; an acceptance is told as a mandate
    kind, to, link = _who(entry, private)
    notify(
        now=entry.at,
        to=[person for person in to if person != entry.person],
        kind=kind,
        facts=facts,
        link=link,
        subject=entry.subject,
    )


def _who(entry: Recorded, private: dict[str, str]) -> tuple[str, list[UUID], str]:
    """(kind of notice, persons, where they find it)."""
    if entry.kind in _OF_PERSON:
        kind, link = _OF_PERSON[entry.kind]
        return kind, [UUID(private["person"])] if "person" in private else [], link
    party = UUID(entry.facts["party"])
    if entry.kind == "parties.Invited":
        invited = parties.person_by_email(private.get("email", ""))
        return "parties.invited", [invited.id] if invited else [], "/my"
    if entry.kind == "parties.MandateGranted":
        return "parties.mandate_granted", parties.people_of(party, ("owner",)), "/my/people"
    if entry.kind == "parties.InvitationEnded":
        return "parties.invitation_expired", parties.people_of(party, ("owner",)), "/my/people"
    if entry.kind in _OF_PARTY:
        return _OF_PARTY[entry.kind], parties.people_of(party), "/my/party"
    return "parties.waits", parties.officers_with("parties.verify"), f"/desk/parties/{party}"
