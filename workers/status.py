"""What an operator asks first: what is here, what waits, what failed and why."""

from __future__ import annotations

from typing import Any, cast

import deliveries
from db.queries import QUERIES
from workers.context import Context

RECEIVED = "spoke:received"  # counted by the receiver: requests that were refused, by reason
Rows = list[dict[str, Any]]


def read(context: Context) -> dict[str, Rows]:
    """Tables by title, rows as dicts; empty lists where there is nothing to tell."""
    counts = cast(dict[bytes, bytes], context.server.hgetall(RECEIVED))
    received = {name.decode(): int(count) for name, count in counts.items()}
    with context.database.transaction() as conn:
        return {
            "Copy": conn.execute(QUERIES["read_sync_status"]).fetchall(),
            "Portals": conn.execute(QUERIES["read_portals"]).fetchall(),
            "Deliveries": [{"waiting in the stream": deliveries.waiting(context.server)} | received],
            "Runs": conn.execute(QUERIES["recent_scans"]).fetchall(),
            "Dead letters (bring back with `spoke replay`)": conn.execute(QUERIES["recent_letters"]).fetchall(),
            "Values that did not fit": conn.execute(QUERIES["read_value_issues"]).fetchall(),
        }
