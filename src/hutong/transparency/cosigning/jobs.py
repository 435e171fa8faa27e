"""
Asking witnesses about our latest checkpoint, by the worker; the log never waits for them.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from typing import Final

import httpx

from hutong.transparency.cosigning import actions, wire
from hutong.transparency.cosigning.rules import Question, Reply
from hutong.transparency.note import NoteInvalid

SECONDS: Final = 10
AT_ONCE: Final = 8


def collect() -> int:
    """Ask every witness that has not seen our latest checkpoint and may be asked again.

    Returns how many cosigned. What one does, or does not, touches no other.
    """
    questions = actions.take_questions(datetime.now(UTC))
    if not questions:
        return 0
    with ThreadPoolExecutor(min(AT_ONCE, len(questions))) as pool:
        replies = list(pool.map(ask, questions))
    for reply in replies:
        actions.keep_reply(reply)
    return sum(bool(reply.cosignatures) for reply in replies)


def ask(question: Question) -> Reply:
    """Send the question, read the answer. Never raises."""
    try:
        with _client().stream(
            "POST",
            question.url + wire.SUBMIT,
            content=question.body,
            headers={"Content-Type": "text/plain; charset=utf-8"},
        ) as response:
            said = _bounded(response)
        return _read(question, response, said)
    except (httpx.HTTPError, httpx.InvalidURL, NoteInvalid) as error:
        return _failed(question, str(error) or type(error).__name__)


@cache
def _client() -> httpx.Client:
    """Kept, with its connections: to make one reads every trusted certificate of the machine."""
    return httpx.Client(timeout=SECONDS, follow_redirects=False)


def _bounded(response: httpx.Response) -> bytes:
    said = b""
    for part in response.iter_bytes():
        said += part
        if len(said) > wire.MAX_ANSWER_BYTES:
            raise NoteInvalid(f"an answer has at most {wire.MAX_ANSWER_BYTES} bytes")
    return said


def _read(question: Question, response: httpx.Response, said: bytes) -> Reply:
    if response.status_code == 200:
        found = wire.cosignatures(said, question.text, question.keys)
        if not found:
            return _failed(question, "the answer has no cosignature by a key we know")
        return Reply(question=question, cosignatures=tuple(found), at=datetime.now(UTC))
    is_size = response.headers.get("Content-Type", "").split(";")[0].strip() == wire.SIZE_TYPE
    if response.status_code == 409 and is_size:
        size = wire.size_in(said)
        problem = f"the witness has seen {size} entries"
        if size > question.size:
            problem += f", more than our log has ({question.size}): has it been put back?"
        return Reply(question=question, seen_size=size, problem=problem, at=datetime.now(UTC))
    told = said[:200].decode("utf-8", "replace").strip()
    return _failed(question, f"HTTP {response.status_code} {told}".strip())


def _failed(question: Question, problem: str) -> Reply:
    return Reply(question=question, problem=problem[:500], at=datetime.now(UTC))
