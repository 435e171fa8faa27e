"""
What happens of itself: the end of a public notice, and the notices to people that follow.
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.ids import subject_id
from hutong.kit.refusal import N_
from hutong.notices import actions as notices
from hutong.notices.rules import Text, register
from hutong.parties import queries as parties
from hutong.rights import actions, queries
from hutong.rights.rules import Status

# Reactions of this area, for node/reactions.py: tell_people on these kinds.
TOLD = (
    "rights.Applied",
    "rights.NoticeOpened",
    "rights.Rejected",
    "rights.ObjectionFiled",
    "rights.ObjectionDecided",
    "rights.RegistrationHeld",
    "rights.Completed",
)

register(
    Text(
        "rights.application_submitted",
        title=N_("Application {number} waits for examination"),
        body=N_("First registration of {technologies} technologies was applied for."),
    ),
    Text(
        "rights.notice_opened",
        title=N_("Application {number} is in public notice"),
        body=N_("It was examined and accepted. The public notice runs until {ends_at}."),
    ),
    Text(
        "rights.application_rejected",
        title=N_("Application {number} was rejected"),
        body=N_("The reasons: {reasons}"),
    ),
    Text(
        "rights.objection_filed",
        title=N_("An objection was filed against application {number}"),
        body=N_("The public notice stands still until the objection is decided."),
    ),
    Text(
        "rights.objection_upheld",
        title=N_("An objection against application {number} was upheld"),
        body=N_("What it concerns leaves the application. The reasons: {reasons}"),
    ),
    Text(
        "rights.objection_dismissed",
        title=N_("An objection against application {number} was dismissed"),
        body=N_("The public notice runs on with the time that was left. The reasons: {reasons}"),
    ),
    Text(
        "rights.registration_held",
        title=N_("The registration of {number} waits"),
        body=N_("A holder is not verified at the moment; registration follows once it is."),
    ),
    Text(
        "rights.registered",
        title=N_("Application {number} was registered"),
        body=N_("{entries} technologies now stand in the register; certificates follow."),
    ),
)


def notice_over(subject: str, due_at: datetime, now: datetime) -> None:
    """Timer rights.notice_over: register what stood its notice unopposed."""
    application = queries.application(UUID(subject_id(subject)))
    if application.status is not Status.NOTICE or application.stopped_at is not None:
        return  # withdrawn, rejected or stopped meanwhile
    if application.ends_at is not None and application.ends_at > now:
        return  # moved; a later timer stands
    actions.close_notice(actor=SYSTEM, now=now, application=application.id)


def tell_people(entry: Recorded) -> None:
    """Reaction: tell holders, objectors and officers what happened to an application."""
    application = queries.application(UUID(entry.facts["application"]))
    facts = {
        "number": application.number,
        "technologies": len(application.items),
        **_facts(entry),
    }
    for kind, to, folder in _readers(entry, application):
        notices.notify(
            now=entry.at,
            to=to,
            kind=kind,
            facts=facts,
            link=f"/{folder}/{application.id}",
            subject=entry.subject,
        )


def _facts(entry: Recorded) -> dict[str, str]:
    private = entry.private or {}
    match entry.kind:
        case "rights.NoticeOpened":
            return {"ends_at": entry.facts["ends_at"]}
        case "rights.Rejected":
            return {"reasons": private.get("reasons", "")}
        case "rights.ObjectionDecided":
            return {"reasons": (entry.content.get("reasons") or {}).get("text", "")}
        case "rights.Completed":
            return {"entries": str(entry.facts["entries"])}
    return {}


MINE, DESK, PUBLIC = "my/rights", "desk/rights", "public-notices"


def _readers(
    entry: Recorded, application: queries.ApplicationView
) -> list[tuple[str, list[UUID], str]]:
    """(kind, persons, where the thing stands for them)."""
    holders = sorted(
        {
            person
            for party in {application.applicant, *application.holdings.parties()}
            for person in parties.people_of(party)
        }
    )
    match entry.kind:
        case "rights.Applied":
            return [("rights.application_submitted", parties.officers_with("rights.examine"), DESK)]
        case "rights.NoticeOpened":
            return [("rights.notice_opened", holders, MINE)]
        case "rights.Rejected":
            return [("rights.application_rejected", holders, MINE)]
        case "rights.ObjectionFiled":
            officers = parties.officers_with("rights.decide_objection")
            kind = "rights.objection_filed"
            return [(kind, holders, MINE), (kind, officers, DESK)]
        case "rights.ObjectionDecided":
            objector = queries.objector_of(UUID(entry.facts["objection"]))
            kind = f"rights.objection_{'upheld' if entry.facts['upheld'] else 'dismissed'}"
            return [(kind, holders, MINE), (kind, parties.people_of(objector), PUBLIC)]
        case "rights.RegistrationHeld":
            officers = parties.officers_with("rights.examine")
            kind = "rights.registration_held"
            return [(kind, holders, MINE), (kind, officers, DESK)]
        case "rights.Completed":
            return [("rights.registered", holders, MINE)]
    return []
