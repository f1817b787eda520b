"""Reads of the API with DATABASE_READ_URL: from the replica, which nothing writes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from psycopg.types.json import Jsonb

from db.connect import Database
from lab import embedded
from operations.servers import Servers
from tests.api.conftest import OURS, asking_of
from tests.databases import copy_of

CONTACT = """
with defined as (
    insert into hubspot_properties (portal_id, object_type, name, label, type, raw_json)
    values (%s, 'contacts', 'firstname', 'First name', 'string', '{}')
)
insert into hubspot_contacts_raw (portal_id, hubspot_id, firstname, raw_json, fetched_at,
    updated_at)
values (%s, '1', %s, %s, '2026-01-01', '2026-01-01')
"""
READS = ("/records/contacts?fields=firstname", "/metrics", "/timeline", "/links/review")


@pytest.fixture
def replicated(
    servers: embedded.Servers, template: str, served_to_all: Servers
) -> Iterator[Servers]:
    """Give servers whose replica lags behind, and refuses every write as a replica does."""
    with copy_of(servers.database_url, template) as url:
        read_only = psycopg.conninfo.make_conninfo(
            url, options="-c default_transaction_read_only=on"
        )
        with Database(url) as behind, Database(read_only) as replica:
            for database, name in ((behind, "old"), (served_to_all.database, "new")):
                with database.transaction() as conn:
                    conn.execute(
                        "insert into portals (portal_id, time_zone) values (%s, 'UTC')"
                        " on conflict do nothing",
                        [OURS],
                    )
                    said = Jsonb({"properties": {"firstname": name}})
                    conn.execute(CONTACT, [OURS, OURS, name, said])
            yield replace(served_to_all, replica=replica)


def test_programs_read_from_the_replica_but_what_they_wait_for(replicated: Servers) -> None:
    client = asking_of(replicated)()
    path = "/api/v1/records/contacts/1"
    assert client.get(path).json["properties"]["firstname"] == "old"
    waited = client.get(f"{path}?fresh_since=2025-01-01T00:00:00Z")
    assert waited.json["properties"]["firstname"] == "new"
    for read in READS:
        answer = client.get(f"/api/v1{read}")
        assert answer.status_code == 200, answer.text
    assert client.get("/api/kpis").json["total_contacts"] == 1
