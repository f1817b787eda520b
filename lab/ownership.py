"""Use a server that SPOKE_TEST_DATABASE_URL or SPOKE_TEST_REDIS_URL names, and touch nothing on it
but our own.

What demo and tests make there bears a mark while it is there, and is removed at the end. Where
something else is found, they do not begin: the wrong server may have been named.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql

from db import dbt_schema
from settings import Settings

DATABASE = "SPOKE_TEST_DATABASE_URL"
REDIS = "SPOKE_TEST_REDIS_URL"
SCHEMAS = (Settings().database_schema, "business")  # what `spoke migrate` makes and fills
MARK = "Made by Spoke's demo and tests, and removed by them"
_OWN_SERVER = f"{MARK}, on a server of its own"
KEY = "spoke:made-by-demo-and-tests"
RUN = secrets.randbits(31)  # this process's run, in the names of its databases
_LOCK = 0x5B0CE7
_TEST_DATABASES = """
select datname, substring(datname from '^spoke_test_([0-9a-f]{8})_') as run from pg_database
where shobj_description(oid, 'pg_database') = %(mark)s and datname ~ '^spoke_test_[0-9a-f]{8}_'
"""
_CONTENTS = """
select nspname as schema, obj_description(namespace.oid, 'pg_namespace') as mark,
       (select count(*) from pg_class where relnamespace = namespace.oid)
       + (select count(*) from pg_proc where pronamespace = namespace.oid) as contents
from pg_namespace as namespace where nspname = any(%s) order by nspname
"""
_SEARCH_PATH = """
select split_part(entry, '=', 2) from pg_db_role_setting, unnest(setconfig) as entry
where setrole = (select oid from pg_roles where rolname = current_user)
and setdatabase = (select oid from pg_database where datname = current_database())
and entry like 'search_path=%'
"""


class NotOurs(Exception):
    """What was found on a named server, and what to do; in one line, without a password."""


def named(variable: str) -> str:
    """Answer the server that a variable names; empty where none is."""
    return os.environ.get(variable, "").strip()


@contextmanager
def schemas_of(url: str) -> Iterator[None]:
    """Have empty schemas of our own in this database, and leave it at the end as it was.

    The connection stays open all the while: with it goes the lock that keeps a second run away."""
    with _connected(url) as conn:
        with _told():
            before = _begin(conn)
        try:
            yield
        finally:
            _drop(conn)
            before.restore(conn)


@dataclass(frozen=True, slots=True)
class _Before:
    """What was there: schemas that were empty, and where the role's sessions look for tables."""

    empty: list[str]
    path: str | None

    def restore(self, conn: psycopg.Connection) -> None:
        for schema in self.empty:
            conn.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        row = conn.execute("select current_database()").fetchone()
        assert row is not None
        words = {"database": sql.Identifier(row[0]), "path": sql.SQL(self.path or "")}
        change = "reset search_path"
        if self.path:
            change = "set search_path = {path}"
        statement = f"alter role current_user in database {{database}} {change}"
        conn.execute(sql.SQL(statement).format(**words))


def _begin(conn: psycopg.Connection) -> _Before:
    """Look, remember, and make the schemas again with their mark: never one without the other."""
    locked = conn.execute(f"select pg_try_advisory_lock({_LOCK})".encode()).fetchone()
    if locked != (True,):
        raise NotOurs(f"{DATABASE}: another run is using this database. {_elsewhere('one')}")
    empty = look_at(conn)
    path = conn.execute(_SEARCH_PATH).fetchone()
    with conn.transaction():
        _drop(conn)
        for schema in SCHEMAS:
            words = {"name": sql.Identifier(schema), "mark": MARK}
            for statement in ("create schema {name}", "comment on schema {name} is {mark}"):
                conn.execute(sql.SQL(statement).format(**words))
    return _Before(empty, path[0] if path else None)


def look(processes: int) -> None:
    """Raise NotOurs where the named servers are not for tests in so many processes; change
    nothing."""
    if url := named(DATABASE):
        look_beside(url)
    if url := named(REDIS):
        for place in range(processes):
            with redis.Redis.from_url(_placed(url, place)) as server:
                _look_at_redis(server)


def look_beside(url: str) -> None:
    """Raise NotOurs where a database holds a copy that is not ours, although we only work beside
    it."""
    with _connected(url) as conn:
        look_at(conn)


def look_at(conn: psycopg.Connection) -> list[str]:
    """Raise NotOurs where a schema of ours is filled and bears no mark; answer with the empty
    ones."""
    others = [row for row in conn.execute(_CONTENTS, [list(SCHEMAS)]).fetchall() if row[1] != MARK]
    for schema, _, contents in others:
        if contents:
            found = f"the schema {schema} holds {contents} things that demo and tests did not make"
            raise NotOurs(f"{DATABASE}: {found}; nothing was touched. {_elsewhere('an empty one')}")
    return [schema for schema, _, _ in others]


