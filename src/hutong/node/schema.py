"""
Bringing the schema and the founding facts in step with the code; run before anything else.

    python -m hutong.node.schema [--demo]
"""

import os
import sys

import django


def main(arguments: list[str]) -> int:
    """Migrate as the owner, make keys, found the venue when it is new. Says what it did."""
    app_url = os.environ["HUTONG_DATABASE_URL"]
    os.environ["HUTONG_DATABASE_URL"] = os.environ.get("HUTONG_OWNER_DATABASE_URL", app_url)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hutong.node.settings")
    django.setup()
    from hutong.ui import translations

    translations.compile_all()
    _migrate()
    _found(demo="--demo" in arguments)
    _keys()
    return 0


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
    if demo:
        founding.found(rulebook=founding.demo_rulebook(), now=founding.DEMO_START)
    else:
        founding.found(rulebook=founding.rulebook_from_environment(), now=datetime.now(UTC))
    print("venue: founded", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
