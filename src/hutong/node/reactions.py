"""
What follows what: the one table of everything that happens a moment after an entry.

Names are stable: each keeps its own place in the journal. Order in this table means nothing; what
must come after something else reacts to that.
"""

from collections.abc import Callable

from hutong.auctions import jobs as auctions
from hutong.certificates import jobs as certificates
from hutong.deals import jobs as deals
from hutong.deals.notices import TEXTS as DEALS_TOLD
from hutong.journal.queries import Recorded
from hutong.journal.reacting import Reaction
from hutong.listings import jobs as listings
from hutong.network.claims import jobs as claims
from hutong.network.countersigning import jobs as countersigning
from hutong.network.custody import jobs as custody
from hutong.network.duplicates import jobs as duplicates
from hutong.network.membership import jobs as membership
from hutong.network.procedures import jobs as procedures
from hutong.network.projects import jobs as projects
from hutong.network.recognition import jobs as recognition
from hutong.network.sales import jobs as sales
from hutong.network.sales.notices import TEXTS as SALES_TOLD
from hutong.network.trade import jobs as trade
from hutong.notices import jobs as notices
from hutong.rights import grant_jobs as filings
from hutong.rights import jobs as rights
from hutong.settlement import jobs as settlement
from hutong.technologies import jobs as technologies


def when(name: str, *kinds: str, do: Callable[[Recorded], None]) -> Reaction:
    return Reaction(name, kinds, do)


