"""Databases that live as long as a test does, each a copy of a migrated one."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from lab import ownership

# with `-n 2` every test process has databases of its own
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
_numbers = itertools.count(1)


@contextmanager
def copy_of(server: str, template: str = "template1") -> Iterator[str]:
    """Make a database and give its address; drop it after use. `server` is the address of any
    database beside it."""
    name = ownership.test_database(next(_numbers))
    with psycopg.connect(server, autocommit=True) as conn:
        # A pooler keeps its connections, and a database in use cannot be copied.
        conn.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s",
            [template],
        )
        ownership.database_for_a_test(conn, name, template)
    try:
        yield at(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as conn:
            ownership.drop_database(conn, name)


@contextmanager
def owned_by(role: str, admin_url: str) -> Iterator[str]:
    """Give the address of this database for a new role that owns it and may do nothing else."""
    with psycopg.connect(admin_url, autocommit=True) as conn:
        words = {"role": sql.Identifier(role), "database": sql.Identifier(name_of(admin_url))}
        conn.execute(sql.SQL("drop role if exists {role}").format(**words))
        conn.execute(sql.SQL("create role {role} login").format(**words))
        conn.execute(sql.SQL("alter database {database} owner to {role}").format(**words))
    try:
        yield psycopg.conninfo.make_conninfo(admin_url, user=role)
    finally:
        with psycopg.connect(admin_url, autocommit=True) as conn:
            terminate = (
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = %s"
            )
            conn.execute(terminate, [role])
            conn.execute(sql.SQL("reassign owned by {role} to current_user").format(**words))
            conn.execute(sql.SQL("drop owned by {role}").format(**words))
            conn.execute(sql.SQL("drop role {role}").format(**words))


def at(server: str, name: str) -> str:
    """Answer the address of another database of this server."""
    return psycopg.conninfo.make_conninfo(server, dbname=name)


def name_of(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
