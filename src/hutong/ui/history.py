"""
The journal told to people: what each kind of event is called, and a timeline made of entries.

    {% timeline history %}      history = steps(journal.of_subject(…), names)

A kind this table does not know is shown by its code: a page never fails for a word, and a test
names the kinds that want one.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from hutong.kit.refusal import N_
from hutong.ui.case import Step
from hutong.ui.lifecycles import BAD, GOOD, QUIET, RUNNING, WAITING

EVENTS: dict[str, tuple[str, str]] = {
    "auctions.BidderLeftOut": (N_("A bidder was left out"), QUIET),
    "auctions.BidsJudged": (N_("Bids judged"), RUNNING),
    "auctions.Closed": (N_("Auction closed"), GOOD),
    "auctions.LotOpened": (N_("Auction announced"), RUNNING),
    "auctions.PaddleTokenIssued": (N_("Paddle handed out"), QUIET),
    "auctions.Resumed": (N_("Auction resumed"), RUNNING),
    "auctions.Suspended": (N_("Auction suspended"), BAD),
    "casework.HandedOver": (N_("Given to a colleague"), QUIET),
    "casework.LetGo": (N_("Let go"), QUIET),
    "casework.Taken": (N_("Taken on"), QUIET),
    "certificates.IssueProposed": (N_("Certificate proposed"), WAITING),
    "certificates.IssueRefused": (N_("Proposed certificate refused"), QUIET),
    "certificates.Issued": (N_("Certificate issued"), GOOD),
    "certificates.Reissued": (N_("Certificate reissued in a new form"), QUIET),
    "certificates.Rendered": (N_("Certificate signed and filed"), GOOD),
    "certificates.Resumed": (N_("Certificate stands again"), GOOD),
    "certificates.RevocationDismissed": (N_("Revocation dismissed"), QUIET),
    "certificates.RevocationRequested": (N_("Revocation asked for"), WAITING),
    "certificates.Revoked": (N_("Certificate revoked"), BAD),
    "certificates.Suspended": (N_("Certificate suspended"), BAD),
    "certificates.TemplateAdopted": (N_("Words of certificates adopted"), GOOD),
    "certificates.TemplateDismissed": (N_("Words of certificates dismissed"), QUIET),
    "certificates.TemplateProposed": (N_("Words of certificates proposed"), WAITING),
    "deals.Certified": (N_("Deal certified"), GOOD),
    "deals.Closed": (N_("Deal closed"), GOOD),
    "deals.ContractAccepted": (N_("Contract accepted by one side"), RUNNING),
    "deals.Defaulted": (N_("Deal in default"), BAD),
    "deals.EndingDropped": (N_("Proposal to end the deal dropped"), QUIET),
    "deals.EndingProposed": (N_("Ending the deal proposed"), WAITING),
    "deals.Opened": (N_("Deal agreed"), RUNNING),
    "deals.Overdue": (N_("Overdue"), BAD),
    "deals.Paid": (N_("Price paid"), RUNNING),
    "deals.RightMoved": (N_("Right moved to the buyer"), GOOD),
    "deals.Signed": (N_("Contract signed"), RUNNING),
    "deals.SigningPostponed": (N_("More time to sign"), QUIET),
    "deals.Terminated": (N_("Deal terminated"), BAD),
    "documents.AccessChanged": (N_("Access to a document changed"), QUIET),
    "documents.Removed": (N_("Document removed"), QUIET),
    "documents.Stored": (N_("Document filed"), QUIET),
    "due.ClockJumped": (N_("The demo clock jumped"), QUIET),
    "due.ClockStarted": (N_("The demo clock started"), QUIET),
    "journal.Erased": (N_("Personal data erased"), QUIET),
    "journal.ErasureAsked": (N_("Erasure asked for"), QUIET),
    "journal.ErasureDeclined": (N_("Erasure declined"), QUIET),
    "journal.ParkedDismissed": (N_("Follow-up dismissed"), QUIET),
    "journal.ParkedRetried": (N_("Follow-up tried again"), QUIET),
    "journal.Sealed": (N_("Batch of sealed entries published"), QUIET),
    "journal.Unsealed": (N_("Unsealed"), QUIET),
    "ledger.AccountOpened": (N_("Account opened"), QUIET),
    "ledger.HoldEnded": (N_("Hold ended"), QUIET),
    "ledger.HoldPlaced": (N_("Money held"), RUNNING),
    "ledger.Transferred": (N_("Money moved"), RUNNING),
    "listings.Closed": (N_("Listing closed"), QUIET),
    "listings.CutOff": (N_("Period ended"), RUNNING),
    "listings.Drafted": (N_("Listing drafted"), QUIET),
    "listings.EndFixed": (N_("End of the period fixed"), QUIET),
    "listings.IntentApplied": (N_("Intent filed"), WAITING),
    "listings.IntentDeposited": (N_("Deposit held for an intent"), GOOD),
    "listings.IntentLapsed": (N_("Intent lapsed"), QUIET),
    "listings.IntentQualified": (N_("Buyer qualified"), GOOD),
    "listings.IntentRefused": (N_("Buyer not qualified"), BAD),
    "listings.IntentWithdrawn": (N_("Intent withdrawn"), QUIET),
    "listings.Listed": (N_("Put on the board"), GOOD),
    "listings.PreEmptionAnswered": (N_("Pre-emption answered"), RUNNING),
    "listings.PreEmptionNotified": (N_("Holder of pre-emption told"), WAITING),
    "listings.Resumed": (N_("Listing resumed"), RUNNING),
    "listings.Returned": (N_("Listing returned to the seller"), BAD),
    "listings.Revised": (N_("Listing revised"), QUIET),
    "listings.Submitted": (N_("Listing submitted"), WAITING),
    "listings.Suspended": (N_("Listing suspended"), BAD),
    "listings.WithdrawalRequested": (N_("Seller asked to withdraw it"), WAITING),
    "notices.MailChosen": (N_("Mail settings changed"), QUIET),
    "notices.Notified": (N_("Told"), QUIET),
    "notices.Read": (N_("Read"), QUIET),
    "notices.SiteChosen": (N_("Settings of notices changed"), QUIET),
    "parties.CodeSent": (N_("Code sent"), QUIET),
    "parties.ControlEnded": (N_("Control ended"), QUIET),
    "parties.ControlRecorded": (N_("Control recorded"), QUIET),
    "parties.Corrected": (N_("Party's record corrected"), QUIET),
    "parties.EmailConfirmed": (N_("Address confirmed"), QUIET),
    "parties.EvidenceAttached": (N_("Evidence attached"), QUIET),
    "parties.EvidenceDetached": (N_("Evidence taken off"), QUIET),
    "parties.IdentifierReleased": (N_("Identifier released"), QUIET),
    "parties.InvitationEnded": (N_("Invitation ended"), QUIET),
    "parties.Invited": (N_("Invited to act for the party"), QUIET),
    "parties.MandateGranted": (N_("Mandate granted"), RUNNING),
    "parties.MandateRevoked": (N_("Mandate revoked"), BAD),
    "parties.OfficerAppointed": (N_("Officer appointed"), RUNNING),
    "parties.OfficerDismissed": (N_("Officer dismissed"), BAD),
    "parties.PersonChanged": (N_("Person's details changed"), QUIET),
    "parties.Registered": (N_("Party registered"), RUNNING),
    "parties.Reinstated": (N_("Party reinstated"), GOOD),
    "parties.SecondFactorAdded": (N_("Second factor added"), QUIET),
    "parties.SecondFactorRemoved": (N_("Second factor removed"), QUIET),
    "parties.SignInLinkMade": (N_("Sign-in link made"), QUIET),
    "parties.SignInLinkUsed": (N_("Sign-in link used"), QUIET),
    "parties.SignedUp": (N_("Signed up"), QUIET),
    "parties.StateOwnershipMarked": (N_("State ownership marked"), QUIET),
    "parties.SubmittedForVerification": (N_("Submitted for verification"), WAITING),
    "parties.Suspended": (N_("Party suspended"), BAD),
    "parties.TokenIssued": (N_("Token issued"), QUIET),
    "parties.TokenRevoked": (N_("Token revoked"), QUIET),
    "parties.VerificationReturned": (N_("Verification returned"), BAD),
    "parties.Verified": (N_("Party verified"), GOOD),
    "rights.ArgumentFiled": (N_("A side answered"), RUNNING),
    "rights.Applied": (N_("Application submitted"), WAITING),
    "rights.Consented": (N_("Agreed by a party it names"), RUNNING),
    "rights.CostsStated": (N_("Deductible costs stated"), RUNNING),
    "rights.Completed": (N_("Registration completed"), GOOD),
    "rights.Drafted": (N_("Application drafted"), QUIET),
    "rights.Empowered": (N_("Researchers empowered"), GOOD),
    "rights.EntryWritten": (N_("Entered in the register"), GOOD),
    "rights.EvidenceAttached": (N_("Evidence attached"), QUIET),
    "rights.Examined": (N_("Checklist answered"), RUNNING),
    "rights.FeeCancelled": (N_("Fee no longer asked for"), QUIET),
    "rights.FeeDue": (N_("Registration fee due"), WAITING),
    "rights.FeePaid": (N_("Registration fee paid"), GOOD),
    "rights.IncomeArose": (N_("Income to be shared"), WAITING),
    "rights.IncomeConfirmed": (N_("Shares of net income fixed"), GOOD),
    "rights.IncomeGiven": (N_("A share of net income was given"), GOOD),
    "rights.ItemsSetAside": (N_("Technologies set aside"), WAITING),
    "rights.Frozen": (N_("Right frozen"), BAD),
    "rights.Lifted": (N_("Freeze lifted"), GOOD),
    "rights.NoticeOpened": (N_("Public notice opened"), RUNNING),
    "rights.NoticeResumed": (N_("Public notice runs on"), RUNNING),
    "rights.ObjectionDecided": (N_("Objection decided"), RUNNING),
    "rights.ObjectionFiled": (N_("Objection filed"), BAD),
    "rights.ObjectionWithdrawn": (N_("Objection withdrawn"), QUIET),
    "rights.OutsideStepRecorded": (N_("Step at the office recorded"), RUNNING),
    "rights.Registered": (N_("Right registered"), GOOD),
    "rights.RegistrationHeld": (N_("Registration held"), WAITING),
    "rights.Rejected": (N_("Application rejected"), BAD),
    "rights.TransferCancelled": (N_("Transfer cancelled"), QUIET),
    "rights.TransferPrepared": (N_("Transfer prepared"), WAITING),
    "rights.Transferred": (N_("Right transferred"), GOOD),
    "rights.Withdrawn": (N_("Application withdrawn"), QUIET),
    "rulebook.Adopted": (N_("Rulebook adopted"), GOOD),
    "rulebook.Proposed": (N_("Rulebook proposed"), WAITING),
    "rulebook.Withdrawn": (N_("Proposed rulebook withdrawn"), QUIET),
    "settlement.DepositApplied": (N_("Deposit applied to the price"), GOOD),
    "settlement.DepositForfeited": (N_("Deposit forfeited"), BAD),
    "settlement.DepositHeld": (N_("Deposit held"), RUNNING),
    "settlement.DepositReleased": (N_("Deposit released"), GOOD),
    "settlement.EscrowForfeited": (N_("Paid money forfeited"), BAD),
    "settlement.FeeCollected": (N_("Registration fee collected"), GOOD),
    "settlement.PayableClosed": (N_("Payment no longer asked for"), QUIET),
    "settlement.PayableIssued": (N_("Payment asked for"), WAITING),
    "settlement.PayoutApproved": (N_("Payout approved"), RUNNING),
    "settlement.PayoutFailed": (N_("Payout failed at the bank"), BAD),
    "settlement.PayoutPaid": (N_("Paid out"), GOOD),
    "settlement.PayoutRejected": (N_("Payout rejected"), BAD),
    "settlement.PayoutRequested": (N_("Payout requested"), WAITING),
    "settlement.PricePaid": (N_("Price paid"), GOOD),
    "settlement.PriceReturned": (N_("Price returned"), QUIET),
    "settlement.ReceiptMatched": (N_("Receipt matched"), GOOD),
    "settlement.ReceiptRecorded": (N_("Money received"), RUNNING),
    "settlement.ReceiptReturned": (N_("Receipt returned"), QUIET),
    "settlement.Settled": (N_("Right and money moved together"), GOOD),
    "technologies.Bundled": (N_("Bundle put together"), RUNNING),
    "technologies.Entered": (N_("Entered the market"), GOOD),
    "technologies.Fixed": (N_("Record corrected"), QUIET),
    "technologies.HandedIn": (N_("File handed in"), WAITING),
    "technologies.Imported": (N_("Records imported"), GOOD),
    "technologies.Intended": (N_("Intended for the market"), QUIET),
    "technologies.Retired": (N_("Left the market"), QUIET),
    "technologies.RunEnded": (N_("File worked through"), QUIET),
    "technologies.Updated": (N_("Record updated"), QUIET),
    "transparency.CheckpointRefused": (N_("Another log's state refused"), BAD),
    "transparency.FieldsOpened": (N_("Private fields opened to a reader"), QUIET),
    "transparency.KeyChangeAsked": (N_("Change of a key asked for"), WAITING),
    "transparency.KeyChangeDeclined": (N_("Change of a key declined"), QUIET),
    "transparency.KeyCompromised": (N_("Key declared compromised"), BAD),
    "transparency.KeyRotated": (N_("New key in use"), GOOD),
    "transparency.OpeningRevoked": (N_("Opened fields closed again"), QUIET),
    "transparency.PeerAccepted": (N_("Witness or watched log accepted"), GOOD),
    "transparency.PeerDeclined": (N_("Witness or watched log declined"), QUIET),
    "transparency.PeerEnded": (N_("Witnessing ended"), QUIET),
    "transparency.PeerProposed": (N_("Witness or watched log proposed"), WAITING),
}


def steps(
    entries: Iterable[Any],
    names: Mapping[UUID, str] | None = None,
    *,
    notes: Mapping[int, str] | None = None,
) -> list[Step]:
    """Make a timeline of journal entries, as given.

    `names` says how persons and parties are called (whoever is missing is not named); `notes` adds
    a line to entries by their id.
    """
    names, notes = names or {}, notes or {}
    return [
        Step(
            at=entry.at,
            text=event_word(entry.kind),
            by=_by(entry, names),
            note=notes.get(entry.id, ""),
            log_index=entry.log_index,
            tone=EVENTS.get(entry.kind, ("", QUIET))[1],
        )
        for entry in entries
    ]


def event_word(kind: str) -> str:
    """What an event is called, in the reader's language."""
    word = EVENTS.get(kind)
    return gettext(word[0]) if word else kind


def _by(entry: Any, names: Mapping[UUID, str]) -> str:
    known = (names.get(id) for id in (entry.party, entry.person) if id is not None)
    return next((name for name in known if name), "")
