"""Keep older answers that were seen: they stand beside their record's mark until HubSpot is
believed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from db.arrays import arrays
from db.changes import Claims
from db.connect import Connection
from db.queries import QUERIES
from hubspot.mirrored import Mirrored


@dataclass(frozen=True, slots=True)
class Sighting:
    """Hold the modified time that HubSpot answered with, older than ours, and since when it has."""

    at: datetime
    since: datetime


def read(
    conn: Connection,
    of: Mirrored,
    hubspot_ids: Collection[str],
) -> dict[str, Sighting]:
    """Find the records among these of which an older answer was seen."""
    where = of.where | {"hubspot_ids": sorted(hubspot_ids)}
    rows = conn.execute(QUERIES["sightings"], where).fetchall()
    return {row["hubspot_id"]: Sighting(row["older_at"], row["older_since"]) for row in rows}


def note(conn: Connection, claims: Claims, seen: Mapping[str, Sighting], wait: timedelta) -> None:
    """Have these records asked for again when `wait` is over since each was first seen."""
    batch = [claim for claim in claims.batch if claim.hubspot_id in seen]
    if not batch:
        return
    found = [seen[claim.hubspot_id] for claim in batch]
    marks = arrays(batch, hubspot_ids="hubspot_id", generations="generation")
    times = arrays(found, ats="at", sinces="since")
    of = {"portal_id": claims.portal_id, "object_type": claims.object_type, "wait": wait}
    errors = [_told(each, wait) for each in found]
    conn.execute(QUERIES["note_sightings"], of | marks | times | {"errors": errors})


def _told(seen: Sighting, wait: timedelta) -> str:
    at, until = (moment.astimezone(UTC) for moment in (seen.at, seen.since + wait))
    return (
        f"HubSpot answered with an older record, of {at:%Y-%m-%d %H:%M:%S};"
        f" it is believed if it still does at {until:%H:%M:%S}"
    )
