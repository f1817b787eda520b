"""The columns of views that a release promised: people's queries and reports stand on them.

sql/views/contract.toml holds them, view by view; a test holds every later state against it. Columns
may come; one that goes or changes its type breaks the contract. `python -m lab.view_contract`
writes it with each release."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from db.connect import Connection, Database
from db.migrate import migrate
from db.queries import QUERIES
from lab import embedded
from lab.keeper import kept_folder
from settings import VERSION

Views = Mapping[str, Mapping[str, str]]  # view → column → type
FILE = Path(__file__).parent.parent / "sql" / "views" / "contract.toml"


def promised() -> Views:
    """Answer what the last release promised."""
    views: Views = tomllib.loads(FILE.read_text())["views"]
    return views


def today(conn: Connection) -> Views:
    """Answer the columns of every view as they stand in a database without a portal."""
    found: dict[str, dict[str, str]] = {}
    for row in conn.execute(QUERIES["commented_columns"]).fetchall():
        found.setdefault(row["view"], {})[row["column"]] = row["type"]
    return found


def broken(before: Views, now: Views) -> Iterator[str]:
    """Yield what of the promise no longer holds."""
    for view, columns in before.items():
        if view not in now:
            yield f"the view {view} is gone"
            continue
        for column, kind in columns.items():
            if column not in now[view]:
                yield f"{view}.{column} is gone"
            elif now[view][column] != kind:
                yield f"{view}.{column} is {now[view][column]}, and was {kind}"


def text(views: Views) -> str:
    """Write a contract file."""
    lines = ["# Written by python -m lab.view_contract at each release: what it promised.", ""]
    lines += [f'release = "{VERSION}"']
    for view, columns in sorted(views.items()):
        lines += [
            "",
            f"[views.{view}]",
            *(f'"{name}" = "{kind}"' for name, kind in columns.items()),
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the contract of what a migration of today makes."""
    with (
        kept_folder() as folder,
        embedded.postgres(folder / "postgres") as (url, _),
        Database(url) as database,
    ):
        migrate(database)
        with database.transaction() as conn:
            FILE.write_text(text(today(conn)))


if __name__ == "__main__":
    main()
