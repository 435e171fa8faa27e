"""
Countersigning another venue's certificate; handing that on; taking another's for ours; asking again
for what was refused (NE-4).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from hutong.certificates import queries as certificates
from hutong.certificates.verification import countersigned
from hutong.certificates.verification.countersigned import CountersignatureInvalid
from hutong.journal import queries as journal
from hutong.journal.actions import action, nothing_changed, record
from hutong.kit.actor import SYSTEM, Actor
from hutong.kit.canonical import digest_of
from hutong.kit.ids import subject
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.network.countersigning import queries, rules
from hutong.network.countersigning.models import Countersignature, CountersignatureRefused
from hutong.network.countersigning.rules import Refusal
from hutong.network.messages import actions as messages
from hutong.network.messages.rules import Undecided
from hutong.network.mirrors import queries as mirrors
from hutong.network.recognition import actions as recognition
from hutong.network.recognition import credentials
from hutong.network.recognition.credentials import Certified
from hutong.network.trade import actions as trade
from hutong.network.trade import queries as orders
from hutong.parties import queries as parties
from hutong.transparency import queries as transparency
from hutong.transparency.cosigning import queries as cosigning
from hutong.venues import queries as venues

HAND_ON: Final = "trade.countersigned"
SHOW: Final = "trade.certified"


@action(power=None)
def countersign(
    *,
    actor: Actor,
    now: datetime,
    real_now: datetime,
    venue: str,
    order: UUID,
    credential: Mapping[str, Any],
) -> None:
    """Put our name to the certificate of our member's purchase at another venue.

    Refused: the certificate is not genuine, not of this order, or not what we hold of that venue's
    log. Undecided while our copy of the log does not reach so far.
    """
    trade.need_order_at(order, venue)
    issuer = recognition.in_good_standing(venue)
    made = credentials.read_transaction(credential, issuer)
    bought = orders.order(order)
    rules.check(made.number, made.content, _purchase(bought))
    _need_in_mirror(venue, made)
    if Countersignature.objects.filter(number=made.number, venue=venues.my_code()).exists():
        nothing_changed()
        return
    statement = countersigned.state(
        venue=venues.my_code(),
        issuer=venue,
        number=made.number,
        digest=made.content_digest,
        at=real_now,
        signer=transparency.keyring().credential_signer,
    )
    Countersignature.objects.create(
        number=made.number,
        issuer=venue,
        venue=venues.my_code(),
        order=order,
        statement=statement,
        at=now,
    )
    record(
        subject("countersignature", made.number),
        rules.CertificateCountersigned(
            number=made.number,
            venue=venue,
            content_digest=made.content_digest,
            digest=digest_of(statement),
        ),
    )


def _purchase(order: orders.OrderView) -> rules.Purchase:
    party = parties.party(order.party)
    return rules.Purchase(
        deal_number=order.deal_number,
        price_fen=order.agreed_fen,
        currency=order.currency,
        contract_digest=order.contract_digest,
        certificates=order.certificates,
        buyer=frozenset(party.identifiers),
    )


def _need_in_mirror(venue: str, made: Certified) -> None:
    """The certificate's entry is the one that we hold of its venue's log."""
    mirror = mirrors.mirror(venue)
    try:
        if mirror is None:
            raise LookupError(venue)
        leaf, _ = mirrors.proof(mirror, made.log_index)
    except LookupError:
        raise Undecided("our mirror of your log is not there yet") from None
    if leaf != made.leaf:
        raise Refused(Refusal.LOG_DIFFERS, venue=venue, index=made.log_index)


@action(power=None)
def hand_on(*, actor: Actor, now: datetime, number: str, log_index: int) -> None:
    """Our log holds the countersignature: give it with its proof to the certificate's venue.

    Raises NotYetIncluded while no signed checkpoint covers the entry.
    """
    row = Countersignature.objects.select_for_update().get(number=number, venue=venues.my_code())
    if row.file is not None:
        nothing_changed()
        return
    leaf = journal.leaf_at(log_index)
    assert leaf is not None, "what is in the log has its leaf"
    proof = cosigning.witnessed_proof(log_index).text()
    row.file = countersigned.bundle(row.statement, leaf=leaf, log_proof=proof)
    row.log_index = log_index
    row.save(update_fields=["file", "log_index"])
    _give(row, now)


def _give(row: Countersignature, now: datetime) -> None:
    messages.send(
        actor=SYSTEM,
        now=now,
        to=row.issuer,
        about=subject("order", row.order),
        kind=HAND_ON,
        body={"order": str(row.order), "countersignature": row.file},
    )


# -- what the other venue refused -----------------------------------------------------------------------


@action(power=None)
def note_answer(
    *,
    actor: Actor,
    now: datetime,
    number: str,
    venue: str,
    order: UUID,
    given: bool,
    refused: str | None,
    facts: Mapping[str, Any],
) -> None:
    """Note what a venue said when asked to countersign, or `given` our countersignature to keep.

    Refused, an officer may ask again; taken, what it refused before is settled.
    """
    if refused is None:
        CountersignatureRefused.objects.filter(number=number, venue=venue).delete()
        nothing_changed()
        return
    CountersignatureRefused.objects.update_or_create(
        number=number,
        venue=venue,
        defaults={
            "order": order,
            "given": given,
            "why": {**facts, "code": refused},
            "refused_at": now,
            "again_at": None,
            "again_by": None,
        },
    )
    record(
        subject("countersignature", number),
        rules.CountersigningRefused(number=number, venue=venue, given=given, why=refused),
    )


@action(power=queries.OPERATE)
def ask_again(*, actor: Actor, now: datetime, number: str) -> None:
    """Ask the other venue of a deal once more for what it refused: with the certificate as it stands
    now, or with our countersignature and a fresh proof. One officer suffices: what is shown is public.

    Refused: nothing was refused; it is asked already; the certificate is not in force.
    """
    row = CountersignatureRefused.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise Refused(CommonRefusal.NOT_FOUND, what="countersignature")
    if row.again_at is not None:
        raise Refused(Refusal.ASKED_AGAIN, venue=row.venue, at=row.again_at)
    if row.given:
        _give_again(row, now)
    else:
        _show_again(row, now)
    row.again_at, row.again_by = now, actor.person
    row.save(update_fields=["again_at", "again_by"])
    record(
        subject("countersignature", number),
        rules.CountersigningAskedAgain(number=number, venue=row.venue, given=row.given),
    )


def _give_again(row: CountersignatureRefused, now: datetime) -> None:
    ours = Countersignature.objects.select_for_update().get(
        number=row.number, venue=venues.my_code()
    )
    leaf = journal.leaf_at(ours.log_index)
    assert leaf is not None, "what was handed on is in the log"
    proof = cosigning.witnessed_proof(ours.log_index).text()
    ours.file = countersigned.bundle(ours.statement, leaf=leaf, log_proof=proof)
    ours.save(update_fields=["file"])
    _give(ours, now)


def _show_again(row: CountersignatureRefused, now: datetime) -> None:
    certificate = certificates.certificate(row.number)
    if certificate.standing is not certificates.Standing.IN_FORCE or certificate.credential is None:
        raise Refused(Refusal.NOT_IN_FORCE, number=row.number)
    messages.send(
        actor=SYSTEM,
        now=now,
        to=row.venue,
        about=subject("order", row.order),
        kind=SHOW,
        body={
            "order": str(row.order),
            "credential": recognition.credential_of(certificate),
        },
    )


@action(power=None)
def take(*, actor: Actor, now: datetime, venue: str, order: UUID, told: Mapping[str, Any]) -> None:
    """Keep another venue's countersignature of our certificate, and show it from now on.

    Refused: of no certificate of this order; it does not hold by that venue's keys and log.
    """
    issuer = recognition.in_good_standing(venue)
    try:
        found = countersigned.read(told)
        certificate = certificates.certificate(found.number)
        if orders.foreign_of_certificate(certificate, venue, order) is None:
            raise Refused(CommonRefusal.NOT_FOUND, what="certificate")
        index = countersigned.check(
            found,
            credentials.keys_of(issuer),
            number=certificate.number,
            digest=certificate.content_digest,
        )
    except CountersignatureInvalid as error:
        raise Refused(Refusal.DOES_NOT_HOLD, problem=str(error)) from error
    _, is_new = Countersignature.objects.get_or_create(
        number=certificate.number,
        venue=venue,
        defaults={
            "issuer": venues.my_code(),
            "order": order,
            "statement": found.statement,
            "file": dict(told),
            "log_index": index,
            "at": now,
        },
    )
    if not is_new:
        nothing_changed()
        return
    record(
        subject("certificate", certificate.id),
        rules.CountersignatureTaken(
            number=certificate.number, venue=venue, digest=digest_of(found.statement)
        ),
    )