@contextmanager
def beside(url: str) -> Iterator[None]:
    """Let tests make databases beside the named one, and drop the databases of runs that were
    killed.

    A run is alive while its lock is held, by the connection that stays open here. Without `force` a
    database that has a session is not dropped: behind a pooler locks may be lost.
    """
    with _connected(url) as conn, _told():
        look_at(conn)
        conn.execute("select pg_advisory_lock_shared(%s)", [RUN])
        for name, run in conn.execute(_TEST_DATABASES, {"mark": MARK}).fetchall():
            if int(run, 16) == RUN:
                # alive, even if the lock is free: that is of one database, and we may use several
                continue
            if conn.execute("select pg_try_advisory_lock(%s)", [int(run, 16)]).fetchone() == (
                True,
            ):
                with suppress(psycopg.errors.ObjectInUse):
                    conn.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
                conn.execute("select pg_advisory_unlock(%s)", [int(run, 16)])
        yield


def test_database(number: int) -> str:
    """Name a database of this run."""
    return f"spoke_test_{RUN:08x}_{number}"


def database_for_a_test(conn: psycopg.Connection, name: str, template: str) -> None:
    """Make a database that a test may do with as it likes; one of that name must be ours to be
    dropped."""
    drop_database(conn, name)
    # a server that ends with its run is cleared up as a whole
    mark = MARK if named(DATABASE) else _OWN_SERVER
    words = {"name": sql.Identifier(name), "template": sql.Identifier(template), "mark": mark}
    make = "create database {name} template {template} strategy file_copy"
    for statement in (make, "comment on database {name} is {mark}"):
        conn.execute(sql.SQL(statement).format(**words))


def drop_database(conn: psycopg.Connection, name: str) -> None:
    """Drop a database that a test made; raise NotOurs where it bears no mark."""
    query = "select shobj_description(oid, 'pg_database') from pg_database where datname = %s"
    found = conn.execute(query, [name]).fetchone()
    if found and found[0] not in (MARK, _OWN_SERVER):
        cure = "Drop it yourself, or name another server."
        raise NotOurs(f"{DATABASE}: there is a database {name} that tests did not make. {cure}")
    conn.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


@contextmanager
def redis_of(url: str, place: int = 0) -> Iterator[str]:
    """Have an empty Redis database of our own, empty again at the end; its address. `place` counts
    on from the number that the address has: each test process has its own."""
    own = _placed(url, place)
    with redis.Redis.from_url(own) as server:
        _look_at_redis(server)
        flush(server)
        try:
            yield own
        finally:
            server.flushdb()


def _placed(url: str, place: int) -> str:
    parts = urlsplit(url)
    number = parts.path.strip("/") or "0"
    if parts.scheme not in ("redis", "rediss") or not number.isdecimal():
        raise NotOurs(f"{REDIS} cannot be read: redis://host:port/number is needed.")
    return parts._replace(path=f"/{int(number) + place}").geturl()


def flush(server: redis.Redis) -> None:
    """Empty a Redis database of ours. On a named server the mark stays: a run that is killed leaves
    it behind, and so the next one knows what it finds."""
    with server.pipeline() as both:
        both.flushdb()
        if named(REDIS):
            both.set(KEY, MARK)
        both.execute()


def _look_at_redis(server: redis.Redis) -> None:
    try:
        size, ours = server.dbsize(), server.exists(KEY)
    except redis.RedisError as error:
        what = f"the server cannot be used ({type(error).__name__})"
        raise NotOurs(
            f"{REDIS}: {what}. See that it runs and that the address is right."
        ) from error
    if size and not ours:
        found = f"this database holds {size} keys that demo and tests did not make"
        cure = f"{_elsewhere('an empty one')} The number at the end of the address chooses it."
        raise NotOurs(f"{REDIS}: {found}; nothing was touched. {cure}")


def _elsewhere(which: str) -> str:
    return f"Name {which} of your own, or unset the variable: then servers are started for the run."


def _connected(url: str) -> closing[psycopg.Connection]:
    """Connect, or say that it cannot be done; the driver's own words may quote the address."""
    try:
        return closing(psycopg.connect(url, autocommit=True, connect_timeout=10))
    except psycopg.Error as error:
        what = f"the server cannot be used ({type(error).__name__})"
        cure = f'What psql "${DATABASE}" says tells more.'
        raise NotOurs(f"{DATABASE}: {what}. {cure}") from error


@contextmanager
def _told() -> Iterator[None]:
    """Say in one line what the server refuses; its own words hold no password."""
    try:
        yield
    except psycopg.errors.InsufficientPrivilege as error:
        cure = "Name a database in which this role may make and drop schemas."
        raise NotOurs(f"{DATABASE}: {error.diag.message_primary}. {cure}") from error


def _drop(conn: psycopg.Connection) -> None:
    """Drop our schemas, and the one of dbt's models, which is empty without them, if it is ours."""
    for schema in SCHEMAS:
        conn.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema)))
    models, mark = dbt_schema.beside(SCHEMAS[0]), dbt_schema.mark(SCHEMAS[0])
    if (models, mark, 0) in conn.execute(_CONTENTS, [[models]]).fetchall():
        conn.execute(sql.SQL("drop schema {}").format(sql.Identifier(models)))
