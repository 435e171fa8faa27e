"""
The books at the desk: what of money waits for an officer (SE-2, SE-3, PA-5).
"""

from collections.abc import Iterator
from datetime import datetime

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hutong.desk.queue import Waiting, source
from hutong.kit.actor import Actor
from hutong.kit.money import with_unit
from hutong.settlement import queries

KINDS = {
    "receipt_in_suspense": _("Money in suspense"),
    "deal_to_settle": _("Deal to settle"),
    "payout_to_approve": _("Payout to approve"),
    "payout_to_confirm": _("Payout to confirm"),
    "claim_to_decide": _("Claim on pledged proceeds"),
}
FOUR_EYES = {"receipt_in_suspense", "payout_to_approve", "claim_to_decide"}  # PA-5
PAGES = {
    "receipt": "/desk/receipts/",
    "deal": "/desk/deals/",
    "payout": "/desk/payouts/",
    "pledged_proceeds": "/desk/proceeds/",
}
POWERS = {
    "receipt_in_suspense": "settlement.record_receipt",
    "deal_to_settle": "settlement.settle",
    "payout_to_approve": "settlement.approve_payout",
    "payout_to_confirm": "settlement.record_receipt",
    "claim_to_decide": "settlement.approve_payout",
}

BULK = {"payout_to_approve": "approve_payout", "deal_to_settle": "settle"}


class BankForm(forms.Form):
    bank_reference = forms.CharField(label=_("Number of the bank's line"), max_length=100)


@source("settlement.record_receipt", "settlement.settle", "settlement.approve_payout")
def money_waiting(actor: Actor, now: datetime) -> Iterator[Waiting]:
    """What waits for the books. Overdue deals are for whoever may end them: see `desk.deals`."""
    for case in queries.queue(actor):
        if case.what not in POWERS or not actor.has(POWERS[case.what]):
            continue
        kind, _, id = case.subject.partition(":")
        note = case.note
        if case.missing_steps:
            note = gettext("{note}: {n} steps at the office are missing").format(
                note=note, n=case.missing_steps
            )
        yield Waiting(
            kind=str(KINDS[case.what]),
            title=f"{with_unit(case.amount_fen, case.currency)} {case.note}".strip(),
            href=f"{PAGES[kind]}{id}",
            since=case.since,
            note=note if case.missing_steps else "",
            term="money",
            bulk="" if case.missing_steps else BULK.get(case.what, ""),
            not_by=case.entered_by if case.what in FOUR_EYES else (),
        )
