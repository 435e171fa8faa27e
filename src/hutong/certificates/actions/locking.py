"""
Rows locked to the end of the transaction. Order: counter of a kind and year, then certificate.
"""

from uuid import UUID

from hutong.certificates import queries
from hutong.certificates.models import Certificate, Counter
from hutong.kit.refusal import CommonRefusal, Refused


def counter(kind: str, year: int) -> Counter:
    """The counter of a series: who rolls back gives the number back."""
    Counter.objects.bulk_create([Counter(kind=kind, year=year)], ignore_conflicts=True)
    return Counter.objects.select_for_update().get(kind=kind, year=year)


def certificate(id: UUID) -> Certificate:
    row = Certificate.objects.select_for_update().filter(id=id).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="certificate")
    return row


def earlier_in_thread(id: UUID) -> list[Certificate]:
    """The certificates that one takes the place of."""
    row = certificate(id)
    before = Certificate.objects.filter(thread=row.thread, thread_sequence__lt=row.thread_sequence)
    return list(before.select_for_update().order_by("id")) if row.thread else []


def numbered(number: str) -> Certificate:
    return certificate(queries.certificate(number).id)
