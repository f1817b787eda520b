"""Bring the schema up to date: each migration once, then the views and functions that changed, in
one transaction; then the views of every property, each on its own.

A small runner of our own: plain .sql files under an advisory lock, each recorded with its checksum
in the very transaction that applied it. A second process waits for the lock and then finds nothing
to do. Everything holds for one transaction only, so it also works through a transaction pooler.

It needs no superuser: docs/running.md names the rights, and what an admin may make beforehand.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

from db import (
    column_comments,
    dbt_schema,
    extensions,
    locks,
    partitions,
    public_suffixes,
    readers,
    typed_views,
)
from db.connect import Connection, Database
from db.extensions import EXTENSIONS
from db.grants import PUBLIC_ROLES
from db.locks import LockBudget
from db.queries import QUERIES
from db.rebuild import rebuild
from db.row_shapes import tuples

_ROOT = Path(__file__).parent.parent
MIGRATIONS = _ROOT / "db" / "migrations"
VIEWS = _ROOT / "sql" / "views"
PATIENCE_SECONDS = 60.0  # how long all attempts together wait for locks
PAUSE_SECONDS = 1.0  # between two attempts, so that sessions that waited behind us get through
NEWER_CURE = "Install the version of Spoke that migrated it, or a later one."
_LOCK = 0x5B0CE  # any constant: all migrators of one database must use the same
log = logging.getLogger(__name__)


class MigrationError(Exception):
    """Say that the schema cannot be brought up to date; nothing was changed. The message says what
    to do."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """Say what was applied and built, and why the dbt package's models could not be."""

    applied: list[str]
    views: list[str]
    problem: str | None = None


def migrate(
    database: Database,
    migrations: Path = MIGRATIONS,
    views: Path = VIEWS,
    patience: float = PATIENCE_SECONDS,
) -> Migrated:
    """Apply what is missing and build what changed. Raises MigrationError; then nothing has
    changed.

    An attempt waits two seconds for locks, all in all, so that no session waits longer for us;
    then it is undone and tried again, for `patience` seconds. A view of every property that cannot
    be built is no error: it stays as it is, and `spoke status` says why.
    """
    give_up = time.monotonic() + patience
    while True:
        try:
            done = _attempt(database, migrations, views)
            partitions.ensure_ahead(database)
            views_of_properties = typed_views.rebuild(database)
            if views == VIEWS:
                with database.transaction() as conn:
                    column_comments.write(conn)
            readers.establish(database)
            return replace(done, views=done.views + views_of_properties)
        except psycopg.errors.LockNotAvailable as error:
            holders = locks.holders(database)
            if time.monotonic() > give_up:
                raise MigrationError(_blocked(holders)) from error
            log.warning("Waiting for a lock that others hold: %s", holders)
            time.sleep(PAUSE_SECONDS)
        except psycopg.Error as error:
            raise MigrationError(f"Nothing was migrated: {error}".strip()) from error


def _blocked(holders: str) -> str:
    return (
        f"Nothing was migrated: others hold locks on what must change ({holders}). "
        "End that transaction (commit, or select pg_terminate_backend(<its number>)), "
        "then run `spoke migrate` again."
    )


def _attempt(database: Database, migrations: Path, views: Path) -> Migrated:
    with database.transaction() as conn:
        conn.execute("select pg_advisory_xact_lock(%s::bigint)", [_LOCK])
        _prepare(conn, database.schema)
        budget = LockBudget()
        homes = extensions.homes(conn)
        extensions.widen(conn, database.schema, homes)
        paths = sorted(migrations.glob("*.sql"))
        if newer := unknown(conn, migrations):
            what = f"the database is newer than this code ({', '.join(newer)})"
            raise MigrationError(f"Nothing was migrated: {what}. {NEWER_CURE}")
        applied = [path.name for path in paths if _apply(conn, path, budget)]
        extensions.narrow(conn, database.schema)
        # A table that gained a column shows it only in views that are built after that.
        has_models = (views.parent / dbt_schema.FOLDER).is_dir()
        problem = dbt_schema.hindrance(conn, database.schema) if has_models else None
        built = rebuild(conn, views, budget, everything=bool(applied), models=not problem)
        public_suffixes.store(conn)
        _protect(conn, database.schema, budget)
        if has_models and not problem:
            _hide(conn, dbt_schema.beside(database.schema))
        _append_search_path(conn, database.schema)
    return Migrated(applied, built, problem)


def unknown(conn: Connection, migrations: Path = MIGRATIONS) -> list[str]:
    """List the migrations that were applied after the newest of this code. An older one that this
    code no longer has does not count: it was joined with others."""
    newest = max((path.name for path in migrations.glob("*.sql")), default="")
    return [name for name in _applied(conn) if name > newest]


def _applied(conn: Connection) -> dict[str, str]:
    """Answer each migration that was applied, with its checksum."""
    row = conn.execute("select to_regclass('migrations') is not null as begun").fetchone()
    if row and row["begun"]:
        return dict(tuples(conn, QUERIES["applied_migrations"]))
    return {}


def pending(conn: Connection, migrations: Path = MIGRATIONS) -> list[str]:
    """List the migrations that are not applied, or were in another form; all of them where there
    are no tables yet."""
    applied = _applied(conn)
    return [
        path.name
        for path in sorted(migrations.glob("*.sql"))
        if applied.get(path.name) != _checksum(path)
    ]


