"""Bring the records that were archived before a portal's first backfill.

No event tells of them, search hides them, and the ordinary list leaves them out. Only HubSpot's
list of archived records has them.
"""

from __future__ import annotations

from db import metadata, scans
from hubspot import records
from hubspot.client import Client
from workers.context import Context
from workers.fetched import Fetched
from workers.patience import listed, records_of
from workers.properties import now
from workers.save import save
from workers.walks import Walk


def bring(context: Context, client: Client, walk: Walk) -> None:
    """Walk HubSpot's list of a type's archived records once, and store each page as it comes."""
    kind, scan = walk.kind, walk.scan
    with context.database.transaction() as conn:
        read_at = now(conn)
        known = metadata.property_names(conn, walk.of)
    names = kind.property_names(known)
    trail = records_of(kind, archived=True)
    for page in listed(client, kind, lambda: names, trail, archived=True):
        rows = [records.row(kind, record, {}) for record in page.records]
        fetched = Fetched(rows, frozenset(), read_at, asked=frozenset(names))
        with context.database.transaction() as conn:
            save(conn, walk.of, fetched, scan.scan_id, walk.types)
            if scans.advance(conn, scan, None, 0, 1) != "running":
                return
