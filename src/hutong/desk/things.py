"""
What subjects of the journal and of timers are called at the desk, and the page behind each.

A subject is `kind:id`. The kind has a word; the id leads to a page where there is one.
"""

from dataclasses import dataclass

from django.utils.translation import gettext

from hutong.kit.ids import subject_id, subject_kind
from hutong.kit.refusal import N_

KINDS: dict[str, tuple[str, str]] = {  # kind → (msgid, page; {id} is filled in)
    "party": (N_("Party"), "/desk/parties/{id}"),
    "person": (N_("Person"), ""),
    "control": (N_("Control of a party"), ""),
    "token": (N_("Token"), ""),
    "office": (N_("Paper of an office"), ""),
    "technology": (N_("Technology"), "/desk/technologies/{id}"),
    "technology_import": (N_("Import of technologies"), ""),
    "right_application": (N_("Application for registration"), "/desk/rights/{id}"),
    "right_entry": (N_("Entry of the register"), ""),
    "right_filing": (N_("Filing for the register"), "/desk/filings/{id}"),
    "listing": (N_("Listing"), "/desk/listings/{id}"),
    "intent": (N_("Intent"), "/desk/intents/{id}"),
    "lot": (N_("Auction"), "/desk/lots/{id}"),
    "deal": (N_("Deal"), "/desk/deals/{id}"),
    "receipt": (N_("Receipt"), "/desk/receipts/{id}"),
    "payout": (N_("Payout"), "/desk/payouts/{id}"),
    "payable": (N_("Payment request"), ""),
    "certificate": (N_("Certificate"), ""),
    "rulebook": (N_("Rulebook"), "/desk/rulebook/{id}"),
    "document": (N_("Document"), "/documents/{id}"),
    "notice": (N_("Notice"), ""),
    "account": (N_("Account"), ""),
    "venue": (N_("The venue"), ""),
    "case": (N_("Case at the desk"), "/desk/{id}"),
    "entry": (N_("Entry of the journal"), ""),
    "transfer": (N_("Movement of money"), ""),
    "hold": (N_("Money held"), ""),
    "certificate_proposal": (N_("Certificate proposed"), ""),
    "certificate_template": (N_("Template of certificates"), ""),
    "import_run": (N_("Import of technologies"), ""),
    "income_statement": (N_("Income statement"), ""),
    "invitation": (N_("Invitation"), ""),
    "right_evidence": (N_("Document"), ""),
    "party_verified": (N_("Party"), "/desk/parties/{id}"),
    "seal": (N_("Batch of sealed entries"), ""),
    "clock": (N_("The venue's clock"), ""),
}
TIMERS: dict[str, str] = {
    "auctions.opens": N_("The bidding opens"),
    "deals.sign_due": N_("The time to sign ends"),
    "deals.payment_due": N_("The time to pay ends"),
    "ledger.hold_expires": N_("A hold of money ends"),
    "listings.cut_off": N_("The period ends"),
    "parties.invitation_expires": N_("An invitation expires"),
    "rights.notice_over": N_("The public notice ends"),
}


@dataclass(frozen=True)
class Thing:
    label: str
    href: str = ""


def where(subject: str) -> Thing:
    """A subject as a reader knows it: its kind in words with the end of its id, and its page."""
    kind, id = subject_kind(subject), subject_id(subject)
    word, page = KINDS.get(kind, (N_("Another record"), ""))
    return Thing(
        f"{gettext(word)} …{id[-8:]}" if len(id) > 12 else f"{gettext(word)} {id}",
        page.format(id=id),
    )


def kind_word(subject: str) -> str:
    return gettext(KINDS.get(subject_kind(subject), (N_("Another record"), ""))[0])


def timer_word(kind: str) -> str:
    return gettext(TIMERS.get(kind, N_("Something is due")))
