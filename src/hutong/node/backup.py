"""
Everything a venue must not lose, in one file; and back.

    hutong-backup.tar   manifest.json   digests of all that follows; written last, read first
                        database.dump   pg_dump, custom format
                        documents/…     files by digest (when kept on disk)
                        keys/…          sealed keyring and public keys

Not in it: the passphrase (keep it apart) and the signer's memory of the last checkpoint. A restored
venue therefore signs nothing until it is told what was published last, so a backup never forks the
log (LO-3).
"""

import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hutong import __version__
from hutong.node import postgres, venue
from hutong.node.paths import postgres_directory, state_directory

FORMAT = "hutong-backup/1"
FOLDERS = ("documents", "keys")
LEFT_OUT = {"keys/log-signed", "keys/django-secret"}
CHUNK = 1 << 20


class BackupUnusable(Exception):
    """The file is not a whole backup, or the place is not free for it. The message says which."""


@dataclass(frozen=True, slots=True)
class Summary:
    files: int
    bytes: int


def write(target: Path) -> Summary:
    """Write a backup of this venue, whole or not at all; it may be running."""
    state = state_directory()
    unfinished = target.with_name(target.name + ".part")
    digests: dict[str, str] = {}
    with venue.database(), tempfile.TemporaryDirectory() as scratch:
        dump = Path(scratch) / "database.dump"
        _pg_dump(dump)
        with tarfile.open(unfinished, "w") as tar:
            for name, path in [("database.dump", dump), *_files(state)]:
                digests[name] = _digest(path)
                tar.add(path, arcname=name, recursive=False)
            manifest = json.dumps(
                {
                    "format": FORMAT,
                    "hutong": __version__,
                    "made_at": datetime.now(UTC).isoformat(),
                    "files": digests,
                },
                indent=1,
            ).encode()
            info = tarfile.TarInfo("manifest.json")
            info.size = len(manifest)
            tar.addfile(info, io.BytesIO(manifest))
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.rename(target)
    return Summary(len(digests), target.stat().st_size)


def restore(source: Path) -> Summary:
    """Bring a backup back into an empty state directory. Raises BackupUnusable."""
    state = state_directory()
    if (state / "keys").exists() or (postgres_directory(state)).exists():
        raise BackupUnusable(f"{state} already holds a venue; set HUTONG_STATE to an empty place")
    with tempfile.TemporaryDirectory(dir=state) as scratch:
        place = Path(scratch)
        digests = _unpack(source, place)
        embedded = not venue.is_external()
        with venue.database():
            _pg_restore(place / "database.dump", embedded=embedded)
        for folder in FOLDERS:
            if (place / folder).is_dir():
                (place / folder).rename(state / folder)
                (state / folder).chmod(0o700)
    return Summary(len(digests), source.stat().st_size)


def _files(state: Path) -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for path in sorted((state / folder).rglob("*")):
            name = path.relative_to(state).as_posix()
            if path.is_file() and name not in LEFT_OUT:
                yield name, path


def _unpack(source: Path, place: Path) -> dict[str, str]:
    try:
        with tarfile.open(source) as tar:
            tar.extractall(place, filter="data")
        manifest = json.loads((place / "manifest.json").read_text())
    except (tarfile.TarError, OSError, ValueError) as error:
        raise BackupUnusable(f"{source} is not a whole backup: {error}") from error
    if manifest.get("format") != FORMAT:
        raise BackupUnusable(f"{source} has format {manifest.get('format')!r}, not {FORMAT}")
    for name, expected in manifest["files"].items():
        path = place / name
        if not path.is_file() or _digest(path) != expected:
            raise BackupUnusable(f"{source}: {name} is missing or damaged")
    return dict(manifest["files"])


def _pg_dump(target: Path) -> None:
    url = os.environ.get("HUTONG_OWNER_DATABASE_URL", os.environ["HUTONG_DATABASE_URL"])
    _run("pg_dump", "--format=custom", f"--file={target}", f"--dbname={url}")


def _pg_restore(dump: Path, *, embedded: bool) -> None:
    if embedded:  # as superuser, so that owners and privileges come back as they were
        cluster = postgres.prepare(postgres_directory(state_directory()))
        url, ownership = cluster.superuser_url(venue.DATABASE), ("--clean", "--if-exists")
    else:
        url = os.environ.get("HUTONG_OWNER_DATABASE_URL", os.environ["HUTONG_DATABASE_URL"])
        ownership = ("--no-owner", "--no-privileges")
    _run(
        "pg_restore",
        *("--exit-on-error", "--single-transaction", *ownership, f"--dbname={url}", str(dump)),
    )


def _run(program: str, *arguments: str) -> None:
    command = [str(postgres.binaries(None) / program), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupUnusable(f"{program} failed: {done.stderr.strip()[-1500:]}")


def _digest(path: Path) -> str:
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            hashed.update(chunk)
    return hashed.hexdigest()
