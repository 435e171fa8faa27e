"""
A walk through the public log: latest entries, one entry with its proof drawn, the signed states and
who witnessed them, and finding an entry (LO-1, LO-3).
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from hutong.certificates import queries as certificates
from hutong.journal import published
from hutong.journal.published import Leaf
from hutong.kit.canonical import digest
from hutong.kit.refusal import CommonRefusal, Refused
from hutong.portal import log_drawing
from hutong.transparency import browsing, note, path, queries
from hutong.transparency.cosigning import queries as cosigning
from hutong.transparency.merkle import HASH_BYTES
from hutong.transparency.queries import NotYetIncluded
from hutong.ui.door import visitor
from hutong.ui.history import EVENTS
from hutong.ui.lifecycles import QUIET

PAGE = 50
_SUBJECT = re.compile(r"[a-z_-]+:[^\s]{1,110}")
_PLACES = {  # where a subject has a page of its own
    "technology": "/technologies/{}",
    "listing": "/listings/{}",
    "lot": "/lots/{}",
}
# Of what a bare id may be the id, when only the id was typed.
_KINDS = ("listing", "technology", "lot", "right", "deal", "party", "intent")


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in a list: its kind in words and how it is toned."""

    leaf: Leaf
    words: str
    tone: str


@visitor
def index(request: HttpRequest) -> HttpResponse:
    """Where the log stands, and its latest entries; of one subject, where one is asked for."""
    if entry := request.GET.get("entry", "").strip():  # links of timelines
        return redirect(f"/log/entries/{_number(entry)}")
    sought = request.GET.get("q", "").strip()
    if sought and (found := _find(sought)):
        return redirect(found)
    subject = request.GET.get("subject", "").strip() or None
    before = request.GET.get("before", "")
    leaves = published.latest(
        before=_number(before) if before else None, subject=subject, limit=PAGE + 1
    )
    more = len(leaves) > PAGE
    checkpoint = queries.checkpoint()
    return render(
        request,
        "portal/log.html",
        {
            "rows": [_row(leaf) for leaf in leaves[:PAGE]],
            "older": urlencode({"before": leaves[PAGE - 1].index, **_asked(subject)})
            if more
            else None,
            "checkpoint": checkpoint,
            "cosignatures": cosigning.cosignatures(checkpoint.size) if checkpoint else [],
            "subject": subject,
            "subject_page": _page_of(subject) if subject else None,
            "sought": sought,
        },
        status=404 if sought else 200,
    )


@visitor
def entry(request: HttpRequest, index: int) -> HttpResponse:
    """One entry: what it says, its hash, and its way up the tree to the signed root."""
    leaf = _leaf(index)
    body = leaf.body
    try:
        proof = cosigning.witnessed_proof(index)
    except NotYetIncluded:
        proof = None
    steps, checkpoint = [], None
    if proof is not None:
        checkpoint = note.Checkpoint.parse(note.parse(proof.checkpoint).text)
        steps = path.steps(index, checkpoint.size, leaf.leaf_hash, proof.hashes)
    return render(
        request,
        "portal/log_entry.html",
        {
            "row": _row(leaf),
            "body": body,
            "facts": _facts(leaf, body),
            "hidden": sorted(body.get("private", {}).items()),
            "subject_page": _page_of(leaf.subject) or _certificate_page(body),
            "leaf_text": json.dumps(body, ensure_ascii=False, indent=2),
            "leaf_digest": digest(leaf.leaf),
            "steps": steps,
            "tree": log_drawing.tree(leaf.index, leaf.leaf_hash, steps) if checkpoint else None,
            "checkpoint": checkpoint,
            "cosignatures": cosigning.cosignatures(checkpoint.size) if checkpoint else [],
            "last": index == queries.tree_size() - 1,
        },
    )


@visitor
def proof(request: HttpRequest, index: int) -> HttpResponse:
    """The proof as a C2SP tlog-proof, to carry away."""
    _leaf(index)
    try:
        text = cosigning.witnessed_proof(index).text()
    except NotYetIncluded as error:
        raise Refused(CommonRefusal.NOT_FOUND, what=gettext("proof")) from error
    return _file(text.encode(), f"entry-{index}.tlog-proof", "text/plain; charset=utf-8")


