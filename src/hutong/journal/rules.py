"""
The form of an entry: what the public log commits to, byte for byte (LO-1, LO-2).

A leaf is the canonical JSON (RFC 8785) of

    {"format": "hutong/2", "kind": "listings.Listed", "version": 1,
     "at": "2022-06-20T01:00:00.000000Z", "subject": "listing:0190…",
     "facts": {…},                  impersonal, in clear; content fields as digests of their blobs
     "private": {name: digest},     salted commitment per private field
     "by": digest}                  salted commitment to {"person", "party", "door"}

A subject that is a natural person stands as "person" alone; whom it names is committed to among the
private fields, as "subject". (Entries of the format "hutong/1" told every subject in clear; in all
else they are the same.)

The leaf of a sealed entry is {"format", "kind": "sealed", "at", "digest"}: the digest is the salted
commitment to the true leaf. It is not in the log itself but under the root that an entry
journal.Sealed publishes (sealing.py), and is opened when its subject is unsealed (LI-4). Mirrors
and verifiers need nothing but this page and that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hutong.kit.actor import Actor
from hutong.kit.canonical import canonical, commit_all, commitment, digest_of, new_salt
from hutong.kit.event import Event, Visibility
from hutong.kit.ids import subject_kind
from hutong.kit.moments import iso
from hutong.kit.refusal import N_, Reason, reason

FORMAT = "hutong/2"
TOLD_EVERY_SUBJECT = "hutong/1"
PERSON = "person"
MAX_LEAF_BYTES = 65_535  # C2SP tlog-tiles: entry bundles hold 16-bit lengths


class Erasable(StrEnum):
    PRIVATE = "private"
    CONTENT = "content"


class ErasureStatus(StrEnum):
    ASKED = "asked"
    DONE = "done"
    DECLINED = "declined"


class Refusal(Reason):
    ERASED_ALREADY = reason("journal.erased_already", "LO-2", N_("It was erased before."))
    ERASURE_ASKED_ALREADY = reason(
        "journal.erasure_asked_already",
        "LO-2",
        N_("Its erasure waits for a second officer already."),
    )
    ERASURE_WITHOUT_REASON = reason(
        "journal.erasure_without_reason",
        "LO-2",
        N_("Say why it is erased; the journal keeps it."),
        422,
    )
    ERASURE_DECIDED = reason("journal.erasure_decided", "PA-5", N_("This was decided before."))
    FOLLOW_UP_WAITS = reason(
        "journal.follow_up_waits",
        "LO-2",
        N_("What follows this entry is not done yet; erase it afterwards."),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One entry in all its parts, ready to be stored. `leaf` is what is hashed into the log."""

    kind: str
    version: int
    visibility: Visibility
    at: datetime
    subject: str
    facts: dict[str, Any]
    leaf: bytes
    inner: bytes | None  # the true leaf of a sealed entry
    private: dict[str, Any]  # name → {"salt", "value"}, with "by"; erasable
    seal_salt: str | None
    content: dict[str, dict[str, Any]] = field(default_factory=dict)  # digest → blob


def write(event: Event, *, subject: str, actor: Actor, at: datetime) -> Written:
    """Turn an event into an entry. Raises ValueError when the leaf is too large."""
    facts = event.facts()
    blobs: dict[str, dict[str, Any]] = {}
    for name, value in event.content().items():
        blob = {"salt": new_salt(), "value": value}
        facts[name] = digest_of(blob)
        blobs[facts[name]] = blob
    told = public_subject(subject)
    private_fields = event.private()
    if told != subject:
        private_fields["subject"] = subject
    by = {
        "person": str(actor.person) if actor.person else None,
        "party": str(actor.party) if actor.party else None,
        "door": actor.door.value,
    }
    commitments, openings = commit_all({**private_fields, "by": by})
    body = {
        "format": FORMAT,
        "kind": event.kind,
        "version": event.version,
        "at": iso(at),
        "subject": told,
        "facts": facts,
        "private": {name: commitments[name] for name in private_fields},
        "by": commitments["by"],
    }
    leaf, inner, salt = canonical(body), None, None
    if event.visibility is Visibility.SEALED:
        salt, inner = new_salt(), leaf
        leaf = canonical(sealed_leaf(iso(at), salt, body))
    if len(leaf) > MAX_LEAF_BYTES or (inner and len(inner) > MAX_LEAF_BYTES):
        raise ValueError(f"{event.kind}: the entry has {len(leaf)} bytes, over {MAX_LEAF_BYTES}")
    return Written(
        kind=event.kind,
        version=event.version,
        visibility=event.visibility,
        at=at,
        subject=subject,
        facts=facts,
        leaf=leaf,
        inner=inner,
        private=openings,
        seal_salt=salt,
        content=blobs,
    )


def public_subject(subject: str, format: str = FORMAT) -> str:
    """What a leaf says of its subject: all, but of a natural person only that it is one."""
    if format == TOLD_EVERY_SUBJECT or subject_kind(subject) != PERSON:
        return subject
    return PERSON


def sealed_leaf(at: str, salt: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What is committed to of a sealed entry; its time is all that it tells."""
    sealed = commitment(salt, "entry", body)
    return {"format": body["format"], "kind": "sealed", "at": at, "digest": sealed}


def wrong_openings(body: Mapping[str, Any], openings: Mapping[str, Any]) -> list[str]:
    """Names of private fields whose opening does not match the commitment in the leaf."""
    committed = {**body["private"], "by": body["by"]}
    return [
        name
        for name, value in committed.items()
        if name not in openings
        or commitment(openings[name]["salt"], name, openings[name]["value"]) != value
    ]
