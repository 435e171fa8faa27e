"""
Databases on the embedded server: one role owns and migrates, another works with the rows.

The application's role can neither change a table nor own one, so what the constraints forbid
stays forbidden whatever the program does.
"""

import psycopg
from psycopg import sql

from hutong.node.postgres.cluster import APP, OWNER, Cluster


def database_exists(cluster: Cluster, name: str) -> bool:
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        return _has_database(connection, name)


def create_database(
    cluster: Cluster,
    name: str,
    template: str | None = None,
    owner: str = OWNER,
    *,
    by_file: bool = False,
) -> None:
    """Create a database that `owner` owns and the application may only read and write rows of.

    A copy of `template` has the template's tables and privileges; `by_file` it is copied between
    two checkpoints, which is soonest where nothing has to reach a disk. Raises psycopg's
    DuplicateDatabase. Interrupted, it leaves no database of that name.
    """
    unfinished = f"{name[:48]}_unfinished"
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        if _has_database(connection, name):
            raise psycopg.errors.DuplicateDatabase(f'database "{name}" already exists')
        if template is not None:
            _create(connection, name, template, owner, by_file=by_file)
            return
        connection.execute(_drop(unfinished))
        _create(connection, unfinished, "template1", owner)
        with psycopg.connect(cluster.superuser_url(unfinished), autocommit=True) as inside:
            equip_database(inside, owner=owner)
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(unfinished), sql.Identifier(name)
            )
        )


def drop_database(cluster: Cluster, name: str) -> None:
    """Drop a database, if it is there, ending the sessions in it."""
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        connection.execute(_drop(name))


def equip_database(connection: psycopg.Connection, *, owner: str = OWNER, app: str = APP) -> None:
    """Give `owner` the schema and `app` the rows of every table that `owner` will create."""
    statements = (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
        "GRANT USAGE ON SCHEMA public TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
        " GRANT USAGE, SELECT ON SEQUENCES TO {app}",
    )
    for statement in statements:
        connection.execute(
            sql.SQL(statement).format(owner=sql.Identifier(owner), app=sql.Identifier(app))
        )
    available = "SELECT 1 FROM pg_available_extensions WHERE name = 'vector'"
    if connection.execute(available).fetchone():
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")


def _has_database(connection: psycopg.Connection, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return found.fetchone() is not None


def _create(
    connection: psycopg.Connection, name: str, template: str, owner: str, *, by_file: bool = False
) -> None:
    names = {
        "name": sql.Identifier(name),
        "template": sql.Identifier(template),
        "owner": sql.Identifier(owner),
        "strategy": sql.SQL("FILE_COPY" if by_file else "WAL_LOG"),
        "app": sql.Identifier(APP),
    }
    for statement in (
        "CREATE DATABASE {name} TEMPLATE {template} OWNER {owner} STRATEGY {strategy}",
        "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {app}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def _drop(name: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