REACTIONS: tuple[Reaction, ...] = (
    # the register
    when(
        "certificates.of_rights",
        *certificates.REGISTER_ENTRIES,
        do=certificates.on_register_entry,
    ),
    when("certificates.of_parties", "parties.Verified", do=certificates.on_party_verified),
    when(
        "certificates.party_standing",
        *("parties.Suspended", "parties.Reinstated"),
        do=certificates.on_party_standing,
    ),
    # numbers are claimed in the network before they are examined (NE-5)
    when("network.claims", "rights.ClaimsAwaited", do=claims.on_awaited),
    when(
        "network.unclaim",
        *("rights.Withdrawn", "rights.Rejected", "rights.NoticeOpened"),
        *("rights.ObjectionDecided", "rights.Completed"),
        do=claims.on_given_up,
    ),
    when("network.enrol", "venues.ListAdopted", do=claims.on_joined),
    when("network.enrol_late", "rights.Registered", do=claims.on_registered),
    when("rights.claimed", "network.ClaimFinal", "network.ClaimLost", do=rights.on_claim),
    when("listings.frozen", "rights.Frozen", do=listings.on_frozen),
    when("listings.cancelled", "rights.TitleCancelled", do=listings.on_title_cancelled),
    when("listings.barred", "rights.TitleBarred", do=listings.on_title_barred),
    when("listings.retired", "technologies.Retired", do=listings.on_retired),
    when("settlement.ask_fee", "rights.FeeDue", do=settlement.ask_fee),
    when("settlement.cancel_fee", "rights.FeeCancelled", do=settlement.cancel_fee),
    when("settlement.refund_fee", "rights.FeeRefundDue", do=settlement.refund_fee),
    # deposits
    when("settlement.ask_deposit", "listings.IntentQualified", do=settlement.ask_deposit),
    when(
        "settlement.release_withdrawn",
        *("listings.IntentWithdrawn", "listings.IntentRefused"),
        do=settlement.release_withdrawn,
    ),
    when("settlement.release_cut_off", "listings.CutOff", do=settlement.release_after_cut_off),
    when("settlement.release_closed", "listings.Closed", do=settlement.release_after_closing),
    when("settlement.release_losers", "auctions.Closed", do=settlement.release_losers),
    when(
        "settlement.release_proceeds",
        *("rights.Released", "rights.Corrected"),
        do=settlement.release_proceeds,
    ),
    # ways to a deal
    when("auctions.from_cut_off", "listings.CutOff", do=auctions.on_cut_off),
    when("deals.from_cut_off", "listings.CutOff", do=deals.open_from_cut_off),
    when("deals.from_auction", "auctions.Closed", do=deals.open_from_auction),
    when("deals.unsold", "auctions.Closed", do=deals.close_unsold),
    # from deal to certificate
    when("settlement.ask_price", "deals.Signed", do=settlement.ask_price),
    when("settlement.end_deal", "deals.Defaulted", "deals.Terminated", do=settlement.end_deal),
    when(
        "rights.of_settlement",
        *("settlement.Settled", "settlement.PartSettled"),
        do=rights.on_settled,
    ),
    when("certificates.of_deal", "settlement.Settled", do=certificates.on_settled),
    when("certificates.rendering", "certificates.Issued", do=certificates.on_issued),
    when(
        "certificates.reissuing",
        *("certificates.ReissueStarted", "certificates.ReissueAdvanced"),
        do=certificates.on_reissue,
    ),
    # the network
    when("venues.lists", "venues.Approved", "venues.ApprovalTaken", do=membership.on_enough),
    # orders of other venues' members here, and of ours elsewhere (NE-4)
    when("trade.telling", *trade.TOLD, do=trade.tell),
    when("trade.countersigned", "network.CertificateCountersigned", do=countersigning.on_entered),
    when("trade.held", "settlement.RemittanceHeld", do=trade.held_for_order),
    when("network.approvals", "venues.Approved", do=membership.on_approved),
    when("network.lists", "venues.ListAdopted", do=membership.on_list),
    when("procedures.adopted", "rulebook.Adopted", do=procedures.on_adopted),
    # joint projects of several venues (NE-3)
    when("projects.of_part", "network.ProjectPartAdded", do=projects.of_part),
    when("projects.of_leaving", "network.ProjectPartWithdrawn", do=projects.of_leaving),
    when("projects.of_listing", "listings.Listed", "listings.Closed", do=projects.of_listing),
    when(
        "projects.of_deal",
        *("deals.Closed", "deals.Defaulted", "deals.Terminated"),
        do=sales.of_deal,
    ),
    # … and what its sale asks of each part's home venue (DL-2)
    when(
        "sales.ask",
        *("deals.Opened", "deals.ContractAccepted", "deals.Paid", "deals.MovingBegun"),
        do=sales.of_step_of_deal,
    ),
    when("sales.here", "network.SaleSigned", "network.SaleReady", do=sales.of_sale),
    when("sales.steps", "rights.OutsideStepRecorded", do=sales.of_step),
    when(
        "sales.left",
        *("network.ProjectPartWithdrawn", "network.ProjectPartLeft"),
        do=sales.of_leaving,
    ),
    when("sales.ended", "network.ProjectInvitationEnded", do=sales.of_end),
    when("sales.people", *SALES_TOLD, do=sales.tell),
    # custody goes to another venue, or comes from one (NE-8)
    when("custody.passed_on", "network.ClaimPassedOn", do=custody.on_passed_on),
    when("custody.refused", "network.MoveRefused", do=custody.on_move_refused),
    when("custody.ended", "network.CustodyEnded", do=custody.on_ended),
    when("custody.opens", "network.ClaimFinal", do=custody.on_claim_final),
    # one right registered at two venues before they knew of each other (NE-5)
    when("duplicates.found", "network.DuplicateFound", do=duplicates.on_found),
    # who is recognised here, and our parties elsewhere (PA-4)
    when("certificates.void_earlier", "certificates.Rendered", do=certificates.void_earlier),
    when("recognition.later", "certificates.Rendered", do=recognition.on_rendered),
    when("recognition.again", "certificates.Resumed", do=recognition.on_resumed),
    when("recognition.standing", "venues.ListAdopted", do=recognition.on_list),
    # people
    when("notices.of_parties", *notices.TOLD, do=notices.tell_people),
    when(
        "auctions.people",
        *("auctions.LotOpened", "auctions.Resumed", "auctions.Closed"),
        do=auctions.tell,
    ),
    when("technologies.people", *technologies.TOLD, do=technologies.tell_party),
    when("rights.people", *rights.TOLD, do=rights.tell_people),
    when("rights.sides", *filings.TOLD, do=filings.tell_sides),
    when("rights.contributors", *rights.INCOME_TOLD, do=rights.tell_contributors),
    when("listings.people", *listings.TOLD, do=listings.tell_people),
    when(
        "certificates.people",
        *("certificates.Rendered", "certificates.Reissued", "certificates.Revoked"),
        do=certificates.tell_people,
    ),
    when("deals.people", *DEALS_TOLD, do=deals.tell),
    when(
        "settlement.people",
        *("settlement.ReceiptRecorded", "settlement.ReceiptMatched"),
        *("settlement.DepositReleased", "settlement.DepositForfeited"),
        *("settlement.EscrowForfeited", "settlement.PayoutRequested"),
        *("settlement.PayoutPaid", "settlement.PayoutRejected", "settlement.PayoutFailed"),
        "settlement.FeeRefunded",
        do=settlement.tell,
    ),
    when("settlement.pledgees", *settlement.PROCEEDS_TOLD, do=settlement.tell_of_proceeds),
)
