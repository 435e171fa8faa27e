"""
Tables of the sale of joint projects.

    contribution (projects) 1 ── 0..1 sale of it: a part of ours in a deal of the lead venue's
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from hutong.kit.money import CNY
from hutong.network.projects.models import Contribution
from hutong.network.sales import rules
from hutong.network.sales.rules import Status


class PartSale(models.Model):
    """`deal`, `number`, `contract`: the lead venue's. `entries`: what the register entries will be.
    `ending_by`, `ended_by`: officers here, who end it where its lead venue is silent."""

    part = models.OneToOneField(
        Contribution, primary_key=True, on_delete=models.PROTECT, related_name="sale"
    )
    deal = models.UUIDField(db_index=True)
    lead = models.CharField(max_length=20)
    number = models.CharField(max_length=40)
    buyer = models.UUIDField()
    price_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    currency = models.CharField(max_length=3, default=CNY)
    contract = models.TextField()
    contract_digest = models.CharField(max_length=71)
    sign_by = models.DateTimeField()
    status = models.CharField(max_length=10, default=Status.AWARDED.value)
    accepted_by = models.UUIDField(null=True)
    accepted_at = models.DateTimeField(null=True)
    rulebook_version = models.PositiveIntegerField()
    entries = ArrayField(models.UUIDField(), default=list, blank=True)
    ending_by = models.UUIDField(null=True)
    ending_reason = models.TextField(blank=True, default="")
    ended_by = models.UUIDField(null=True)
    awarded_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="network_sale_status", condition=Q(status__in=[s.value for s in Status])
            ),
            models.CheckConstraint(
                name="network_sale_amounts",
                condition=Q(amount_fen__gte=1, price_fen__gte=models.F("amount_fen")),
            ),
            models.CheckConstraint(
                name="network_sale_accepted",
                condition=Q(status__in=["awarded", "ended"]) | Q(accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="network_sale_four_eyes",
                condition=Q(ended_by__isnull=True) | ~Q(ended_by=models.F("ending_by")),
            ),
        ]
        indexes = [models.Index(fields=["status", "changed_at"], name="network_sale_by_status")]

    def state(self) -> rules.Sale:
        return rules.Sale(
            part=self.part_id,
            deal=self.deal,
            lead_venue=self.lead,
            amount_fen=self.amount_fen,
            contract_digest=self.contract_digest,
            status=Status(self.status),
            ending_proposed=self.ending_by is not None,
        )