@visitor
def leaf(request: HttpRequest, index: int) -> HttpResponse:
    """The entry's bytes, whose hash stands in the tree."""
    return _file(_leaf(index).leaf, f"entry-{index}.json", "application/json")


@visitor
def checkpoints(request: HttpRequest) -> HttpResponse:
    """Signed states of the log, who witnessed each, and how the log grew."""
    before = request.GET.get("before", "")
    found = queries.checkpoints(before=_number(before) if before else None, limit=PAGE + 1)
    shown = found[:PAGE]
    seen = cosigning.of_sizes([view.size for view in shown])
    peers = [peer for peer in cosigning.peers() if peer.status == "accepted"]
    return render(
        request,
        "portal/log_checkpoints.html",
        {
            "rows": [
                (view, base64.b64encode(view.root).decode(), seen[view.size]) for view in shown
            ],
            "older": urlencode({"before": shown[-1].size}) if len(found) > PAGE else None,
            "growth": log_drawing.growth(browsing.growth()),
            "witnesses": [peer for peer in peers if peer.kind == "witness"],
            "logs": [peer for peer in peers if peer.kind == "log"],
            "refused": cosigning.refused(),
        },
    )


def _find(sought: str) -> str | None:
    """Where what was typed leads: an index, a leaf hash, a subject, an id, a certificate's number."""
    if sought.isascii() and sought.isdecimal() and len(sought) < 19:
        return f"/log/entries/{int(sought)}" if published.at_index(int(sought)) else None
    if leaf_hash := _hash(sought):
        try:
            index = browsing.find_leaf(leaf_hash)
        except OperationalError as error:
            raise Refused(CommonRefusal.TOO_LARGE, what=gettext("The log"), limit="3 s") from error
        return f"/log/entries/{index}" if index is not None else None
    for subject in _subjects(sought):
        if published.latest(subject=subject, limit=1):
            return "/log?" + urlencode({"subject": subject})
    return None


def _subjects(sought: str) -> list[str]:
    try:
        return [f"{kind}:{UUID(sought)}" for kind in _KINDS]
    except ValueError:
        pass
    if _SUBJECT.fullmatch(sought):
        return [sought]
    try:
        return [f"certificate:{certificates.certificate(sought).id}"]
    except Refused:
        return []


def _hash(sought: str) -> bytes | None:
    """A hash of 32 bytes, in hex or base64."""
    text = sought.removeprefix("sha256:")
    try:
        found = bytes.fromhex(text)
    except ValueError:
        try:
            found = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return None
    return found if len(found) == HASH_BYTES else None


def _facts(leaf: Leaf, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The facts in clear; those that stand for public content with what it says, if it is there."""
    blobs = published.contents(leaf.entry)
    told = []
    for name, value in sorted(body.get("facts", {}).items()):
        is_content = isinstance(value, str) and value in blobs
        blob = blobs[value] if is_content else None
        told.append(
            {
                "name": name,
                "value": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
                "is_content": is_content,
                "content": json.dumps(blob.get("value"), ensure_ascii=False, indent=2)
                if blob
                else None,
            }
        )
    return told


def _row(leaf: Leaf) -> Row:
    words, tone = EVENTS.get(leaf.kind, (leaf.kind, QUIET))
    return Row(leaf, gettext(words), tone)


def _page_of(subject: str) -> str | None:
    kind, _, id = subject.partition(":")
    return _PLACES[kind].format(id) if kind in _PLACES else None


def _certificate_page(body: dict[str, Any]) -> str | None:
    """The page of the certificate an entry is about; it is addressed by its number."""
    number = body.get("facts", {}).get("number")
    about = str(body.get("subject", "")).startswith("certificate:")
    return f"/certificates/{number}" if about and number else None


def _asked(subject: str | None) -> dict[str, str]:
    return {"subject": subject} if subject else {}


def _leaf(index: int) -> Leaf:
    found = published.at_index(index) if index < 2**63 else None
    if found is None:
        raise Refused(CommonRefusal.NOT_FOUND, what=gettext("entry"))
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise Http404
    return int(text)


def _file(data: bytes, name: str, media_type: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
