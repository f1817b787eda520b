"""Weigh answers that are older than our row: a copy of HubSpot's lags, or the row was never right.

One of them changes nothing. HubSpot is believed when it gives the same answer a minute later and no
newer record was read meanwhile. Otherwise a row that another portal's token brought would stay for
ever, and be asked for every few seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from db import corrections, sightings, stored
from db.connect import Connection
from db.sightings import Sighting
from db.stored import Standing
from hubspot.mirrored import Mirrored
from hubspot.records import Row


def weigh(
    conn: Connection,
    of: Mirrored,
    rows: Sequence[Row],
    read_at: datetime,
    wait: timedelta,
) -> dict[str, Sighting]:
    """Find the older answers among these that are not believed yet, by id.

    1. An answer contradicts our row when it is older, or shows a record that is merged away here.
    2. It counts from when it was first seen: from now where its time is another, or our row was
       read since.
    3. After `wait` the row is set back to HubSpot's time, and the guard lets the record in.
    """
    here = stored.standings(conn, of, [row.hubspot_id for row in rows])
    older = [row for row in rows if _is_older(row, here.get(row.hubspot_id), read_at)]
    if not older:
        return {}
    known = sightings.read(conn, of, [row.hubspot_id for row in older])
    seen = {row.hubspot_id: _seen(row, here[row.hubspot_id], known, read_at) for row in older}
    due = {
        each: (found.at, found.since)
        for each, found in seen.items()
        if found == known.get(each) and found.since + wait <= read_at
    }
    believed = corrections.set_back(conn, of, due)
    return {each: found for each, found in seen.items() if each not in believed}


def _is_older(row: Row, here: Standing | None, read_at: datetime) -> bool:
    """Tell whether an answer contradicts our row. It says nothing of a row that was read after
    HubSpot was asked."""
    if here is None:
        return False
    alive = here.merged and not row.archived
    return here.fetched_at <= read_at and (row.updated_at < here.updated_at or alive)


def _seen(row: Row, here: Standing, known: Mapping[str, Sighting], read_at: datetime) -> Sighting:
    before = known.get(row.hubspot_id)
    goes_on = before and before.at == row.updated_at and here.fetched_at <= before.since
    if before and goes_on:
        return before
    return Sighting(row.updated_at, read_at)
