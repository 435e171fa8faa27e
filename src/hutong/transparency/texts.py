"""
The lines in which texts beside a log are sent, many at once (LO-4).

    asked      a digest a line
    answered   `<digest> <canonical JSON>`, `<digest> -` where it was erased, `<digest> ?` where the
               log names no such text; one that is not answered is asked for again

Canonical JSON holds no line breaks, so the bytes of a text are those its digest was made of. Pure.
"""

import re
from collections.abc import Iterable
from typing import Final

ERASED: Final = b"-"
UNKNOWN: Final = b"?"
MOST_DIGESTS: Final = 512  # a request
MOST_BYTES: Final = 4 * 1024 * 1024  # of an answer; the text that passes it is the last
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


class Unknown:
    """Stands for a text that the log does not name."""


UNKNOWN_TEXT: Final = Unknown()
Answer = bytes | None | Unknown


def read_digests(asked: bytes) -> list[str]:
    """The digests asked for. Raises ValueError for anything else, or too many."""
    lines = asked.decode("ascii", "replace").split()
    if len(lines) > MOST_DIGESTS:
        raise ValueError(f"at most {MOST_DIGESTS} digests are asked for at once")
    for line in lines:
        if not _DIGEST.fullmatch(line):
            raise ValueError(f"{line[:80]!r} is no digest")
    return list(dict.fromkeys(lines))


def write_answers(answers: Iterable[tuple[str, Answer]]) -> bytes:
    """The lines of an answer, up to about `MOST_BYTES`."""
    parts: list[bytes] = []
    length = 0
    for digest, text in answers:
        said = ERASED if text is None else UNKNOWN if isinstance(text, Unknown) else text
        parts += [digest.encode(), b" ", said, b"\n"]
        length += len(said)
        if length >= MOST_BYTES:
            break
    return b"".join(parts)


def read_answers(answer: bytes) -> tuple[dict[str, bytes | None], set[str]]:
    """Texts by digest, None for erased ones; and the digests that are unknown. Checks nothing."""
    found: dict[str, bytes | None] = {}
    unknown: set[str] = set()
    for line in answer.split(b"\n"):
        name, space, said = line.partition(b" ")
        if not space or len(name) != 71:
            continue
        digest = name.decode("ascii", "replace")
        if said == UNKNOWN:
            unknown.add(digest)
        else:
            found[digest] = None if said == ERASED else said
    return found, unknown
