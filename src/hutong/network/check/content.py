"""Items: the texts beside the log, many at once and one by one (LO-2)."""

import hashlib
import json
import secrets
from typing import Any

from hutong.kit.canonical import canonical
from hutong.kit.refusal import N_
from hutong.network.check.items import Run, cannot, item, need
from hutong.network.check.log import MOST_BUNDLE, READ, TEXT, ok
from hutong.transparency import texts


@item(
    "content.served",
    at=READ,
    expects=N_(
        "Texts named by entries are served, many at once and one by one, with the digests named."
    ),
    needs=("log.entries",),
)
def content(run: Run) -> None:
    if not run.digests:
        cannot(N_("no entry that was read names a text"))
    body = "".join(f"{digest}\n" for digest in run.digests).encode()
    answer = ok(run.wire.post("/log/content", body, TEXT, most=96 * 1024 * 1024))
    lines = [line for line in answer.body.split(b"\n") if line]
    found, unknown = texts.read_answers(answer.body)
    strange = [line for line in lines if line[:71].decode("ascii", "replace") not in run.digests]
    need(not strange, N_("a line answers what was not asked: {line}"), line=strange[:1])
    if len(answer.body) < texts.MOST_BYTES:
        missing = sorted(set(run.digests) - found.keys() - unknown)
        need(not missing, N_("{digest} is not answered"), digest=(missing or [""])[0])
    for digest, text in found.items():
        if text is None:
            status = run.wire.get(f"/log/content/{digest}").status
            need(status == 410, N_("HTTP {status} instead of {wanted}"), status=status, wanted=410)
            continue
        same = f"sha256:{hashlib.sha256(text).hexdigest()}" == digest
        need(same, N_("the text of {digest} has another digest"), digest=digest)
        need(_is_text(text), N_("the text of {digest} is not salt and value"), digest=digest)
        run.texts[digest] = text
    if not run.texts:
        cannot(N_("no entry that was read names a text"))
    for digest in list(run.texts)[:2]:
        one = ok(run.wire.get(f"/log/content/{digest}", most=MOST_BUNDLE))
        need(one.body == run.texts[digest], N_("{digest} is another text alone"), digest=digest)


def _is_text(text: bytes) -> bool:
    try:
        told: Any = json.loads(text)
        return (
            isinstance(told, dict) and {"salt", "value"} <= told.keys() and canonical(told) == text
        )
    except (ValueError, RecursionError, TypeError):
        return False


@item(
    "content.unknown",
    at=READ,
    expects=N_("A text that no entry names is answered as unknown."),
    needs=("log.checkpoint",),
)
def unknown_content(run: Run) -> None:
    digest = f"sha256:{secrets.token_hex(32)}"
    answer = ok(run.wire.post("/log/content", f"{digest}\n".encode(), TEXT))
    said = answer.body.strip()
    need(said == f"{digest} ?".encode(), N_("the line is {found}"), found=said)
    status = run.wire.get(f"/log/content/{digest}").status
    need(status == 404, N_("HTTP {status} instead of {wanted}"), status=status, wanted=404)


@item(
    "content.refused",
    at=READ,
    expects=N_("More than 512 digests, or what is no digest, are refused."),
    needs=("log.checkpoint",),
)
def too_many(run: Run) -> None:
    many = "".join(f"sha256:{number:064x}\n" for number in range(texts.MOST_DIGESTS + 1))
    for body in (many.encode(), b"../../etc/passwd\n", b"\xff\xfe\n", b"sha256:00\n"):
        status = run.wire.post("/log/content", body, TEXT).status
        need(
            400 <= status < 500,
            N_("{path} is answered HTTP {status}"),
            path="POST /log/content",
            status=status,
        )
