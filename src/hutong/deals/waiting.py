"""
A party's deals that are under way, as rows of one list.
"""

from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat

from hutong.deals.models import Acceptance, Deal
from hutong.deals.rules import Status
from hutong.doors.waiting import shaped

OVER = [status.value for status in (Status.CLOSED, Status.DEFAULTED, Status.TERMINATED)]


def waiting_for(party: UUID) -> QuerySet[Deal]:
    """For `doors.waiting.together`: `deal:to_sign`, `deal:to_pay`, …"""
    agreed, signed = Q(status=Status.AGREED.value), Q(status=Status.SIGNED.value)
    accepted = Exists(Acceptance.objects.filter(deal=OuterRef("id"), party=party))
    to_sign, to_pay = agreed & ~Q(accepted), signed & Q(buyer=party)
    rows = Deal.objects.filter(Q(seller=party) | Q(buyer=party))
    return shaped(
        rows.exclude(status__in=OVER).annotate(accepted=accepted),
        what=Case(
            When(to_sign, then=Value("deal:to_sign")),
            When(agreed, then=Value("deal:other_signs")),
            When(to_pay, then=Value("deal:to_pay")),
            When(signed, then=Value("deal:other_pays")),
            default=Concat(Value("deal:"), "status", output_field=TextField()),
            output_field=TextField(),
        ),
        mine=Case(When(to_sign | to_pay, then=Value(True)), default=Value(False)),
        id="id",
        number="number",
        amount_fen="price_fen",
        due_by=Case(When(agreed, then=F("sign_by")), When(signed, then=F("pay_by"))),
        since="opened_at",
    )
