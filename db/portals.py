"""Keep the portals: which HubSpot accounts we mirror, with what token, and which are paused and
why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import sql

from db import zones
from db.connect import Connection
from db.queries import QUERIES, QueryRow
from db.row_shapes import tuples


@dataclass(frozen=True, slots=True)
class Portal:
    portal_id: int
    name: str | None
    token_encrypted: bytes | None
    time_zone: str
    currency: str | None
    country: str | None
    paused: bool
    paused_until: datetime | None
    paused_reason: str | None
    rate_limit: int | None = None  # requests per 10 seconds; None: as HUBSPOT_RATE_LIMIT says
    schemas_changed_at: datetime | None = None
    held: bool = False  # an operator paused it, and only an operator resumes it

    @property
    def parked(self) -> bool:
        """Tell whether the portal is paused for its token, until there is one that HubSpot
        accepts."""
        return self.paused and self.paused_until is None and not self.held


@dataclass(frozen=True, slots=True)
class Registration:
    """Hold how HubSpot describes a portal, and what its operator sets. None for a name, country,
    rate limit or token: it stays as it was."""

    time_zone: str
    currency: str | None = None
    name: str | None = None
    token_encrypted: bytes | None = None
    country: str | None = None
    rate_limit: int | None = None


def put(conn: Connection, portal_id: int, given: Registration) -> bytes | None:
    """Register a portal or refresh its description by HubSpot. Answers the portal's own token;
    without one it uses the environment's."""
    row = conn.execute(
        QUERIES["put_portal"],
        asdict(given) | {"portal_id": portal_id, "time_zone": zones.known(conn, given.time_zone)},
    ).fetchone()
    assert row is not None
    if row["token_encrypted"] is not None:
        return bytes(row["token_encrypted"])
    return None


def describe(conn: Connection, portal_id: int, time_zone: str | None, currency: str | None) -> None:
    """Note HubSpot's description of a known account; missing values stay as they were."""
    zone = zones.known(conn, time_zone) if time_zone else None
    told = {"portal_id": portal_id, "time_zone": zone, "currency": currency}
    conn.execute(QUERIES["describe_portal"], told)


def all_portals(conn: Connection) -> list[Portal]:
    rows = conn.execute(QUERIES["portals"]).fetchall()
    return [_portal(row) for row in rows]


def _portal(row: QueryRow) -> Portal:
    """Make a portal of a row; other columns are left out."""
    return Portal(**{name: row[name] for name in Portal.__dataclass_fields__})


def overview(conn: Connection) -> list[dict[str, Any]]:
    """List each portal with its state, its number of rows, and its waiting work with its age."""
    return conn.execute(QUERIES["portals_overview"]).fetchall()


def limit(conn: Connection, portal_id: int, rate_limit: int | None) -> None:
    """Set how many requests per 10 seconds HubSpot allows; None: as HUBSPOT_RATE_LIMIT says."""
    conn.execute(QUERIES["limit_portal"], {"portal_id": portal_id, "rate_limit": rate_limit})


def pause(
    conn: Connection, portal_id: int, reason: str, wait: timedelta | None = None, held: bool = False
) -> None:
    """Ask nothing of HubSpot for this portal until `wait` is over; without `wait`, until it is
    resumed. `held` says that an operator wants it so: then only an operator resumes it."""
    parameters = {"portal_id": portal_id, "reason": reason, "wait": wait, "held": held}
    conn.execute(QUERIES["pause_portal"], parameters)


def resume(conn: Connection, portal_id: int, held: bool = False) -> None:
    """Let a portal go on; one that an operator paused only with `held`."""
    conn.execute(QUERIES["resume_portal"], {"portal_id": portal_id, "held": held})


def drop_unclaimed(conn: Connection, portal_id: int) -> bool:
    """Forget marks that wait to be fetched; answer whether a fetch has the rest in hand."""
    conn.execute(QUERIES["drop_unclaimed_changes"], {"portal_id": portal_id})
    row = conn.execute(QUERIES["claimed_changes"], {"portal_id": portal_id}).fetchone()
    return bool(row and row["claimed"])


def tables(conn: Connection) -> dict[str, str]:
    """Map every table with rows of portals to what it is a partition of, else to itself; in the
    order in which a portal is removed. A partitioned table has no rows of its own."""
    return dict(tuples(conn, QUERIES["portal_tables"]))


def delete_rows(conn: Connection, table: str, portal_id: int, count: int) -> int:
    """Delete up to `count` rows of a portal; answer how many there were. They go by their place in
    the table's file: one key serves all tables."""
    statement = sql.SQL(
        "delete from {table} where ctid = any(array(select ctid from {table}"
        " where portal_id = %(portal_id)s limit %(count)s))"
    ).format(table=sql.Identifier(table))
    return conn.execute(statement, {"portal_id": portal_id, "count": count}).rowcount
