"""Say of every column that people query what it means, for psql and BI tools.

The words stand in sql/views/columns.toml, and become comments in the database."""

from __future__ import annotations

import tomllib
from pathlib import Path

from psycopg import sql

from db.connect import Connection
from db.queries import QUERIES
from hubspot.objects import OBJECT_TYPES

FILE = Path(__file__).parent.parent / "sql" / "views" / "columns.toml"
_EVERY = "every"
_SAME_COLUMNS = {  # views of one kind of link have the columns of all
    f"uncertain_{kind}_links": "uncertain_links" for kind in ("team", "call", "user")
}
_WORDS: dict[str, dict[str, str]] = tomllib.loads(FILE.read_text())


def words_for(view: str, column: str) -> str | None:
    """Answer what a column means: its view's own words, a property's name, or the common words."""
    own = _WORDS.get(_SAME_COLUMNS.get(view, view), {})
    return own.get(column) or _property(view, column) or _WORDS[_EVERY].get(column)


def _property(view: str, column: str) -> str | None:
    kind = OBJECT_TYPES.get(view.removeprefix("current_"))
    for each in kind.columns if kind else ():
        if each.name == column:
            return f"HubSpot property {each.property}"
    return None


def write(conn: Connection) -> None:
    """Write the comments that are missing or say something else, hundreds at first, in one go. The
    views of every property keep the labels that they have."""
    statement, due = sql.SQL("comment on column {} is {}"), list[sql.Composed]()
    for row in conn.execute(QUERIES["commented_columns"]).fetchall():
        words = words_for(row["view"], row["column"])
        keeps = row["is_typed"] and row["comment"]
        if words and not keeps and words != row["comment"]:
            place = sql.Identifier(row["view"], row["column"])
            due.append(statement.format(place, sql.Literal(words)))
    if due:
        conn.execute(sql.SQL("; ").join(due))
