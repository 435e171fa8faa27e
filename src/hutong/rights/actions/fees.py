"""
The fee of an application (RR-7): it falls due on submission, and settlement collects it.

The register knows only what is due and that it was paid; money is settlement's.
"""

from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.money import CNY
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.actions.saving import application_subject
from hutong.rights.models import Application, Fee
from hutong.rights.procedure_events import FeeDue, FeePaid
from hutong.rights.queries.application_views import fee_of
from hutong.rulebook import queries as rulebook


def ask_fee(row: Application, *, items: int, now: datetime) -> None:
    """Note what the application costs by the schedule it was submitted under; nothing for nothing."""
    assert row.rulebook_version is not None, "a submitted application has its rulebook"
    fees = rulebook.version(row.rulebook_version).rights.registration_fees
    tariff = next((fee for fee in fees if fee.kind == row.kind), None)
    amount = tariff.amount_fen(items) if tariff else 0
    if not amount:
        return
    Fee.objects.create(
        application=row, payer=row.applicant, amount_fen=amount, currency=CNY, due_since=now
    )
    record(
        application_subject(row.id),
        FeeDue(application=row.id, amount_fen=amount, currency=CNY, payer=row.applicant),
    )


@action(power=None)
def mark_fee_paid(*, actor: Actor, now: datetime, application: UUID) -> None:
    """Note that the fee is paid; settlement calls this with the money, in one transaction.

    Refused when nothing is due any more.
    """
    row = Application.objects.select_for_update().get_or_refuse(application, "application")
    fee = fee_of(row)
    if fee is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="fee")
    if fee.status == "paid":
        nothing_changed()
        return
    if fee.status != "due":
        raise Refused(CommonRefusal.OUT_OF_STATE, status=fee.status, needed="due")
    fee.status, fee.ended_at = "paid", now
    fee.save()
    record(application_subject(row.id), FeePaid(application=row.id, amount_fen=fee.amount_fen))
