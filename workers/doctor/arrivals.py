"""Check the arrivals that are not taken: refused requests, and events of unregistered portals."""

from __future__ import annotations

from collections.abc import Iterator

from db.queries import QUERIES
from operations.lately_refused import refused
from workers.context import Context
from workers.doctor.finding import Finding


def arrivals(context: Context) -> Iterator[Finding]:
    found = refused(context.server)
    for each in found:
        yield Finding("Webhooks", str(each), each.cure if each.is_recent else "")
    if not found:
        yield Finding("Webhooks", "none was refused within a day")
    with context.database.transaction() as conn:
        strangers = conn.execute(QUERIES["strange_portals"]).fetchall()
    for row in strangers:
        yield Finding("Unknown portal", _told(row), _todo(row["portal_id"]))


def _told(row: dict[str, object]) -> str:
    return (
        f"{row['events']:,} events of portal {row['portal_id']}, which is not registered, since "
        f"{row['first_at']:%Y-%m-%d %H:%M:%S}; the last at {row['last_at']:%Y-%m-%d %H:%M:%S} "
        f"({row['subscription_type']})"
    )


def _todo(portal_id: int) -> str:
    return f"Register portal {portal_id} with `spoke portals add`, or uninstall the app there."
