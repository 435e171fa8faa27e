"""
A venue at hand: its database reachable and its schema in step, for commands and processes.

    HUTONG_DATABASE_URL given ─► that one
    otherwise ─► the embedded server of the state directory: the running one, or ours for a while
"""

import contextlib
import os
from collections.abc import Iterator

from hutong.node import postgres
from hutong.node.loading import loading
from hutong.node.paths import postgres_directory, state_directory

DATABASE = "hutong"


def is_external() -> bool:
    return "HUTONG_DATABASE_URL" in os.environ


def environment(cluster: postgres.Cluster) -> dict[str, str]:
    """What the venue's processes need to reach the embedded database."""
    return {
        "HUTONG_DATABASE_URL": cluster.app_url(DATABASE),
        "HUTONG_OWNER_DATABASE_URL": cluster.owner_url(DATABASE),
    }


def ensure_database(cluster: postgres.Cluster) -> None:
    if not postgres.database_exists(cluster, DATABASE):
        postgres.create_database(cluster, DATABASE)


@contextlib.contextmanager
def database() -> Iterator[None]:
    """Make the venue's database reachable through the environment while the block lasts."""
    if is_external():
        yield
        return
    with postgres.reachable(postgres_directory(state_directory())) as cluster:
        ensure_database(cluster)
        os.environ.update(environment(cluster))
        yield


class NoVenue(RuntimeError):
    """There is no venue to look at here. The message says what to do."""


@contextlib.contextmanager
def opened() -> Iterator[None]:
    """`database()` of a venue that was founded, with Django set up on it. Raises NoVenue."""
    state = state_directory()
    if not is_external() and not (state / "keys" / "keyring.json").exists():
        raise NoVenue(f"there is no venue in {state}: run ./hutong up or ./hutong demo first")
    with database():
        import django

        with loading():
            django.setup()
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()
