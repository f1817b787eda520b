"""Take events of the company's own systems, all of a batch or none; each event once."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from db import polled_people, purges
from db.arrays import arrays
from db.connect import Connection
from db.queries import QUERIES
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES
from operations.event_schemas import EVENT_SCHEMAS, EventSchema, GivenEvent, given
from operations.servers import Servers

AT_ONCE = 500
TOLD = 20  # mistakes that are named


class WrongEvents(Exception):
    """Say what is wrong with a batch: nothing of it was taken. `mistakes` names each by place."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        rest = len(mistakes) - TOLD
        more = [f"and {rest:,} more"] if rest > 0 else []
        super().__init__("\n".join([*mistakes[:TOLD], *more]))
        self.mistakes = list(mistakes)


@dataclass(frozen=True, slots=True)
class Intake:
    """Count what came of a batch. What is neither new nor known is of erased people."""

    received: int = 0
    new: int = 0

    def __add__(self, other: Intake) -> Intake:
        return Intake(self.received + other.received, self.new + other.new)


def checked(
    schema: EventSchema, rows: Iterable[Mapping[str, Any]], first: int = 0, place: str = "event"
) -> list[GivenEvent]:
    """Check every event. Raises WrongEvents, which names each mistake by its place."""
    found, mistakes, now = list[GivenEvent](), list[str](), datetime.now(UTC)
    for number, values in enumerate(rows, first):
        try:
            found.append(given(schema, values, now))
        except ValueError as error:
            mistakes.append(f"{place} {number}: {error}")
    if mistakes:
        raise WrongEvents(mistakes)
    return found


def take(
    conn: Connection, portal_id: int, source: str, schema: str, events: Sequence[GivenEvent]
) -> Intake:
    """Store events; what is here already stays as it is. Erased people stay erased."""
    unique = {each.event_id: each for each in events}
    kept = _without_erased(conn, portal_id, list(unique.values()))
    values = arrays(
        kept,
        event_ids="event_id",
        events="event",
        moments="occurred_at",
        contacts="contact_id",
        emails="email",
        quantities="quantity",
    )
    values["properties"] = [json.dumps(dict(each.properties)) for each in kept]
    named = {"portal_id": portal_id, "source": source, "schema": schema}
    stored = conn.execute(QUERIES["take_events"], named | values).rowcount
    return Intake(len(events), stored)


def _without_erased(
    conn: Connection, portal_id: int, events: Sequence[GivenEvent]
) -> list[GivenEvent]:
    polled_people.share(conn, portal_id)
    contacts = Mirrored(portal_id, OBJECT_TYPES["contacts"])
    ids = sorted({each.contact_id for each in events if each.contact_id})
    emails = sorted({each.email for each in events if each.email})
    gone = purges.kept_out(conn, contacts, ids)
    erased = purges.purged(conn, polled_people.addresses_of(contacts), emails)
    return [each for each in events if each.contact_id not in gone and each.email not in erased]


def take_file(servers: Servers, portal_id: int, source: str, schema: str, path: Path) -> Intake:
    """Take a CSV file whose heads are the schema's fields, all of it or nothing. Raises WrongEvents
    with the line of each mistake."""
    described, total, mistakes = EVENT_SCHEMAS[schema], Intake(), list[str]()
    with path.open(encoding="utf-8-sig", newline="") as file, servers.database.transaction() as c:
        rows, line = csv.DictReader(file), 2  # the heads are line 1
        while batch := list(islice(rows, AT_ONCE)):
            try:
                total += take(c, portal_id, source, schema, checked(described, batch, line, "line"))
            except WrongEvents as error:
                mistakes += error.mistakes
            line += len(batch)
        if mistakes:
            raise WrongEvents(mistakes)  # which also takes the transaction back
    return total
