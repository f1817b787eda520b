"""Read a portal's phone numbers again when its country is set or changed. If interrupted, run it
again: rows that are right already are read and not written."""

from __future__ import annotations

from collections.abc import Callable

from db import phone_columns as stored
from hubspot import phones
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES
from operations.servers import Servers

BATCH = 1_000


def set_country(
    servers: Servers,
    portal_id: int,
    country: str,
    on_progress: Callable[[int], None],
    at_most: int = BATCH,
) -> None:
    """Set the country and read the numbers again, `at_most` rows in a transaction. `on_progress`
    learns how many rows each step read. Raises Stopped once the process is to end."""
    with servers.database.transaction() as conn:
        stored.set_country(conn, portal_id, country)
    e164 = phones.reader(country)
    for kind in OBJECT_TYPES.values():
        after: str | None = "" if kind.phone_columns else None
        while after is not None:
            servers.stop.check()
            with servers.database.transaction() as conn:
                after, count = stored.reread(conn, Mirrored(portal_id, kind), after, at_most, e164)
            on_progress(count)
