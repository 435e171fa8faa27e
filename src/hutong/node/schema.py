"""
Bringing the schema and the founding facts in step with the code; run before anything else.

    python -m hutong.node.schema [--embedded] [--demo]

    database made (embedded) → migrated → founded → keys made → marked
                                                                  └─ next time: nothing to do

The mark is a digest of everything the schema follows from, kept as a comment beside the record of
migrations: a start that finds it there spares loading the whole program only to see that.
"""

import hashlib
import os
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql

from hutong.node import postgres, venue
from hutong.node.loading import loading
from hutong.node.paths import postgres_directory, state_directory

PACKAGE = Path(__file__).resolve().parents[1]
OTHERS = ("django", "django-allauth", "django-axes", "procrastinate")  # they have tables, too
READ_MARK = "SELECT obj_description(to_regclass('django_migrations'), 'pg_class')"


def main(arguments: list[str]) -> int:
    """Make the database, migrate as the owner, found the venue when it is new, make its keys."""
    if "--embedded" in arguments:
        venue.ensure_database(postgres.prepare(postgres_directory(state_directory())))
    app_url = os.environ["HUTONG_DATABASE_URL"]
    owner_url = os.environ.get("HUTONG_OWNER_DATABASE_URL", app_url)
    if _is_in_step(owner_url):
        return 0
    os.environ["HUTONG_DATABASE_URL"] = owner_url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.node.settings")
    _bring_in_step(demo="--demo" in arguments)
    with psycopg.connect(owner_url) as connection:
        comment = sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(sql.Literal(mark()))
        connection.execute(comment)
    return 0


def _is_in_step(url: str) -> bool:
    keys = state_directory() / "keys" / "keyring.json"
    words = PACKAGE.glob("*/locale/*/LC_MESSAGES/django.po")
    if not keys.exists() or not all(_is_compiled(po) for po in words):
        return False
    with psycopg.connect(url) as connection:
        row = connection.execute(READ_MARK).fetchone()
    return row == (mark(),)


def _is_compiled(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns


def mark() -> str:
    hashed = hashlib.sha256(repr([(name, version(name)) for name in OTHERS]).encode())
    node = PACKAGE / "node"
    files = (*PACKAGE.glob("*/migrations/*.py"), node / "areas.py", node / "settings.py")
    for file in sorted(files):
        hashed.update(file.relative_to(PACKAGE).as_posix().encode() + b"\0" + file.read_bytes())
    return f"in step with {hashed.hexdigest()[:32]}"


def _bring_in_step(*, demo: bool) -> None:
    import django

    with loading():
        django.setup()
    from django.conf import settings

    from hutong.ui import translations

    try:
        translations.compile_all()
    except translations.WordsFault as fault:
        raise SystemExit(str(fault)) from fault
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    _migrate()
    _found(demo=demo)
    _keys()


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        print(f"schema: {len(plan)} migrations", flush=True)  # noqa: T201
        call_command("migrate", verbosity=0, skip_checks=True)


def _keys() -> None:
    from hutong.node.keys import make_keyring

    opened = make_keyring()
    if opened.made:
        files = ", ".join(str(path) for path in opened.made)
        print(f"keys: made {files}; keep copies, keys and passphrase apart", flush=True)  # noqa: T201


def _found(*, demo: bool) -> None:
    from datetime import UTC, datetime

    from hutong.node import founding
    from hutong.rulebook import queries

    if queries.versions():
        return
    now = founding.DEMO_START if demo else datetime.now(UTC)
    founding.found(rulebook=founding.rulebook_from_environment(demo=demo), now=now)
    print("venue: founded", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
