"""
What happens of itself: the end of a public notice, income of settled deals shared out, and the
notices to people that follow.
"""

from datetime import datetime
from fractions import Fraction
from uuid import UUID

from hutong.documents import access
from hutong.documents.queries import DocumentView
from hutong.journal.queries import Recorded
from hutong.kit.actor import READ, SYSTEM, Actor
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
    "rights.ArgumentFiled",
    "rights.ObjectionWithdrawn",
    "rights.ObjectionDecided",
    "rights.Drafted",
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
    Text(
        "rights.consent_asked",
        title=N_("Application {number} needs your agreement"),
        body=N_("It names your party. Read what it says, then agree or get in touch."),
    ),
    Text(
        "rights.argument_filed",
        title=N_("A statement on an objection against application {number}"),
        body=N_("It is your turn to answer, until {answer_by}."),
    ),
    Text(
        "rights.objection_withdrawn",
        title=N_("An objection against application {number} was withdrawn"),
        body=N_("The public notice runs on with the time that was left."),
    ),
    Text(
        "rights.income_arose",
        title=N_("A deal paid: income is shared among its contributors"),
        body=N_("The institution states its costs; then the shares are fixed."),
    ),
    Text(
        "rights.income_confirmed",
        title=N_("Your share of net income is fixed"),
        body=N_("The institution owes it to you from now on; see how it was reckoned."),
    ),
    Text(
        "rights.income_given",
        title=N_("Your share of net income was given"),
        body=N_("Recorded with its proof: {proof}"),
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


def on_settled(entry: Recorded) -> None:
    """Reaction to settlement.Settled: share out what the deal paid, where a plan says so (RR-9)."""
    private = entry.private or {}
    actions.income_arose(
        actor=SYSTEM,
        now=entry.at,
        deal=UUID(entry.facts["deal"]),
        seller=UUID(private["seller"]),
        entries=[UUID(id) for id in entry.facts["entries"]],
        amount_fen=entry.facts["amount_fen"],
        fee_fen=private["seller_fee_fen"],
        parts={UUID(t): Fraction(part) for t, part in (private.get("parts") or {}).items()},
    )


# Reactions of this area, for node/reactions.py: tell_contributors on these kinds.
INCOME_TOLD = ("rights.IncomeArose", "rights.IncomeConfirmed", "rights.IncomeGiven")


def tell_contributors(entry: Recorded) -> None:
    """Reaction: tell the institution and its contributors what became of shared income."""
    found = queries.statement(UUID(entry.facts["statement"]), SYSTEM)
    contributors = {due.party for due in found.income.due}
    private = entry.private or {}
    match entry.kind:
        case "rights.IncomeArose":
            kind, to = "rights.income_arose", contributors | {found.institution}
        case "rights.IncomeConfirmed":
            kind, to = "rights.income_confirmed", contributors
        case _:
            kind, to = "rights.income_given", {UUID(private["contributor"])}
    people = {person for party in to for person in parties.people_of(party)}
    notices.notify(
        now=entry.at,
        to=sorted(people),
        kind=kind,
        facts={"proof": private.get("proof", "")},
        link=f"/my/incomes/{found.id}",
        subject=entry.subject,
    )


def _facts(entry: Recorded) -> dict[str, str]:
    private = entry.private or {}
    match entry.kind:
        case "rights.ArgumentFiled":
            return {"answer_by": entry.facts["answer_by"]}
        case "rights.NoticeOpened":
            return {"ends_at": entry.facts["ends_at"]}
        case "rights.Rejected":
            return {"reasons": private.get("reasons", "")}
        case "rights.ObjectionDecided":
            return {"reasons": (entry.content.get("reasons") or {}).get("text", "")}
        case "rights.Completed":
            return {"entries": str(entry.facts["entries"])}
    return {}


def on_claim(entry: Recorded) -> None:
    """A reaction: a number was claimed in the network, or is another venue's (NE-5)."""
    actions.settle_claim(
        actor=SYSTEM,
        now=entry.at,
        technology=UUID(entry.facts["technology"]),
        holder=entry.facts.get("venue_holding", ""),
    )


MINE, DESK, PUBLIC = "my/rights", "desk/rights", "public-notices"


def _readers(
    entry: Recorded, application: queries.ApplicationView
) -> list[tuple[str, list[UUID], str]]:
    """(kind, persons, where the thing stands for them)."""
    holders = sorted(
        {person for party in application.parties for person in parties.people_of(party)}
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
        case "rights.Drafted":
            asked = sorted(
                {p for party in application.consents_missing for p in parties.people_of(party)}
            )
            return [("rights.consent_asked", asked, MINE)] if asked else []
        case "rights.ArgumentFiled":
            objector = queries.objector_of(UUID(entry.facts["objection"]))
            by_applicant = entry.facts["side"] == "applicant"
            side = objector if by_applicant else application.applicant
            folder = PUBLIC if by_applicant else MINE
            return [("rights.argument_filed", parties.people_of(side), folder)]
        case "rights.ObjectionWithdrawn":
            officers = parties.officers_with("rights.decide_objection")
            kind = "rights.objection_withdrawn"
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


def _may_read(actor: Actor, document: DocumentView) -> bool:
    """Papers of applications and objections: who stored them, officers, and the other side."""
    if access.by_default(actor, document):
        return True
    return actor.has(READ) and (
        queries.may_read_evidence(actor, document.id) or queries.may_read_filed(actor, document.id)
    )


for _owner in ("right_application", "right_evidence"):
    access.register(_owner, _may_read)
