"""One more object type is one entry and one migration: postal mail, in a copy of the source."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRY = """POSTAL_MAIL = ObjectType(
    "postal_mail",
    "postal_mail",
    "0-116",
    "hs_lastmodifieddate",
    (
        Column("title", source="hs_title"),
        Column("createdate", TIMESTAMP, "hs_createdate", indexed=True),
    ),
    associations=("contacts", "companies", "deals"),
    merges=True,
    note="Prices stand in raw_json.",
)

_CORE = (
    POSTAL_MAIL,
"""
MIGRATION = """
create table hubspot_postal_mail_raw (
    portal_id   bigint      not null,
    hubspot_id  text        not null,
    title       text,
    createdate  timestamptz,
    contact_ids text[],
    company_ids text[],
    deal_ids    text[],
    raw_json    jsonb       not null,
    archived    boolean     not null default false,
    archived_at timestamptz,
    merged_into text,
    synced_at   timestamptz not null default now(),
    fetched_at  timestamptz not null,
    updated_at  timestamptz not null,
    scan_id     uuid,
    primary key (portal_id, hubspot_id)
);
comment on column hubspot_postal_mail_raw.title is 'HubSpot property hs_title';
comment on column hubspot_postal_mail_raw.createdate is 'HubSpot property hs_createdate';
"""
USE = """
import sys
from datetime import UTC, datetime

from db import upserts
from db.connect import Database
from db.migrate import migrate
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES
from hubspot.records import row

POSTAL_MAIL = OBJECT_TYPES["postal_mail"]
PROPERTIES = {"hs_title": "Ten seats", "hs_merged_object_ids": "3;4", "hs_valid_until": "soon"}
RECORD = {"id": "5", "properties": PROPERTIES, "updatedAt": "2026-01-01T00:00:00Z"}
QUESTIONS = [
    "select title from current_postal_mail",
    "select title from postal_mail",
    "select rows from sync_status where object_type = 'postal_mail'",
    "select string_agg(old_id, ',' order by old_id) from merged_records"
    " where object_type = 'postal_mail'",
    "select right(obj_description('current_postal_mail'::regclass), 25)",
]
with Database(sys.argv[1]) as database:
    print(*migrate(database).applied)
    with database.transaction() as conn:
        made = [row(POSTAL_MAIL, RECORD, {})]
        upserts.upsert(conn, Mirrored(1, POSTAL_MAIL), made, datetime.now(UTC))
        for question in QUESTIONS:
            print(*conn.execute(question).fetchone().values())
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give the source with an entry and a migration more."""
    for room in ("db", "hubspot", "sql"):
        shutil.copytree(ROOT / room, tmp_path / room)
    registry = tmp_path / "hubspot" / "objects.py"
    registry.write_text(registry.read_text().replace("_CORE = (\n", ENTRY, 1))
    (tmp_path / "db" / "migrations" / "9999_postal_mail.sql").write_text(MIGRATION)
    return tmp_path


def test_postal_mail_is_a_view_and_part_of_every_view_of_types(
    database_url: str, copy: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", USE, database_url],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stderr, done.stdout.splitlines()) == (
        "",
        ["9999_postal_mail.sql", "Ten seats", "Ten seats", "1", "3,4", "Prices stand in raw_json."],
    )
