"""Write today's schema as one text, for people to read: db/schema.sql.

Bodies of functions and queries of views stay in their own files, which the text names. It is read
from the catalogue of a migrated database and not from a dump: dumps differ between versions of
PostgreSQL, this text does not.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from db.connect import Connection
from db.migrate import VIEWS
from db.queries import QUERIES
from db.rebuild import Source, sources

WIDTH = 100
HEADER = """\
-- Today's whole schema: tables with their indexes, statistics, triggers and policies; types; the
-- signatures of functions; the columns of views. Made by `make schema` from a migrated database,
-- held true by tests/db/test_schema.py. Read it, do not run it: `spoke migrate` makes the schema
-- from db/migrations, sql/functions and sql/views. Every table has row level security. Where no
-- policy is shown, readers see the rows of their portals, as far as the table is granted to them.
"""
# Said once, in the header: the rows that readers see of nearly every table.
USUAL_POLICY = " for select using portal_id = any ((( select portals_for(current_user)"
_SHORTER = {
    re.compile("timestamp with time zone"): "timestamptz",
    re.compile("using btree "): "",
    re.compile(r"::(text|date|bigint)\b(?!\[)"): "",
    re.compile(r"(?<=create statistics )\w+\."): "",
}
_OUTSIDE_QUOTES = re.compile(r"""('(?:[^']|'')*'|"[^"]*")""")
_FIRST_SENTENCE = re.compile(r"(?s)\A.*?[.?](?= [A-Z]|\Z)")


def text(conn: Connection) -> str:
    """Answer the schema that this connection sees first in its path."""
    made_by = {name: each for each in sources(VIEWS) for name in each.names}
    parts = [
        HEADER,
        *(_table(row) for row in _rows(conn, "schema_tables")),
        *(_of_columns("type", row) for row in _rows(conn, "schema_types")),
        *(_function(row, made_by) for row in _rows(conn, "schema_functions")),
        *(_view(row, made_by) for row in _rows(conn, "schema_views")),
    ]
    return "\n".join(parts)


def _rows(conn: Connection, query: str) -> list[dict[str, Any]]:
    return conn.execute(QUERIES[query]).fetchall()


def _table(row: dict[str, Any]) -> str:
    """Write a table and everything that hangs on it."""
    if not row["guarded"] and "." not in row["name"]:
        raise ValueError(f"the table {row['name']} has no row level security")
    columns = [*row["columns"], *row["constraints"]]
    lines = [_listed(f"create table {row['name']}", columns, row["notes"], row["partitioned"])]
    for part in ("indexes", "statistics", "triggers", "policies"):
        lines += [_statement(each) for each in map(_plain, row[part]) if USUAL_POLICY not in each]
    return _comment(row["comment"]) + "".join(lines)


def _of_columns(kind: str, row: dict[str, Any]) -> str:
    return _listed(f"create {kind} {row['name']} as", row["columns"])


def _function(row: dict[str, Any], made_by: dict[str, Source]) -> str:
    """Write the signature of a function: arguments, answer, language and rights."""
    head = f"create function {row['name']}({row['arguments']}) returns {row['result']}"
    rights = " security definer" if row["with_our_rights"] else ""
    signature = f"{head} language {row['language']} {row['volatility']}{rights}"
    return _told_by(made_by.get(row["name"])) + _statement(_plain(signature))


def _view(row: dict[str, Any], made_by: dict[str, Source]) -> str:
    source = made_by.get(row["name"])
    told = _told_by(source) if source else _comment(_first_sentence(row["comment"] or ""))
    return told + _listed(f"create view {row['name']}", row["columns"])


def _told_by(source: Source | None) -> str:
    """Say in which file the rest stands, and its first sentence."""
    if source is None:
        return "-- db/migrations\n"
    return _comment(_first_sentence(source.header)) + f"-- sql/{source.file}\n"


def _first_sentence(words: str) -> str:
    found = _FIRST_SENTENCE.match(words)
    return found.group() if found else words


def _comment(words: str | None) -> str:
    if words:
        return _wrapped(words, "-- ", "-- ")
    return ""


def _listed(
    head: str, lines: Sequence[str], notes: Sequence[str] = (), partitioned: str | None = None
) -> str:
    """Write one line for each column, in parentheses, under its note where it has one."""
    written = ""
    for place, (line, note) in enumerate(zip_longest(lines, notes, fillvalue=""), 1):
        written += _wrapped(note, "    -- ", "    -- ") if note else ""
        comma = "," if place < len(lines) else ""
        written += _wrapped(_plain(line) + comma, "    ", "        ")
    parts = f" partition by {partitioned.lower()}" if partitioned else ""
    return f"{head} (\n{written}){parts};\n"


def _plain(words: str) -> str:
    """Write the catalogue's words as people write SQL: on one line, small, types by short names."""
    parts = _OUTSIDE_QUOTES.split(" ".join(words.split()))
    parts[::2] = [each.lower() for each in parts[::2]]
    plain = "".join(parts)
    for long, short in _SHORTER.items():
        plain = long.sub(short, plain)
    return plain


def _statement(words: str) -> str:
    """Write a statement on lines that fit."""
    return _wrapped(f"{words};", "", "    ")


def _wrapped(words: str, first: str, rest: str) -> str:
    lines = textwrap.wrap(
        words,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines) + "\n"
