"""The records that were archived before a portal's first backfill: no event tells of them, search
hides them, and the list of what shows does not have them. HubSpot's list of archived records does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from db import metadata, scans
from hubspot import records
from hubspot.client import Page
from workers.context import Context
from workers.properties import now
from workers.save import Fetched, save
from workers.walks import Walk


def bring(context: Context, walk: Walk, ask: Callable[[Sequence[str], str], Page]) -> None:
    """Walk HubSpot's list of a type's archived records once, and store each page as it comes.

    `ask` reads the page of these properties behind a cursor. A list that goes back ends the walk.
    """
    after: str | None = "0"
    while after is not None:
        cursor = after
        with context.database.transaction() as conn:
            read_at = now(conn)
            names = walk.kind.property_names(
                metadata.property_names(conn, walk.scan.portal_id, walk.kind.name)
            )
        page = ask(names, cursor)
        after = page.after
        if after is not None and int(after) <= int(cursor):
            raise ValueError(
                f"HubSpot's list of archived {walk.kind.name} goes back from {cursor} to {after}"
            )
        rows = [records.row(walk.kind, record, {}) for record in page.records]
        fetched = Fetched(rows, frozenset(), read_at, asked=frozenset(names))
        with context.database.transaction() as conn:
            save(conn, walk.kind, walk.scan.portal_id, fetched, walk.scan.scan_id, walk.types)
            if scans.advance(conn, walk.scan, None, 0, 1) != "running":
                return
