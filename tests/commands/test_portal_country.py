"""`spoke portals set --country`: numbers that were stored before are read again, new ones are read
so at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hubspot import records
from hubspot.mirrored import Mirrored
from hubspot.objects import CALLS, CONTACTS, ObjectType
from tests.commands.conftest import Spoke
from workers.context import Context
from workers.fetched import Fetched
from workers.save import save

Rows = Callable[..., list[dict[str, Any]]]


def keep(context: Context, kind: ObjectType, hubspot_id: str, **properties: str) -> None:
    record = {"id": hubspot_id, "properties": properties, "updatedAt": "2026-01-01T00:00:00Z"}
    portal_id = context.portals()[0].portal_id
    with context.database.transaction() as conn:
        fetched = Fetched([records.row(kind, record, {})], frozenset(), datetime.now(UTC))
        save(conn, Mirrored(portal_id, kind), fetched)


def test_old_rows_are_read_again_and_new_ones_at_once(
    run: Spoke, context: Context, rows: Rows
) -> None:
    portal_id = str(context.portals()[0].portal_id)
    keep(context, CONTACTS, "1", phone="+49 (0)30 12345678")
    keep(context, CALLS, "5", hs_call_direction="OUTBOUND", hs_call_to_number="030 / 12345678")
    assert rows("select contact_id from calls_to_contacts") == [{"contact_id": None}]
    result = run("portals", "set", portal_id, "--country", "de")
    assert result.output.strip() == f"Portal {portal_id}: numbers without prefix are of DE."
    assert rows("select contact_id from calls_to_contacts") == [{"contact_id": "1"}]
    keep(context, CALLS, "6", hs_call_direction="INBOUND", hs_call_from_number="0049 30 12345678")
    assert rows("select contact_id from calls_to_contacts where call_id = '6'") == [
        {"contact_id": "1"}
    ]
    run("portals", "set", portal_id, "--country", "us")
    assert rows("select contact_id from calls_to_contacts where call_id = '5'") == [
        {"contact_id": None}
    ]
