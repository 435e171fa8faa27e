"""
The states things go through, in the reader's words: one table for badges and step trackers.

A lifecycle is its ordinary course, in order, and the ways out of it. Areas own their states; here
is only how each is called and coloured on a page. A state this table does not know is shown as it
is written, in grey: a page never fails for a word.
"""

from dataclasses import dataclass, field

from hutong.kit.refusal import N_

# Tones: what a colour says, the same on every page.
WAITING, RUNNING, GOOD, BAD, QUIET = "waiting", "running", "good", "bad", "quiet"


@dataclass(frozen=True)
class State:
    code: str
    label: str  # English msgid
    tone: str


@dataclass(frozen=True)
class Lifecycle:
    course: tuple[State, ...]
    exits: tuple[State, ...] = field(default=())

    def state(self, code: str) -> State | None:
        return next((state for state in (*self.course, *self.exits) if state.code == code), None)


LIFECYCLES: dict[str, Lifecycle] = {
    "procedure": Lifecycle(
        (
            State("proposed", N_("Proposed"), WAITING),
            State("published", N_("Published"), GOOD),
        ),
        (State("withdrawn", N_("Withdrawn"), QUIET),),
    ),
    "project": Lifecycle(  # of several venues (NE-3), at its lead venue
        (
            State("drafted", N_("Drafted"), QUIET),
            State("announced", N_("Parts are taken"), RUNNING),
            State("composed", N_("Parts are fixed"), WAITING),
            State("listed", N_("Listed"), GOOD),
            State("sold", N_("Sold"), GOOD),
        ),
        (
            State("closed", N_("Ended"), QUIET),
            State("withdrawn", N_("Withdrawn"), QUIET),
            State("lapsed", N_("Lapsed"), QUIET),
            State("terminated", N_("Terminated"), BAD),
        ),
    ),
    "invitation_to_project": Lifecycle(
        (
            State("invited", N_("Invited"), WAITING),
            State("accepting", N_("Another officer confirms"), WAITING),
            State("joined", N_("Joined"), GOOD),
        ),
        (State("declined", N_("Declined"), QUIET), State("closed", N_("Ended"), QUIET)),
    ),
    "part_sale": Lifecycle(  # of a seller's part, at its home venue
        (
            State("awarded", N_("Contract to accept"), WAITING),
            State("signed", N_("Contract accepted"), RUNNING),
            State("assured", N_("Price held for it"), RUNNING),
            State("ready", N_("Can move"), RUNNING),
            State("moved", N_("Right and money moved"), GOOD),
        ),
        (State("ended", N_("Not sold"), QUIET),),
    ),
    "deal_part": Lifecycle(  # of a joint project, as the lead venue counts it
        (
            State("named", N_("Named in the contract"), WAITING),
            State("offered", N_("Contract with its seller"), WAITING),
            State("accepted", N_("Contract accepted"), RUNNING),
            State("assured", N_("Price held for it"), RUNNING),
            State("ready", N_("Can move"), RUNNING),
            State("due", N_("To be moved"), RUNNING),
            State("asked", N_("Its exchange moves it"), RUNNING),
            State("moved", N_("Right and money moved"), GOOD),
        ),
        (
            State("returned", N_("Given up"), BAD),
            State("ended", N_("The deal ended"), QUIET),
        ),
    ),
    "contribution": Lifecycle(  # a seller's part, at its home venue
        (
            State("mandated", N_("Waits for examination"), WAITING),
            State("added", N_("Told to the lead exchange"), RUNNING),
            State("taken", N_("In the project"), GOOD),
            State("listed", N_("Listed"), GOOD),
            State("bound", N_("Contract accepted"), RUNNING),
            State("sold", N_("Sold"), GOOD),
        ),
        (
            State("returned", N_("Returned"), BAD),
            State("refused", N_("Refused by the lead exchange"), BAD),
            State("left", N_("Withdrawn"), BAD),
            State("withdrawn", N_("Withdrawn"), BAD),
            State("released", N_("Free again"), QUIET),
        ),
    ),
    "mirror": Lifecycle(
        (State("following", N_("Followed"), GOOD),),
        (
            State("unreachable", N_("Does not answer"), WAITING),
            State("frozen", N_("Rewritten"), BAD),
        ),
    ),
    "recognition": Lifecycle(  # of another venue's party (PA-4)
        (State("live", N_("Recognised"), GOOD),),
        (
            State("revoked", N_("Credential revoked"), BAD),
            State("expired", N_("Credential over"), QUIET),
            State("venue", N_("Home exchange without standing"), BAD),
        ),
    ),
    "party": Lifecycle(
        (
            State("unverified", N_("Unverified"), QUIET),
            State("pending", N_("Awaiting verification"), WAITING),
            State("verified", N_("Verified"), GOOD),
        ),
        (State("suspended", N_("Suspended"), BAD),),
    ),
    "technology": Lifecycle(
        (
            State("intended", N_("Intended"), QUIET),
            State("entered", N_("Entered"), GOOD),
            State("retired", N_("Retired"), QUIET),
        )
    ),
    "legal": Lifecycle(
        (
            State("pending", N_("Application pending"), WAITING),
            State("in_force", N_("In force"), GOOD),
        ),
        (State("unknown", N_("Legal status unknown"), QUIET), State("lapsed", N_("Lapsed"), BAD)),
    ),
    "rights": Lifecycle(
        (
            State("draft", N_("Draft"), QUIET),
            State("submitted", N_("Under examination"), WAITING),
            State("notice", N_("In public notice"), RUNNING),
            State("registered", N_("Registered"), GOOD),
        ),
        (
            State("claiming", N_("Claimed in the network"), WAITING),
            State("held", N_("Held: a holder is not verified"), WAITING),
            State("rejected", N_("Rejected"), BAD),
            State("withdrawn", N_("Withdrawn"), QUIET),
        ),
    ),
    "objection": Lifecycle(
        (
            State("open", N_("To be decided"), WAITING),
            State("upheld", N_("Upheld"), GOOD),
        ),
        (
            State("dismissed", N_("Dismissed"), QUIET),
            State("withdrawn", N_("Withdrawn"), QUIET),
            State("moot", N_("Without object"), QUIET),
        ),
    ),
    "filing": Lifecycle(
        (
            State("agreeing", N_("Waits for agreement"), WAITING),
            State("submitted", N_("Under examination"), WAITING),
            State("approved", N_("Approved"), RUNNING),
            State("entered", N_("In the register"), GOOD),
        ),
        (
            State("declined", N_("Declined"), BAD),
            State("rejected", N_("Rejected"), BAD),
            State("withdrawn", N_("Withdrawn"), QUIET),
        ),
    ),
    "fee": Lifecycle(
        (State("due", N_("To pay"), WAITING), State("paid", N_("Paid"), GOOD)),
        (State("cancelled", N_("No longer asked for"), QUIET),),
    ),
    "income": Lifecycle(
        (
            State("open", N_("Costs may be stated"), WAITING),
            State("confirmed", N_("Fixed"), GOOD),
        )
    ),
    "grant": Lifecycle(
        (
            State("coming", N_("To begin"), QUIET),
            State("in_force", N_("In force"), GOOD),
            State("ended", N_("Ended"), QUIET),
        )
    ),
    "transfer": Lifecycle(
        (
            State("prepared", N_("Bound to the buyer"), WAITING),
            State("effected", N_("Transferred"), GOOD),
        ),
        (State("cancelled", N_("Cancelled"), QUIET),),
    ),
    "outside_step": Lifecycle(
        (
            State("missing", N_("To be filed at the office"), WAITING),
            State("filed", N_("Filed at the office"), RUNNING),
            State("effective", N_("Entered at the office"), GOOD),
        ),
        (State("not_due", N_("No office involved"), QUIET),),
    ),
    "listing": Lifecycle(
        (
            State("draft", N_("Draft"), QUIET),
            State("submitted", N_("Under examination"), WAITING),
            State("listed", N_("Listed"), RUNNING),
            State("concluding", N_("In sale"), RUNNING),
            State("closed", N_("Closed"), QUIET),
        ),
        (
            State("suspended", N_("Suspended"), BAD),
            State("sold", N_("Sold"), GOOD),
            State("lapsed", N_("Lapsed"), QUIET),
            State("withdrawn", N_("Withdrawn"), QUIET),
            State("terminated", N_("Terminated"), BAD),
        ),
    ),
    "intent": Lifecycle(
        (
            State("applied", N_("Applied"), WAITING),
            State("qualified", N_("Qualified, deposit due"), RUNNING),
            State("deposited", N_("Deposit held"), GOOD),
        ),
        (
            State("refused", N_("Not qualified"), BAD),
            State("withdrawn", N_("Withdrawn"), QUIET),
            State("lapsed", N_("Lapsed"), QUIET),
        ),
    ),
    "clearing": Lifecycle(
        (
            State("proposed", N_("Sent to the other venue"), WAITING),
            State("agreed", N_("Both count the same"), RUNNING),
            State("paid", N_("Paid, on its way"), RUNNING),
            State("settled", N_("Settled"), GOOD),
        ),
        (State("disputed", N_("Counted differently"), BAD),),
    ),
    "order": Lifecycle(  # at another venue (NE-4)
        (
            State("asking", N_("Being sent"), WAITING),
            State("applied", N_("Applied"), WAITING),
            State("qualified", N_("Qualified"), RUNNING),
            State("awarded", N_("Awarded, to be signed"), RUNNING),
            State("signed", N_("Contract signed"), RUNNING),
            State("settled", N_("Settled"), GOOD),
        ),
        (
            State("declined", N_("Not accepted"), BAD),
            State("withdrawn", N_("Withdrawn"), QUIET),
            State("released", N_("Others were chosen"), QUIET),
            State("ended", N_("Ended without settlement"), BAD),
        ),
    ),
    "lot": Lifecycle(
        (
            State("announced", N_("Announced"), QUIET),
            State("free", N_("Free period"), RUNNING),
            State("limited", N_("Limited period"), RUNNING),
            State("sold", N_("Sold"), GOOD),
        ),
        (
            State("unsold", N_("Unsold"), QUIET),
            State("suspended", N_("Suspended"), BAD),
        ),
    ),
    "deal": Lifecycle(
        (
            State("agreed", N_("Agreed"), WAITING),
            State("signed", N_("Contract signed"), RUNNING),
            State("paid", N_("Paid"), RUNNING),
            State("moved", N_("Right moved"), RUNNING),
            State("certified", N_("Certified"), GOOD),
            State("closed", N_("Closed"), GOOD),
        ),
        (
            State("defaulted", N_("Defaulted"), BAD),
            State("terminated", N_("Terminated"), BAD),
        ),
    ),
    "payout": Lifecycle(
        (
            State("requested", N_("Requested"), WAITING),
            State("approved", N_("Approved"), RUNNING),
            State("paid", N_("Paid out"), GOOD),
        ),
        (
            State("rejected", N_("Rejected"), BAD),
            State("failed", N_("Failed at the bank"), BAD),
        ),
    ),
    "joining": Lifecycle(
        (State("asked", N_("Asked"), WAITING), State("joined", N_("Joined"), GOOD)),
        (State("declined", N_("Declined"), BAD),),
    ),
    "proceeds": Lifecycle(
        (
            State("held", N_("Held for the pledgee"), WAITING),
            State("claimed", N_("Asked for by the pledgee"), RUNNING),
            State("paid", N_("Paid to the pledgee"), GOOD),
        ),
        (
            State("prepaid", N_("Prepaid to the pledgee"), GOOD),
            State("released", N_("Free: the pledge was released"), QUIET),
        ),
    ),
    "payable": Lifecycle(
        (
            State("open", N_("To pay"), WAITING),
            State("held", N_("Deposit held"), GOOD),
            State("paid", N_("Paid"), GOOD),
            State("settled", N_("Settled"), GOOD),
        ),
        (
            State("applied", N_("Applied to the price"), GOOD),
            State("released", N_("Released"), QUIET),
            State("forfeited", N_("Forfeited"), BAD),
            State("returned", N_("Returned"), QUIET),
            State("closed", N_("No longer asked for"), QUIET),
        ),
    ),
    "receipt": Lifecycle(
        (
            State("suspense", N_("In suspense"), WAITING),
            State("matched", N_("Matched"), GOOD),
        ),
        (
            State("cleared", N_("Another venue's, by a statement"), GOOD),
            State("undone", N_("Undone"), QUIET),
            State("returned", N_("Returned"), QUIET),
        ),
    ),
    "parked": Lifecycle((State("parked", N_("Waits for a technician"), BAD),)),
    "rulebook": Lifecycle(
        (
            State("proposed", N_("Proposed"), WAITING),
            State("adopted", N_("Adopted"), GOOD),
        ),
        (State("withdrawn", N_("Withdrawn"), QUIET),),
    ),
    "certificate": Lifecycle(
        (
            State("issued", N_("Issued"), WAITING),
            State("rendered", N_("In force"), GOOD),
        ),
        (
            State("in_force", N_("In force"), GOOD),
            State("superseded", N_("Superseded"), QUIET),
            State("suspended", N_("Suspended"), BAD),
            State("expired", N_("Expired"), QUIET),
            State("revoked", N_("Revoked"), BAD),
        ),
    ),
    "proposed_certificate": Lifecycle(
        (
            State("proposed", N_("Proposed"), WAITING),
            State("issued", N_("Issued"), GOOD),
        ),
        (State("refused", N_("Refused"), BAD),),
    ),
    "certificate_reissue": Lifecycle(
        (
            State("proposed", N_("Proposed"), WAITING),
            State("running", N_("Under way"), RUNNING),
            State("done", N_("Completed"), GOOD),
        ),
        (State("stopped", N_("Stopped"), BAD), State("declined", N_("Declined"), QUIET)),
    ),
    "certificate_template": Lifecycle(
        (
            State("proposed", N_("Proposed"), WAITING),
            State("adopted", N_("Adopted"), GOOD),
        ),
        (State("dismissed", N_("Dismissed"), QUIET),),
    ),
    "import": Lifecycle(
        (
            State("waiting", N_("Waiting its turn"), WAITING),
            State("working", N_("Being checked"), RUNNING),
            State("entered", N_("Entered"), GOOD),
        ),
        (
            State("unchanged", N_("Nothing new in it"), QUIET),
            State("faulty", N_("Has faults"), BAD),
            State("refused", N_("Could not be read"), BAD),
            State("failed", N_("Failed at the venue"), BAD),
        ),
    ),
    "mandate": Lifecycle(
        (State("owner", N_("Owner"), GOOD), State("agent", N_("Agent"), RUNNING)),
        (State("viewer", N_("Viewer"), QUIET), State("revoked", N_("Revoked"), BAD)),
    ),
    "standing": Lifecycle(
        (State("good", N_("Member"), GOOD),),
        (
            State("expired", N_("Member under an expired list"), WAITING),
            State("suspended", N_("Suspended"), BAD),
            State("left", N_("Left"), QUIET),
            State("unknown", N_("Unknown"), QUIET),
        ),
    ),
    "membership_change": Lifecycle(
        (
            State("waiting", N_("Proposed elsewhere"), WAITING),
            State("proposed", N_("Taken up"), WAITING),
            State("approved", N_("Approved here"), RUNNING),
            State("listed", N_("In the list"), GOOD),
        ),
        (State("declined", N_("Declined"), QUIET), State("lapsed", N_("Lapsed"), QUIET)),
    ),
    "undertaking": Lifecycle(
        (
            State("proposed", N_("Proposed"), WAITING),
            State("accepted", N_("Under way"), RUNNING),
            State("done", N_("Completed"), GOOD),
        ),
        (State("withdrawn", N_("Withdrawn"), QUIET),),
    ),
    "duplicate": Lifecycle(
        (
            State("open", N_("To be decided"), WAITING),
            State("proposed", N_("Proposed"), WAITING),
            State("decided", N_("Decision taken"), GOOD),
        ),
    ),
    "custody": Lifecycle(
        (
            State("wished", N_("Wished by its owner"), WAITING),
            State("proposed", N_("Proposed"), WAITING),
            State("offered", N_("Offered"), RUNNING),
            State("received", N_("Offered to us"), WAITING),
            State("taken_up", N_("Taken up"), WAITING),
            State("accepted", N_("Accepted"), RUNNING),
            State("handed", N_("Closed there"), RUNNING),
            State("moved", N_("Moved"), GOOD),
            State("opened", N_("Goes on here"), GOOD),
        ),
        (
            State("declined", N_("Declined"), QUIET),
            State("withdrawn", N_("Withdrawn"), QUIET),
            State("failed", N_("Came to nothing"), BAD),
        ),
    ),
}
