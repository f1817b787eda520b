"""Answer an operator's first questions: what is here, what waits, what failed and why, and the rest
of HubSpot's limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, cast

import deliveries
import jobs
import memory
from db import optional_types, portals, privacy_requests, readiness, schema_findings, zones
from db import property_history as history
from db.connect import Connection
from db.queries import QUERIES, QueryRow
from hubspot.daily_limit import daily_key, forecast, kept
from operations import holdups, polled_state
from operations.lately_refused import refused
from operations.servers import Servers

RECEIVED = "spoke:received"  # counted by the receiver: requests that were refused, by reason


def read(servers: Servers) -> dict[str, Any]:
    """Read everything by section, rows as dicts; empty where there is nothing to tell."""
    with servers.database.transaction() as conn:
        known = portals.overview(conn)
        return {
            "to_mend": _to_mend(servers, conn),
            "processes": {
                "workers": jobs.listening(servers.server),
                "clock_ticks": jobs.clock_ticks(servers.server),
            },
            "portals": known,
            "daily_limits": [limit for portal in known if (limit := _daily(servers, portal))],
            "copy": _rows(conn, "read_sync_status"),
            "schema_findings": [each.told for each in schema_findings.still_open(conn)],
            "polled": _polled(conn, known),
            "deliveries": {
                "waiting": deliveries.waiting(servers.server),
                "refused": refused_ever(servers),
                "lately_refused": [str(each) for each in refused(servers.server)],
                "unknown_portals": _rows(conn, "strange_portals"),
            },
            "redis": _redis(memory.look(servers.server)),
            "rollups": _rows(conn, "read_rollups"),
            "running": _rows(conn, "running_scans"),
            "failed_runs": _rows(conn, "failed_scans"),
            "failing": _rows(conn, "failing_changes"),
            "dead_letters": _rows(conn, "count_letters")[0]["letters"],
            "recent_letters": _rows(conn, "recent_letters"),
            "verified": _rows(conn, "last_verify_runs"),
            "nights": _rows(conn, "last_nights"),
            "custom_objects": _rows(conn, "read_schemas"),
            "optional_types": optional_types.states(conn),
            "privacy": [
                row for row in privacy_requests.everything(conn) if row["undone_at"] is None
            ],
            "value_issues": _rows(conn, "read_value_issues"),
            "outgoing": conn.execute(QUERIES["outgoing_counts"], {"portals": None}).fetchall(),
            "histories": history.waiting(conn),
            "new_properties": _rows(conn, "read_catch_ups"),
            "views": _rows(conn, "read_typed_views"),
        }


def _polled(conn: Connection, known: Sequence[QueryRow]) -> list[QueryRow]:
    """List the families that were looked at, or could not be."""
    ids = [portal["portal_id"] for portal in known]
    families = polled_state.families(conn, ids, datetime.now(UTC))
    return [asdict(each) for each in families if each.is_begun]


def _hidden(conn: Connection) -> list[QueryRow]:
    """List records whose erasure is announced and not carried out."""
    return [row for row in privacy_requests.everything(conn) if row["undone_at"] is None]


def _rows(conn: Connection, name: str) -> list[QueryRow]:
    return conn.execute(QUERIES[name]).fetchall()


def _redis(found: memory.Memory) -> QueryRow:
    """Answer Redis's state. `full` says why deliveries are refused and what to do; None while they
    are taken."""
    full = f"{found.refusal}. {memory.CURE}" if found.is_short else None
    return {**asdict(found), "full": full}


def _to_mend(servers: Servers, conn: Connection) -> list[str]:
    """List what an operator must mend in the database: as it is seen from here, and as jobs met it
    within a minute."""
    here = [
        f"{what}. {todo}"
        for what, todo in readiness.obstacles(conn, servers.settings.database_schema)
    ]
    here += [
        f"Portal {portal_id}: {zones.UNKNOWN.format(zone)}. {zones.CURE}"
        for portal_id, zone in zones.unknown(conn).items()
    ]
    here += [f"Webhooks: {each}. {each.cure}" for each in refused(servers.server) if each.is_recent]
    return here + [f"{name} waits: {said}" for name, said in holdups.seen(servers.server).items()]


def refused_ever(servers: Servers) -> dict[str, int]:
    """Count the requests that the receiver refused since ever, by reason."""
    counts = cast(dict[bytes, bytes], servers.server.hgetall(RECEIVED))
    return {name.decode(): int(count) for name, count in sorted(counts.items())}


def _daily(servers: Servers, portal: QueryRow) -> QueryRow | None:
    return daily(servers, portal["portal_id"], portal["time_zone"], datetime.now(UTC))


def daily(servers: Servers, portal_id: int, time_zone: str, now: datetime) -> QueryRow | None:
    """Forecast a portal's use of HubSpot's daily limit; None before an answer has told of it."""
    found = cast(dict[bytes, bytes], servers.server.hgetall(daily_key(str(portal_id))))
    seen = kept(found)
    if seen is None:
        return None
    told = asdict(forecast(seen, time_zone, now))
    return {"portal_id": portal_id, "time_zone": time_zone, **told}
