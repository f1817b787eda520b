"""Bring the schema up to date: each migration once, then every view and function anew, all in one transaction; then the
views of every property, each on its own.

A small runner of our own: plain .sql files under an advisory lock, each recorded with its checksum in the very
transaction that applied it. Doubles wait for the lock and then find nothing to do. Everything holds for one
transaction only, so it also works through a transaction pooler.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

from db import grants, readers, typed_views
from db.connect import Connection, Database
from db.grants import PUBLIC_ROLES, Grant
from db.queries import QUERIES

_ROOT = Path(__file__).parent.parent
MIGRATIONS = _ROOT / "db" / "migrations"
VIEWS = _ROOT / "sql" / "views"
FUNCTIONS = "functions"  # beside the views, which they may read
_LOCK = 0x5B0CE  # any constant: all migrators of one database must use the same
_CREATED = re.compile(r"^create or replace (view|function) (\w+)", re.MULTILINE)


class MigrationError(Exception):
    """The schema cannot be brought up to date; nothing was changed. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Migrated:
    applied: list[str]
    views: list[str]


def migrate(database: Database, migrations: Path = MIGRATIONS, views: Path = VIEWS) -> Migrated:
    """Apply what is missing and rebuild the views. Raises MigrationError; then nothing has changed.

    A view of every property that cannot be built is no error: it stays as it is, and `spoke status` says why."""
    try:
        with database.transaction() as conn:
            conn.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
            _prepare(conn, database.schema)
            applied = [path.name for path in sorted(migrations.glob("*.sql")) if _apply(conn, path)]
            rebuilt = _rebuild_views(conn, views)
            _protect(conn, database.schema)
            _append_search_path(conn, database.schema)
        rebuilt += typed_views.rebuild(database)
        readers.establish(database)
    except psycopg.Error as error:
        raise MigrationError(f"Nothing was migrated: {error}".strip()) from error
    return Migrated(applied, rebuilt)


def pending(conn: Connection, migrations: Path = MIGRATIONS) -> list[str]:
    """The migrations that are not applied, or were in another form; all of them where there are no tables yet."""
    row = conn.execute("select to_regclass('migrations') is not null as begun").fetchone()
    rows = conn.execute(QUERIES["applied_migrations"]).fetchall() if row and row["begun"] else []
    applied = {row["name"]: row["checksum"] for row in rows}
    return [path.name for path in sorted(migrations.glob("*.sql")) if applied.get(path.name) != _checksum(path)]


def _prepare(conn: Connection, schema: str) -> None:
    """The schema, the extensions that the views need, and the list of what was applied."""
    conn.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
    conn.execute("create schema if not exists extensions")
    for extension in ("pg_trgm", "fuzzystrmatch", "unaccent"):
        conn.execute(sql.SQL("create extension if not exists {} schema extensions").format(sql.Identifier(extension)))
    conn.execute(
        "create table if not exists migrations "
        "(name text primary key, checksum text not null, applied_at timestamptz not null default now())"
    )


def _apply(conn: Connection, path: Path) -> bool:
    """Run one migration unless it ran before; its name commits together with its changes."""
    checksum = _checksum(path)
    known = conn.execute("select checksum from migrations where name = %s", [path.name]).fetchone()
    if known and known["checksum"] != checksum:
        raise MigrationError(
            f"{path.name} was applied in another form. Nothing was changed. "
            "Put the applied file back and write a new migration for what should differ."
        )
    if not known:
        conn.execute(_statement(path.read_text()))
        conn.execute("insert into migrations (name, checksum) values (%s, %s)", [path.name, checksum])
    return not known


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _rebuild_views(conn: Connection, folder: Path) -> list[str]:
    """Replace every view and then every function, in order of its file's number. Where a column changed its name or
    type, PostgreSQL refuses to replace: then ours are dropped first, which fails (and undoes everything) if views of
    yours use them. Rights that were given on views are given again; functions may be called by whoever reaches them."""
    paths = [*sorted(folder.glob("*.sql")), *sorted((folder.parent / FUNCTIONS).glob("*.sql"))]
    texts = [path.read_text() for path in paths]
    created = [found for text in texts for found in _CREATED.findall(text)]
    inherited = _inherited(conn, [name for _, name in created])
    try:
        with conn.transaction():
            _create(conn, texts)
    except (psycopg.errors.InvalidTableDefinition, psycopg.errors.InvalidFunctionDefinition):
        views = [name for kind, name in created if kind == "view"]
        given = grants.read(conn, views)
        for kind, name in reversed(created):
            conn.execute(sql.SQL(f"drop {kind} if exists {{}}").format(sql.Identifier(name)))
        _create(conn, texts)
        grants.restore(conn, views, given)
    grants.give(conn, inherited)
    return [name for _, name in created]


def _inherited(conn: Connection, names: list[str]) -> list[Grant]:
    """The first time that there is a current_contacts, it has the rights of contacts: our views that selected from the
    one select from the other, with the rights of whoever asks."""
    here = {row["name"] for row in conn.execute(QUERIES["typed_view_names"]).fetchall()}
    new = [name.removeprefix("current_") for name in names if name.startswith("current_")]
    given = grants.read(conn, [name for name in new if name not in here])
    return [replace(grant, view=f"current_{grant.view}") for grant in given]


def _create(conn: Connection, texts: list[str]) -> None:
    for text in texts:
        conn.execute(_statement(text))


def _protect(conn: Connection, schema: str) -> None:
    """Row level security on every table, and nothing for Supabase's public roles: the key that ships in a browser
    must read no row, whether or not somebody exposes the schema."""
    conn.execute(sql.SQL("revoke all on schema {} from public").format(sql.Identifier(schema)))
    tables = conn.execute(
        "select tablename from pg_tables where schemaname = %s and not rowsecurity", [schema]
    ).fetchall()
    for table in tables:
        name = sql.Identifier(schema, table["tablename"])
        conn.execute(sql.SQL("alter table {} enable row level security").format(name))
    present = conn.execute("select rolname from pg_roles where rolname = any(%s)", [list(PUBLIC_ROLES)])
    for role in present.fetchall():
        for things in ("all tables in schema", "all functions in schema", "schema"):
            conn.execute(
                sql.SQL(f"revoke all on {things} {{}} from {{}}").format(
                    sql.Identifier(schema), sql.Identifier(role["rolname"])
                )
            )


def _append_search_path(conn: Connection, schema: str) -> None:
    """So that `select … from hubspot_contacts_raw` works in psql without a prefix. Appended, never put first:
    an app's own `contacts` in public goes on meaning what it meant."""
    found = conn.execute(  # what a new session of ours would get: the role's setting for this database wins
        "select split_part(entry, '=', 2) as path from pg_db_role_setting, unnest(setconfig) entry "
        "where setrole in (0, (select oid from pg_roles where rolname = current_user)) "
        "and setdatabase in (0, (select oid from pg_database where datname = current_database())) "
        "and entry like 'search_path=%%' order by setrole > 0 desc, setdatabase > 0 desc limit 1",
    ).fetchone()
    parts = (found["path"] if found else "$user, public, extensions").split(",")
    path = [name for name in (part.strip(' "') for part in parts) if name]
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


def _statement(text: str) -> sql.SQL:
    return sql.SQL(text)
