"""
Are the peers those that officers agreed on, and the cosignatures theirs? Re-derived from the journal.
"""

from collections.abc import Iterator

from hutong.journal import queries as journal
from hutong.kit.audit import Discrepancy
from hutong.kit.ids import subject_id
from hutong.transparency import note, queries
from hutong.transparency.cosigning.models import Cosignature, Peer
from hutong.transparency.cosigning.rules import PeerAccepted, PeerEnded, PeerKind, PeerStatus
from hutong.transparency.note import NoteInvalid, NoteSignature, VerifierKey

Told = tuple[str, str, tuple[str, ...], str]


def audit() -> Iterator[Discrepancy]:
    """Compare accepted peers with what was recorded, and check every cosignature kept."""
    yield from _audit_peers()
    yield from _audit_cosignatures()


def _audit_peers() -> Iterator[Discrepancy]:
    told: dict[str, Told] = {}
    for entry in journal.of_kinds([PeerAccepted.kind, PeerEnded.kind]):
        facts, id = entry.facts, subject_id(entry.subject)
        if entry.kind == PeerEnded.kind:
            told.pop(id, None)
            continue
        named = (facts["peer_kind"], facts["name"])
        told = {other: peer for other, peer in told.items() if peer[:2] != named}
        told[id] = (*named, tuple(facts["keys"]), facts["url"])
    stored: dict[str, Told] = {
        str(row.id): (row.kind, row.name, tuple(row.keys), row.url)
        for row in Peer.objects.filter(status=PeerStatus.ACCEPTED)
    }
    for id in sorted(told.keys() | stored.keys()):
        if told.get(id) != stored.get(id):
            yield Discrepancy(f"transparency.peer {id}", str(told.get(id)), str(stored.get(id)))


def _audit_cosignatures() -> Iterator[Discrepancy]:
    witnesses = Peer.objects.filter(kind=PeerKind.WITNESS)
    keys = {text: VerifierKey.parse(text) for row in witnesses for text in row.keys}
    for row in Cosignature.objects.order_by("size", "witness", "key_id").iterator(chunk_size=500):
        place = f"transparency.cosignature {row.size} {row.witness}"
        signed = queries.checkpoint_of(row.size)
        if signed is None:
            yield Discrepancy(place, "a signed checkpoint of that size", "none")
            continue
        try:
            line = NoteSignature.parse(row.line.removesuffix("\n"))
            text = note.parse(signed.note).text
            if not note.Note(text, (line,)).verified_by(list(keys.values())):
                yield Discrepancy(place, "a signature by a witness's key", "of none we know")
        except NoteInvalid as error:
            yield Discrepancy(place, "a signature on the checkpoint", str(error))
