"""Write db/schema.sql from a database that is migrated for it: `make schema`."""

from __future__ import annotations

from pathlib import Path

from db import schema
from db.connect import Database
from db.migrate import migrate
from lab import embedded
from lab.keeper import kept_folder

FILE = Path(schema.__file__).with_name("schema.sql")


def main() -> None:
    """Migrate a new database, write its schema, and say where."""
    with (
        kept_folder() as folder,
        embedded.postgres(folder / "postgres") as (url, _),
        Database(url) as database,
    ):
        migrate(database)
        with database.transaction() as conn:
            FILE.write_text(schema.text(conn))
    print(f"{FILE}: {FILE.read_text().count(chr(10))} lines")


if __name__ == "__main__":
    main()
