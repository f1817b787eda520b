"""What an operator asks first: what is here, what waits, what failed and why, what is left of
HubSpot's limit."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, cast

import deliveries
import memory
from db import portals, readiness
from db import property_history as history
from db.connect import Connection
from db.queries import QUERIES, QueryRow
from hubspot.daily_limit import daily_key, forecast, kept
from operations import holdups
from operations.servers import Servers

RECEIVED = "spoke:received"  # counted by the receiver: requests that were refused, by reason


def read(servers: Servers) -> dict[str, Any]:
    """Everything by section, rows as dicts; empty where there is nothing to tell."""
    with servers.database.transaction() as conn:
        known = portals.overview(conn)
        return {
            "to_mend": _to_mend(servers, conn),
            "portals": known,
            "daily_limits": [limit for portal in known if (limit := _daily(servers, portal))],
            "copy": _rows(conn, "read_sync_status"),
            "deliveries": {
                "waiting": deliveries.waiting(servers.server),
                "refused": _refused(servers),
            },
            "redis": _redis(memory.look(servers.server)),
            "running": _rows(conn, "running_scans"),
            "failed_runs": _rows(conn, "failed_scans"),
            "failing": _rows(conn, "failing_changes"),
            "dead_letters": _rows(conn, "count_letters")[0]["letters"],
            "recent_letters": _rows(conn, "recent_letters"),
            "verified": _rows(conn, "last_verify_runs"),
            "nights": _rows(conn, "last_nights"),
            "custom_objects": _rows(conn, "read_schemas"),
            "value_issues": _rows(conn, "read_value_issues"),
            "histories": history.waiting(conn),
            "new_properties": _rows(conn, "read_catch_ups"),
            "views": _rows(conn, "read_typed_views"),
        }


def _rows(conn: Connection, name: str) -> list[QueryRow]:
    return conn.execute(QUERIES[name]).fetchall()


def _redis(found: memory.Memory) -> QueryRow:
    """`full` says why deliveries are refused and what to do; None while they are taken."""
    full = f"{found.refusal}. {memory.CURE}" if found.is_short else None
    return {**asdict(found), "full": full}


def _to_mend(servers: Servers, conn: Connection) -> list[str]:
    """What an operator must mend in the database: as it is seen from here, and as jobs met it
    within a minute."""
    here = [
        f"{what}. {todo}"
        for what, todo in readiness.obstacles(conn, servers.settings.database_schema)
    ]
    return here + [f"{name} waits: {said}" for name, said in holdups.seen(servers.server).items()]


def _refused(servers: Servers) -> dict[str, int]:
    counts = cast(dict[bytes, bytes], servers.server.hgetall(RECEIVED))
    return {name.decode(): int(count) for name, count in sorted(counts.items())}


def _daily(servers: Servers, portal: QueryRow) -> QueryRow | None:
    seen = kept(
        cast(dict[bytes, bytes], servers.server.hgetall(daily_key(str(portal["portal_id"]))))
    )
    if seen is None:
        return None
    told = asdict(forecast(seen, portal["time_zone"], datetime.now(UTC)))
    return {"portal_id": portal["portal_id"], "time_zone": portal["time_zone"], **told}
