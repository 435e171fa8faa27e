"""
Everything a venue must not lose, in one file; and back.

    hutong-backup.tar   manifest.json   digests of all that follows; written last, read first
                        database.dump   pg_dump, custom format
                        documents/…     files by digest (when kept on disk)
                        keys/…          sealed keyring and public keys
                        keys/web-secret.sealed   the pages' secret, which closes second factors

Not in it: the passphrase (keep it apart; a restore asks for it) and the signer's memory of the last
checkpoint. A restored venue therefore signs nothing until it is told what was published last, so a
backup never forks the log (LO-3).
"""

import base64
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

import psycopg
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from hutong import __version__
from hutong.node import postgres, venue
from hutong.node.paths import postgres_directory, state_directory
from hutong.transparency import note
from hutong.transparency.files import write_new_private
from hutong.transparency.keys import SIGNED, Keyring, KeysUnusable, find_passphrase

FORMAT = "hutong-backup/1"
FOLDERS = ("documents", "keys")
SECRET = "keys/django-secret"
SEALED = "keys/web-secret.sealed"
LEFT_OUT = {
    "keys/log-signed",
    "keys/log-signed.lock",
    "keys/list-signed",
    "keys/list-signed.lock",
    SECRET,
}
CHUNK = 1 << 20
LOG_SIZE = "SELECT count(log_index) FROM journal_position"


class BackupUnusable(Exception):
    """The file is not a whole backup, or the place is not free for it. The message says which."""


@dataclass(frozen=True, slots=True)
class Summary:
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Restored(Summary):
    """`log_size` is that of the backup; `published` that of the last checkpoint, if it was given."""

    log_size: int
    published: int | None


def write(target: Path) -> Summary:
    """Write a backup of this venue, whole or not at all; it may be running."""
    state = state_directory()
    unfinished = target.with_name(target.name + ".part")
    try:
        with venue.database(), tempfile.TemporaryDirectory() as scratch:
            files = [("database.dump", _pg_dump(Path(scratch))), *_files(state)]
            if (state / SECRET).exists():  # else it is in the environment, and kept with that
                sealed = Path(scratch) / "sealed"
                sealed.write_bytes(_seal((state / SECRET).read_bytes(), _passphrase(state)))
                files.append((SEALED, sealed))
            digests = _write_tar(unfinished, files)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return Summary(len(digests), target.stat().st_size)


def _write_tar(target: Path, files: list[tuple[str, Path]]) -> dict[str, str]:
    digests = {}
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            for name, path in files:
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
        out.flush()
        os.fsync(out.fileno())
    return digests


def restore(source: Path, last_checkpoint: Path | None = None) -> Restored:
    """Bring a backup back into an empty state directory, whole or not at all.

    `last_checkpoint`: what this venue published last, for its signer to go on from. Raises
    BackupUnusable.
    """
    state = state_directory()
    if any((state / name).exists() for name in FOLDERS) or postgres_directory(state).exists():
        raise BackupUnusable(f"{state} already holds a venue; set HUTONG_STATE to an empty place")
    with tempfile.TemporaryDirectory(dir=state) as scratch:
        place = Path(scratch)
        digests = _unpack(source, place)
        keys = _open(place, _passphrase(state))
        published = _published(last_checkpoint, keys, place) if last_checkpoint else None
        size = _restore_database(place / "database.dump", state)
        for folder in FOLDERS:
            if (place / folder).is_dir():
                (place / folder).rename(state / folder)
                (state / folder).chmod(0o700)
    return Restored(len(digests), source.stat().st_size, log_size=size, published=published)


def _restore_database(dump: Path, state: Path) -> int:
    """Restore the database and return how many entries its log has."""
    embedded = not venue.is_external()
    try:
        with venue.database():
            url = os.environ["HUTONG_DATABASE_URL"]
            if not embedded:
                _need_empty(url)
            _pg_restore(dump, embedded=embedded)
            with psycopg.connect(url) as connection:
                row = connection.execute(LOG_SIZE).fetchone()
                return int(row[0]) if row else 0
    except BaseException:
        if embedded:
            postgres.discard(postgres_directory(state))
        raise


def _need_empty(url: str) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if (row.fetchone() or (0,))[0]:
            raise BackupUnusable("the database of HUTONG_DATABASE_URL already holds tables")


def _published(file: Path, keys: Keyring, place: Path) -> int:
    """Take `file` as the signer's memory, if this venue's key signed it. Returns its size."""
    try:
        text = file.read_text()
        signer = keys.checkpoint_signer
        checkpoint = note.open_checkpoint(text, signer.key, *signer.formerly)
    except (OSError, UnicodeDecodeError, note.NoteInvalid) as error:
        raise BackupUnusable(f"{file} is no checkpoint of this venue: {error}") from error
    write_new_private(place / "keys" / SIGNED, text.encode())
    return checkpoint.size


def _open(place: Path, passphrase: str) -> Keyring:
    """Open the keys with the passphrase, and what was sealed under it."""
    try:
        keys = Keyring(place / "keys", passphrase)
        if (place / SEALED).exists():
            write_new_private(place / SECRET, _unseal((place / SEALED).read_bytes(), passphrase))
            (place / SEALED).unlink()
    except (KeysUnusable, InvalidToken) as error:
        raise BackupUnusable(f"the passphrase does not open this backup: {error}") from error
    return keys


def _passphrase(state: Path) -> str:
    try:
        return find_passphrase(state / "keys")
    except KeysUnusable as error:
        raise BackupUnusable(str(error)) from error


def _seal(secret: bytes, passphrase: str) -> bytes:
    salt = os.urandom(16)
    return base64.b64encode(salt) + b"\n" + _box(passphrase, salt).encrypt(secret)


def _unseal(sealed: bytes, passphrase: str) -> bytes:
    salt, _, box = sealed.partition(b"\n")
    return _box(passphrase, base64.b64decode(salt)).decrypt(box)


def _box(passphrase: str, salt: bytes) -> Fernet:
    key = Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def _files(state: Path) -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for path in sorted((state / folder).rglob("*")):
            name = path.relative_to(state).as_posix()
            if path.is_file() and name not in LEFT_OUT:
                yield name, path


def _unpack(source: Path, place: Path) -> dict[str, str]:
    try:
        with tarfile.open(source, "r:") as tar:
            tar.extractall(place, filter="data")
        manifest = json.loads((place / "manifest.json").read_text())
        if manifest["format"] != FORMAT:
            raise BackupUnusable(f"{source} has format {manifest['format']!r}, not {FORMAT}")
        files = dict(manifest["files"])
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as error:
        raise BackupUnusable(f"{source} is not a whole backup: {error}") from error
    for name, expected in files.items():
        path = place / name
        if not path.is_file() or _digest(path) != expected:
            raise BackupUnusable(f"{source}: {name} is missing or damaged")
    found = {p.relative_to(place).as_posix() for p in place.rglob("*") if not p.is_dir()}
    if strange := found - files.keys() - {"manifest.json"}:
        raise BackupUnusable(f"{source}: {min(strange)} does not belong to it")
    return files


def _pg_dump(scratch: Path) -> Path:
    target = scratch / "database.dump"
    url = os.environ.get("HUTONG_OWNER_DATABASE_URL", os.environ["HUTONG_DATABASE_URL"])
    _run("pg_dump", "--format=custom", f"--file={target}", f"--dbname={url}")
    return target


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