def _prepare(conn: Connection, schema: str) -> None:
    """Make the schema, the extensions that the views need, and the lists of what was applied.

    What an admin made before is left alone: for `if not exists`, too, PostgreSQL asks for the right
    to create.
    """
    for name in (schema, "extensions", "business"):
        _create_schema(conn, name)
    found = extensions.homes(conn)
    for extension in EXTENSIONS:
        if extension not in found:
            _create_extension(conn, extension)
    _refuse_strangers(conn, {schema, *extensions.homes(conn).values(), extensions.HOME})
    # Unless the library is loaded, only superusers may name its setting, as our functions do.
    trgm = sql.Identifier(extensions.homes(conn)["pg_trgm"])
    conn.execute(sql.SQL("select {}.show_limit()").format(trgm))
    conn.execute(
        "create table if not exists migrations (name text primary key, checksum text not null, "
        "applied_at timestamptz not null default now())"
    )
    conn.execute(
        "create table if not exists built_files (file text primary key, checksum text not null, "
        "definition text not null, built_at timestamptz not null default now())"
    )


def _create_schema(conn: Connection, name: str) -> None:
    found = conn.execute(QUERIES["schema_exists"], {"schema": f'"{name}"'}).fetchone()
    if not (found and found["here"]):
        _need(conn, sql.SQL("create schema {}").format(sql.Identifier(name)))


def _create_extension(conn: Connection, name: str) -> None:
    home = sql.Identifier(extensions.HOME)
    create = sql.SQL("create extension {} schema {}")
    _need(conn, create.format(sql.Identifier(name), home))


def _refuse_strangers(conn: Connection, schemas: set[str]) -> None:
    """Refuse a schema that every role may create in: every role could become ours. Of two functions
    of a name PostgreSQL takes the one that fits better, by any maker."""
    if statements := extensions.open_to_anybody(conn, schemas):
        raise MigrationError(
            "Nothing was migrated: anybody may create in a schema that Spoke looks in, and so do "
            f"with Spoke's rights what they like. Let an admin run `{' '.join(statements)}`"
        )


def _need(conn: Connection, statement: sql.Composed) -> None:
    """Run what an admin may have to run for us, and say so where we may not."""
    try:
        conn.execute(statement)
    except psycopg.errors.InsufficientPrivilege as error:
        role, database = conn.info.user, conn.info.dbname
        raise MigrationError(
            f"Nothing was migrated: the role {role} may not `{statement.as_string(conn)}`. Let an "
            f"admin run that, or `grant create on database {database} to {role}`."
        ) from error


def _apply(conn: Connection, path: Path, budget: LockBudget) -> bool:
    """Run one migration unless it ran before; its name commits together with its changes."""
    checksum = _checksum(path)
    known = conn.execute("select checksum from migrations where name = %s", [path.name]).fetchone()
    if known and known["checksum"] not in (checksum, *_earlier_forms(path)):
        raise MigrationError(
            f"{path.name} was applied in another form. Nothing was changed. "
            "Put the applied file back and write a new migration for what should differ."
        )
    if not known:
        budget.run(conn, sql.SQL(path.read_text()))
        conn.execute(
            "insert into migrations (name, checksum) values (%s, %s)", [path.name, checksum]
        )
    return not known


def _earlier_forms(path: Path) -> list[str]:
    """Answer the checksums of forms that did the same, as the file's own comments name them."""
    return re.findall(r"^-- earlier form: ([0-9a-f]{64})$", path.read_text(), re.MULTILINE)


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _protect(conn: Connection, schema: str, budget: LockBudget) -> None:
    """Put row level security on every table, and nothing for Supabase's public roles: the key that
    ships in a browser must read no row, whether or not the schema is exposed."""
    conn.execute(sql.SQL("revoke all on schema {} from public").format(sql.Identifier(schema)))
    tables = conn.execute(
        "select tablename from pg_tables where schemaname = %s and not rowsecurity", [schema]
    ).fetchall()
    for table in tables:
        name = sql.Identifier(schema, table["tablename"])
        budget.run(conn, sql.SQL("alter table {} enable row level security").format(name))
    _hide(conn, schema)


def _hide(conn: Connection, schema: str) -> None:
    """Take from Supabase's public roles what default privileges gave them of a schema."""
    present = conn.execute(
        "select rolname from pg_roles where rolname = any(%s)", [list(PUBLIC_ROLES)]
    )
    for role in present.fetchall():
        for things in ("all tables in schema", "all functions in schema", "schema"):
            conn.execute(
                sql.SQL(f"revoke all on {things} {{}} from {{}}").format(
                    sql.Identifier(schema), sql.Identifier(role["rolname"])
                )
            )


def _append_search_path(conn: Connection, schema: str) -> None:
    """Append our schema, so that `select … from hubspot_contacts_raw` works in psql without a
    prefix. Appended, never put first: an app's own `contacts` in public goes on meaning what it
    meant."""
    # what a new session of ours would get: the role's setting for this database wins
    found = conn.execute(
        "select split_part(entry, '=', 2) as path from pg_db_role_setting, unnest(setconfig) entry "
        "where setrole in (0, (select oid from pg_roles where rolname = current_user)) "
        "and setdatabase in (0, (select oid from pg_database where datname = current_database())) "
        "and entry like 'search_path=%%' order by setrole > 0 desc, setdatabase > 0 desc limit 1",
    ).fetchone()
    parts = (found["path"] if found else "$user, public, extensions").split(",")
    path = [part.strip(' "') for part in parts if part.strip(' "')]
    if schema in path:
        return
    row = conn.execute("select current_database() as database").fetchone()
    assert row is not None
    conn.execute(
        sql.SQL("alter role current_user in database {} set search_path = {}").format(
            sql.Identifier(row["database"]),
            sql.SQL(", ").join(sql.Identifier(part) for part in [*path, schema]),
        )
    )
