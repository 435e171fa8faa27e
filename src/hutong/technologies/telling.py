"""
What an import tells everybody: its records in public blobs, so many a blob, named in the manifest of
its one entry (TE-5, LO-4).

    entry ─ manifest ─ parts: [{"records": digest, "entered": [id …], "refreshed": [id …]} …]
                                    └─ blob: [{"technology": id, "record": {…}} …]

The manifest names the technologies and nothing of them: a part that is erased is missed, not
forgotten. Blobs wait in a nameless temporary file, so that memory holds one part.
"""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Any
from uuid import UUID

from hutong.kit.canonical import digest_of, new_salt

LEAST_ROWS, MOST_PARTS = 100, 500
SPOOL_BYTES = 8 * 1024 * 1024


def part_rows(count: int) -> int:
    """Records a part holds, so that a manifest never names more than 500."""
    return max(LEAST_ROWS, -(-count // MOST_PARTS))


@dataclass(slots=True)
class Told:
    """Built row by row. `finish` gives what the manifest names, `blobs` the parts themselves."""

    size: int
    parts: list[dict[str, Any]] = field(default_factory=list)
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _entered: list[str] = field(default_factory=list)
    _refreshed: list[str] = field(default_factory=list)
    _spool: IO[bytes] = field(
        default_factory=lambda: tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115
    )

    def __enter__(self) -> "Told":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spool.close()

    def add(self, technology: UUID, record: dict[str, Any], *, entered: bool) -> None:
        id = str(technology)
        self._rows.append({"technology": id, "record": record})
        (self._entered if entered else self._refreshed).append(id)
        if len(self._rows) == self.size:
            self._close()

    def finish(self) -> list[dict[str, Any]]:
        if self._rows:
            self._close()
        return self.parts

    def blobs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each part with its digest, in order."""
        self._spool.seek(0)
        for line, part in zip(self._spool, self.parts, strict=True):
            yield part["records"], json.loads(line)

    def _close(self) -> None:
        line = json.dumps({"salt": new_salt(), "value": self._rows}, ensure_ascii=False)
        self._spool.write(line.encode() + b"\n")
        self.parts.append(
            {
                "records": digest_of(json.loads(line)),
                "entered": self._entered,
                "refreshed": self._refreshed,
            }
        )
        self._rows, self._entered, self._refreshed = [], [], []
