"""docs/supabase.md's first statements give an ordinary role all that `spoke migrate` needs, and its
first chart is a query that runs."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from db.connect import Database
from db.migrate import migrate
from tests.databases import WORKER, name_of

PAGE = (Path(__file__).parents[2] / "docs" / "supabase.md").read_text()
BLOCKS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


def test_the_role_of_the_page_can_migrate_and_draw_the_chart(admin_url: str) -> None:
    role = f"spoke_page_{WORKER}"
    given = re.sub(r"\bspoke\b", role, BLOCKS[0]).replace(
        "database postgres", f'database "{name_of(admin_url)}"'
    )
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(given.encode())
        try:
            url = make_conninfo(admin_url, user=role, password="a generated one")
            with Database(url, reader_role=f"{role}_reads") as database:
                migrate(database)
                with database.transaction() as conn:
                    assert conn.execute(BLOCKS[-1].encode()).fetchall() == []
        finally:
            admin.execute(f"drop owned by {role} cascade".encode())
            admin.execute(f"drop role if exists {role}_reads".encode())
            admin.execute(f"drop role {role}".encode())
