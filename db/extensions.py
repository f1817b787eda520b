"""Find where the extensions lie, and keep strangers from putting something of the same name before
them.

Our path holds our schema and `extensions`, never `public`. There a host may let any role create,
and a stranger's function that fits better than PostgreSQL's own would run with our rights. Files of
SQL name functions of an extension with its schema, `extensions.similarity`. Where an extension lies
elsewhere, that schema is put in its place when the file is built.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from psycopg import sql

from db.connect import Connection, search_path
from db.grants import PUBLIC_ROLES
from db.queries import QUERIES
from db.row_shapes import tuples, values

EXTENSIONS = ("pg_trgm", "fuzzystrmatch", "unaccent")
HOME = "extensions"  # where Supabase keeps them, and where migrate makes what is missing
# What our files take from them, by the names that they use.
_MEMBERS = {
    **dict.fromkeys(("similarity", "%", "gin_trgm_ops"), "pg_trgm"),
    **dict.fromkeys(("soundex", "levenshtein_less_equal"), "fuzzystrmatch"),
    "unaccent": "unaccent",
}
_NAMED = re.compile(rf"\b{HOME}\.({'|'.join(map(re.escape, _MEMBERS))})")
Homes = Mapping[str, str]  # extension → schema


def homes(conn: Connection) -> Homes:
    """Answer where each installed extension lies."""
    return dict(tuples(conn, QUERIES["extension_schemas"], {"names": list(EXTENSIONS)}))


def located(text: str, found: Homes) -> str:
    """Replace the extensions' schema in a file's text by the true one."""

    def name(member: re.Match[str]) -> str:
        schema = found.get(_MEMBERS[member[1]], HOME)
        return f"{schema if schema == HOME else _quoted(schema)}.{member[1]}"

    return _NAMED.sub(name, text)


def widen(conn: Connection, schema: str, found: Homes) -> None:
    """Let this transaction find extensions in any schema, for migrations, which are older than this
    rule. Their objects keep the references that they found, and no path."""
    others = [home for home in dict.fromkeys(found.values()) if home not in (schema, HOME)]
    path = search_path(schema).removesuffix(", pg_temp")
    words = ", ".join([path, *map(_quoted, others), "pg_temp"])
    conn.execute("select set_config('search_path', %s, true)", [words])


def narrow(conn: Connection, schema: str) -> None:
    """Take back the path that `widen` gave."""
    conn.execute("select set_config('search_path', %s, true)", [search_path(schema)])


def open_to_anybody(conn: Connection, schemas: Iterable[str]) -> list[str]:
    """Name the schemas in which PUBLIC or a role of Supabase's browsers may create."""
    asked = {"schemas": list(schemas), "roles": list(PUBLIC_ROLES)}
    return values(conn, QUERIES["schemas_open_to_anybody"], asked)


def trusted(conn: Connection, schemas: Collection[str]) -> dict[str, list[str]]:
    """Name, by schema, the other roles that may create in it."""
    return dict(tuples(conn, QUERIES["roles_that_may_create"], {"schemas": list(schemas)}))


def fix_paths(conn: Connection, schema: str) -> None:
    """Give every function of ours our path, unless its body was parsed when it was made.

    A body that was parsed names what it uses for good; a path of its own would keep PostgreSQL from
    inlining it, which costs ten times as much a row."""
    path = search_path(schema)
    for row in conn.execute(QUERIES["functions_without_path"], {"path": path}).fetchall():
        statement = sql.SQL("alter function {} set search_path = {}")
        conn.execute(statement.format(sql.SQL(row["function"]), sql.SQL(path)))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
