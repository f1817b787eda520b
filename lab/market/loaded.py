"""Load a market into Postgres as the upsert writes it, without a HubSpot to ask: for benchmarks.

Every row is made from the JSON that the simulated API would have shown. Properties, pipelines and
owners come with them, and every version of the properties whose history is kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from db import associated_pairs, metadata, portals, property_history, upserts
from db.connect import Connection, Database
from db.portals import Registration
from hubspot import phones, records
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES, ObjectType
from hubspot.versions import of_record
from lab.market.filled import empty_portal, fill
from lab.market.made import Market
from lab.simulator.history import shown_history
from lab.simulator.portal import Portal
from lab.simulator.rendering import named_links, shown
from lab.simulator.settings import Settings
from lab.simulator.store import Record

BATCH = 1_000
TYPES = ("companies", "contacts", "deals", "calls", "emails", "meetings", "notes")


def load(
    database: Database, market: Market, portal_id: int = 1, types: Collection[str] = TYPES
) -> Portal:
    """Write the market's records of some types as one portal's; answer the simulated portal that
    they were read from."""
    portal = empty_portal(portal_id, Settings(), market.owners)
    fill(portal, market)
    with database.transaction() as conn:
        portals.put(conn, portal_id, Registration("UTC", "USD", name=f"market {market.seed}"))
        metadata.put_owners(conn, portal_id, json.dumps(portal.owners))
    for name in TYPES:
        if name in types:
            _load(database, portal, OBJECT_TYPES[name])
    return portal


def _load(database: Database, portal: Portal, kind: ObjectType) -> None:
    of = Mirrored(portal.portal_id, kind)
    with database.transaction() as conn:
        metadata.put_properties(conn, of, json.dumps(list(portal.properties[kind.name].values())))
        metadata.put_pipelines(conn, of, json.dumps(portal.pipelines.get(kind.name, [])))
    read = phones.reader(None)
    found = list(portal.stores[kind.name].records.values())
    for begins in range(0, len(found), BATCH):
        with database.transaction() as conn:
            _write(conn, of, portal, found[begins : begins + BATCH], read)


def _write(conn: Connection, of: Mirrored, portal: Portal, batch: list[Record], read: Any) -> None:
    rows = [records.row(of.kind, *_shown(portal, of.kind, record)) for record in batch]
    upserts.upsert(conn, of, rows, datetime.now(UTC), None, read)
    associated_pairs.put(conn, of, rows, [row.hubspot_id for row in rows])
    if of.kind.history:
        told = [(of.portal_id, of.name, version) for version in _versions(of.kind, batch)]
        property_history.append(conn, told)


def _shown(
    portal: Portal, kind: ObjectType, record: Record
) -> tuple[dict[str, Any], dict[str, list[dict[str, str]]]]:
    links = {to: named_links(portal, kind, record.id, portal.types[to]) for to in kind.associations}
    return shown(record, sorted(record.properties)), links


def _versions(kind: ObjectType, batch: list[Record]) -> Iterator[Any]:
    for record in batch:
        told = {
            "id": str(record.id),
            "propertiesWithHistory": shown_history(record, kind.history),
        }
        yield from of_record(kind, told)
