"""The models of dbt follow their files, and never keep a view of ours from changing."""

from __future__ import annotations

import shutil
from pathlib import Path

from db import dbt_schema
from db.connect import Database
from db.migrate import VIEWS, migrate

HOME = "'hubspot_dbt'::regnamespace"


def test_models_follow_our_views_and_their_files_and_keep_their_rights(
    database: Database, tmp_path: Path
) -> None:
    """A view changes its columns, so that all must be dropped; a model has no file any more."""
    copied = Path(shutil.copytree(VIEWS.parent, tmp_path / "sql"))
    current = copied / "views" / "mirror" / "current_each_type.sql"
    text = current.read_text()
    current.write_text(
        text.replace("    updated_at,\n    synced_at<later>\n", "    synced_at<later>\n")
    )
    assert current.read_text() != text
    (copied / dbt_schema.FOLDER / "hubspot__tickets.sql").unlink()
    with database.transaction() as conn:
        conn.execute("grant select on hubspot_dbt.hubspot__owners to pg_monitor")
    before = standing(database)
    migrate(database, views=copied / "views")
    left = {name: may for name, may in before.items() if name != "hubspot__tickets"}
    assert standing(database) == left
    assert left["hubspot__owners"] == [True, True]
    assert left["hubspot__deals"] == [True, False]
    with database.transaction() as conn:
        assert conn.execute("select * from hubspot_dbt.hubspot__deals").fetchall() == []


def standing(database: Database) -> dict[str, list[bool]]:
    """Answer every model, and whether the reader role and pg_monitor may select from it."""
    query = f"""
        select relname, array[has_table_privilege('spoke_reader', oid, 'select'),
                              has_table_privilege('pg_monitor', oid, 'select')] as may
          from pg_class
         where relkind = 'v' and relnamespace = {HOME}
    """
    with database.transaction() as conn:
        return {row["relname"]: row["may"] for row in conn.execute(query.encode()).fetchall()}
