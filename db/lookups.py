"""Answer what became of records beside their rows: merges and dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import tuples
from hubspot.mirrored import Mirrored


def survivors(conn: Connection, of: Mirrored, hubspot_ids: Sequence[str]) -> dict[str, str]:
    """Answer former id → survivor, of records that HubSpot merged away."""
    where = of.where | {"hubspot_ids": list(hubspot_ids)}
    return dict(tuples(conn, QUERIES["survivors"], where))


def buried(
    conn: Connection, of: Mirrored, hubspot_ids: Sequence[str], since: datetime
) -> dict[str, str]:
    """Answer which of these records became dead letters since then, and why."""
    where = of.where | {"hubspot_ids": list(hubspot_ids)}
    return dict(tuples(conn, QUERIES["letters_since"], where | {"since": since}))
