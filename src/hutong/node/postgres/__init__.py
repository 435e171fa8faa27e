"""
The embedded PostgreSQL: a real server in a private directory, run as a child of ours.

    prepare → (directory with data, passwords) → Server.start → ready → Server.stop
                                                   └ kill -9 ─→ start again

Only the binaries of the wheel are used, never its helper. Every role has a scram password, and the
only door is a unix socket in a directory of mode 0700.
"""

from hutong.node.postgres.cluster import (
    APP,
    OWNER,
    SUPERUSER,
    AlreadyServed,
    Cluster,
    PostgresError,
    last_words,
)
from hutong.node.postgres.databases import (
    create_database,
    database_exists,
    drop_database,
    equip_database,
)
from hutong.node.postgres.home import binaries, discard, prepare
from hutong.node.postgres.server import Server, reachable, running

__all__ = [
    "APP",
    "OWNER",
    "SUPERUSER",
    "AlreadyServed",
    "Cluster",
    "PostgresError",
    "Server",
    "binaries",
    "create_database",
    "database_exists",
    "discard",
    "drop_database",
    "equip_database",
    "last_words",
    "prepare",
    "reachable",
    "running",
]
