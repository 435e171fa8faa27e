"""
Membership as messages: what members would learn from each other's lists in a while, told at once.

    venues.Approved    ─▶ venues.approval   the change with our approval: to whom it concerns
    venues.ListAdopted ─▶ venues.list       by the registrar that made it, to every member

Nothing hangs on them: a member that gets none asks for the lists (venues/jobs.py), and what a
message brings is judged by its own signatures, whoever sent it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hutong.journal.queries import Recorded
from hutong.kit.actor import SYSTEM
from hutong.kit.canonical import canonical
from hutong.kit.ids import subject
from hutong.kit.refusal import Refused
from hutong.network.claims import queries as claims
from hutong.network.messages import actions as messages
from hutong.network.messages.kinds import Kind as MessageKind
from hutong.network.messages.rules import Message
from hutong.venues import actions, queries
from hutong.venues import jobs as venues
from hutong.venues.fields import DocumentInvalid
from hutong.venues.grounds import Grounds
from hutong.venues.lists import Kind, SignedList
from hutong.venues.rules import Refusal

APPROVAL, LIST = "venues.approval", "venues.list"
MOST_BYTES = 512 * 1024  # a larger list is asked for
GROUNDS = Grounds(are_final=claims.lists_are_final, holds=claims.holds)


def on_enough(entry: Recorded) -> None:
    """An approval of ours or of others: the registrar sees whether the next list can be made."""
    venues.on_approved(entry, GROUNDS)


def on_approved(entry: Recorded) -> None:
    """Tell the members our approval: all of them of what we propose, else who makes the list."""
    change, approval = entry.content.get("told"), entry.content.get("approval")
    if change is None or approval is None or queries.network() is None:
        return  # erased, or we have left meanwhile
    _tell(change, approval, entry.at)


def on_list(entry: Recorded) -> None:
    """As the registrar that made it, tell every member the list; after a vote, whoever has
    approved what is still open tells the new registrar."""
    network, told = queries.network(), entry.content.get("told")
    if network is None or told is None or entry.facts["list_digest"] != network.digest:
        return
    if entry.facts["change_kind"] == Kind.FOUND:
        return  # who is in the first list signed it
    if entry.facts["change_kind"] == Kind.REGISTRAR:
        for document in queries.open_documents():
            for approval in document["approvals"]:
                if approval["venue"] == queries.my_code():
                    _tell(document["change"], approval, entry.at)
    if network.registrar != queries.my_code() or len(canonical(told)) > MOST_BYTES:
        return
    for member in queries.others():
        _send(member.code, subject("network", network.anchor), LIST, {"list": told}, entry.at)


def _tell(change: Mapping[str, Any], approval: Mapping[str, Any], now: datetime) -> None:
    mine, registrar = queries.my_code(), queries.registrar()
    concerned = {change["proposed_by"], registrar.code if registrar else mine}
    if change["kind"] == Kind.REGISTRAR:
        concerned.add(change["venue"])
    if change["proposed_by"] == mine:
        concerned |= {member.code for member in queries.others()}
    about = subject("membership_change", change["id"])
    for code in sorted(concerned - {mine}):
        _send(code, about, APPROVAL, {"change": change, "approval": approval}, now)


def _send(to: str, about: str, kind: str, body: Mapping[str, Any], now: datetime) -> None:
    if queries.find(to) is not None:
        messages.send(actor=SYSTEM, now=now, to=to, about=about, kind=kind, body=body)


def handle_approval(message: Message, now: datetime) -> Mapping[str, Any]:
    """Take a change with an approval of it. Refused where it is none."""
    real_now = queries.database_time()
    told, approval = message.body.get("change"), message.body.get("approval")
    known = queries.change_of(told)
    if known is None:
        known = actions.take_change(actor=SYSTEM, now=now, real_now=real_now, told=told)
    taken = actions.take_approval(actor=SYSTEM, now=now, real_now=real_now, told=approval)
    return {"change": known, "taken": taken}


def handle_list(message: Message, now: datetime) -> Mapping[str, Any]:
    """Adopt the list, where it is the next one; one that comes too early is asked for in turn."""
    try:
        signed = SignedList.read(message.body.get("list"))
    except DocumentInvalid as error:
        raise Refused(Refusal.DOCUMENT_INVALID, problem=str(error)) from error
    adopted = actions.adopt(actor=SYSTEM, now=now, real_now=queries.database_time(), lists=[signed])
    return {"adopted": adopted > 0}


KINDS = {APPROVAL: MessageKind(handle_approval), LIST: MessageKind(handle_list)}
