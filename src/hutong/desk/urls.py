"""Addresses of officers' pages."""

from django.urls import path

from hutong.desk import (
    bulk,
    case,
    certificate_issue,
    certificate_words,
    certificates,
    deals,
    listings,
    lots,
    money,
    operations,
    parties,
    queue,
    rights,
    rights_filings,
    rights_register,
    rights_steps,
)

app_name = "desk"

urlpatterns = [
    path("desk", queue.page, name="queue"),
    path("desk/counts", queue.counts, name="counts"),
    path("desk/bulk", bulk.page, name="bulk"),
    path("desk/claims", case.claims, name="claims"),
    path("desk/parties", parties.index, name="parties"),
    path("desk/parties/<uuid:id>", parties.one, name="party"),
    path("desk/rights/<uuid:id>", rights.one, name="right"),
    path("desk/filings/<uuid:id>", rights_filings.one, name="filing"),
    path("desk/register/<uuid:technology>", rights_register.one, name="register"),
    path("desk/transfers/<uuid:entry>", rights_steps.transfer, name="transfer"),
    path("desk/listings/<uuid:id>", listings.one, name="listing"),
    path("desk/intents/<uuid:id>", listings.intent, name="intent"),
    path("desk/lots/<uuid:id>", lots.one, name="lot"),
    path("desk/deals/<uuid:id>", deals.one, name="deal"),
    path("desk/deals/<uuid:id>/contract", deals.contract, name="contract"),
    path("desk/receipts", money.receipts, name="receipts"),
    path("desk/receipts/<uuid:id>", money.receipt, name="receipt"),
    path("desk/payouts", money.payouts, name="payouts"),
    path("desk/payouts/<uuid:id>", money.payout, name="payout"),
    path("desk/certificates", certificates.index, name="certificates"),
    path("desk/certificates/<str:number>", certificates.one, name="certificate"),
    path("desk/certificates/new/<str:kind>", certificate_issue.new, name="certificate_new"),
    path("desk/certificate-proposals/<uuid:id>", certificate_issue.proposal, name="proposal"),
    path("desk/certificate-templates/<str:kind>", certificate_words.kind, name="words"),
    path(
        "desk/certificate-templates/<str:kind>/<int:version>",
        certificate_words.version,
        name="template",
    ),
    path("desk/officers", operations.officers, name="officers"),
    path("desk/operations", operations.page, name="operations"),
    path("desk/parked/<int:id>", operations.stuck, name="parked"),
]
