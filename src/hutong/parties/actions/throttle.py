"""
Counting failures, so that passwords and codes cannot be guessed by trying.

Counters outlive the refusal they lead to: callers keep them by returning, not raising. Keys are
digests, so the table does not tell whose they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from hutong.parties import secrets
from hutong.parties.models import Throttle
from hutong.parties.sign_in import OF_ACCOUNT, OF_ACCOUNT_AND_PLACE, OF_PLACE, Limit

# A proxy on this machine that does not say whom it speaks for: counting it would let one stranger
# lock everybody out.
NOWHERE = frozenset({"", "127.0.0.1", "::1"})

_COUNT = """
INSERT INTO parties_throttle (key, failures, window_ends_at)
VALUES (%s, 1, statement_timestamp() + %s)
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN parties_throttle.window_ends_at <= statement_timestamp()
                    THEN 1 ELSE parties_throttle.failures + 1 END,
    window_ends_at = CASE WHEN parties_throttle.window_ends_at <= statement_timestamp()
                          THEN excluded.window_ends_at ELSE parties_throttle.window_ends_at END
"""


@dataclass(frozen=True, slots=True)
class Counter:
    key: str
    limit: Limit


def counters(
    what: str, *, account: str, place: str, of_account: Limit = OF_ACCOUNT
) -> list[Counter]:
    """The counters of one kind of attempt on an account (its e-mail) from a place (an address)."""

    def key(*parts: str) -> str:
        return secrets.keyed_digest(settings.SECRET_KEY, "throttle", what, *parts)

    found = [
        Counter(key("both", account, place), OF_ACCOUNT_AND_PLACE),
        Counter(key("account", account), of_account),
    ]
    if place not in NOWHERE:
        found.append(Counter(key("place", place), OF_PLACE))
    return found


def minutes_to_wait(counters: Iterable[Counter]) -> int:
    """0 while every counter is below its limit, else minutes until the last window ends."""
    limits = {c.key: c.limit.failures for c in counters}
    rows = Throttle.objects.filter(key__in=limits, window_ends_at__gt=Now()).annotate(
        left=F("window_ends_at") - Now()
    )
    waits = [row.left for row in rows if row.failures >= limits[row.key]]
    return max((-(-wait // timedelta(minutes=1)) for wait in waits), default=0)


def count(counters: Iterable[Counter]) -> None:
    with connection.cursor() as cursor:
        for counter in sorted(counters, key=lambda c: c.key):  # one order: no deadlock
            cursor.execute(_COUNT, [counter.key, counter.limit.window])


def forget(counters: Iterable[Counter]) -> None:
    """After a success: the counter of this account from this place begins anew."""
    Throttle.objects.filter(key=next(iter(counters)).key).delete()


def sweep() -> int:
    """Delete counters whose window is over. Returns how many."""
    return Throttle.objects.filter(window_ends_at__lte=Now()).delete()[0]
