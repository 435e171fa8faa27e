"""
What is offered is reserved (LI-2): for the listing while it is live, then for the deal it led to.

Listings and deals call down in their own transactions. Meanwhile nothing that would take from the
offer is filed or bound by anybody else: no transfer, licence, pledge or new shares.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import Actor
from hutong.kit.ids import subject, subject_id
from hutong.rights.actions.writing import lock_titles
from hutong.rights.constraints import refused_over
from hutong.rights.grant_events import ReservationEnded, Reserved
from hutong.rights.grant_refusals import GrantRefusal
from hutong.rights.models import Title


@action(power=None)
def reserve(*, actor: Actor, now: datetime, technologies: Collection[UUID], source: str) -> None:
    """Keep rights for `source`, a listing or a deal. Refused where another keeps one."""
    titles = lock_titles(sorted(technologies))
    for title in titles.values():
        require_free(title, source)
    fresh = sorted(t.technology for t in titles.values() if not t.reserved_for)
    if not fresh:
        nothing_changed()
        return
    Title.objects.filter(technology__in=fresh).update(reserved_for=source)
    record(_about(source), Reserved(source=source, technologies=fresh))


@action(power=None)
def end_reservation(*, actor: Actor, now: datetime, source: str) -> None:
    """Let go of whatever is kept for `source`; nothing, where nothing is."""
    rows = Title.objects.select_for_update().filter(reserved_for=source).order_by("technology")
    kept = [row.technology for row in rows]
    if not kept:
        nothing_changed()
        return
    Title.objects.filter(technology__in=kept).update(reserved_for="")
    record(_about(source), ReservationEnded(source=source, technologies=kept))


def _about(source: str) -> str:
    return subject("right_reservation", UUID(subject_id(source)))


def require_free(title: Title, source: str = "") -> None:
    """Refuse what takes from an offer, unless it is for that offer itself."""
    if title.reserved_for and title.reserved_for != source:
        raise refused_over(GrantRefusal.RESERVED, title.technology)
