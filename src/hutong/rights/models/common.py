"""
What tables of the register share: locking by id, checks of a share, holdings from rows.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from hutong.kit.refusal import CommonRefusal, Refused
from hutong.rights.shares import MAX_DENOMINATOR, Holdings, Power

POWERS = [(power.value, power.value) for power in Power]


def share_checks(table: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(numerator__gte=1)
            & Q(denominator__lte=MAX_DENOMINATOR)
            & Q(numerator__lte=F("denominator")),
            name=f"rights_{table}_share",
        )
    ]


class LockingQuerySet(models.QuerySet[Any]):
    def get_or_refuse(self, id: Any, what: str) -> Any:
        row = self.filter(pk=id).first()
        if row is None:
            raise Refused(CommonRefusal.NOT_FOUND, what=what)
        return row


def holdings_of(rows: Any) -> Holdings:
    """Read holdings from rows of `Holding` or `Claim`."""
    return Holdings.from_rows((r.power, r.party, r.numerator, r.denominator) for r in rows)
