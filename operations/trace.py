"""Tell everything that we know to have happened to one record, as a timeline.

Events, fetches and what came of each, the row as it stands, its mark, dead letters, its scan,
verify runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from db import id_hashes, purges, stored
from db.connect import Connection
from db.portals import Portal
from db.queries import QUERIES, QueryRow
from hubspot.mirrored import Mirrored
from operations.servers import Servers

_SHOWN = 60  # characters of a value
_OUTCOMES = {
    "written": ("upserted", ""),
    "linked": ("upserted", "its links"),
    "outdated": ("upserted", "nothing: the row was newer than HubSpot's answer"),
    "missing": ("archived", "HubSpot knew it no longer"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one line of the timeline."""

    at: datetime
    what: str
    detail: str = ""


def trace(
    servers: Servers, portal: Portal, object_type: str, hubspot_id: str, zone: tzinfo = UTC
) -> list[Entry]:
    """Tell a record's timeline, oldest first; empty when no table here knows the record.

    Times in the text are of `zone`: pages show the portal's, programs and the terminal UTC.
    """
    of = Mirrored(portal.portal_id, servers.types(portal)[object_type])
    where = of.where | {"hubspot_id": hubspot_id}
    with servers.database.transaction() as conn:
        row = stored.standing(conn, of, hubspot_id)
        found = [
            *_events(conn, where),
            *_fetches(conn, where),
            *_standing(row, zone),
            *_mark(conn, where),
            *_letters(conn, where),
        ]
        found += [*_scan(conn, where, row), *_verify_runs(conn, where)]
        found += _purge(conn, of, hubspot_id)
    return sorted(found, key=lambda entry: entry.at)


def _events(conn: Connection, where: QueryRow) -> Iterator[Entry]:
    for row in conn.execute(QUERIES["trace_events"], where).fetchall():
        parts = [row["subscription_type"], _said(row["event"], row["sensitive"]), _origin(row)]
        yield Entry(row["received_at"], "event", " ".join(part for part in parts if part))


def _said(event: QueryRow, sensitive: bool) -> str:
    """Answer the details of an event: the property's new value, the other end of a link, the merged
    record."""
    if "propertyName" in event:
        value = "(sensitive)" if sensitive else str(event.get("propertyValue"))
        return f"{event['propertyName']} = {value[:_SHOWN]}{'…' if len(value) > _SHOWN else ''}"
    if "toObjectId" in event:
        return f"{'without' if event.get('associationRemoved') else 'with'} {event['toObjectId']}"
    if "mergedObjectIds" in event:
        return f"of {event['mergedObjectIds']}"
    return ""


def _origin(row: QueryRow) -> str:
    """Say who caused an event, how late it came, and why it was ignored."""
    words = []
    if source := row["event"].get("changeSource"):
        words.append(str(source))
    if row["occurred_at"]:
        words.append(f"{(row['received_at'] - row['occurred_at']).total_seconds():.1f} s late")
    if row["ignored"]:
        words.append(row["ignored"])
    return f"({', '.join(words)})" if words else ""


def _fetches(conn: Connection, where: QueryRow) -> Iterator[Entry]:
    """Yield each read and what came of it; live ones of the last weeks."""
    for row in conn.execute(QUERIES["fetches_of"], where).fetchall():
        of_links = row["outcome"] == "linked"
        yield Entry(row["fetched_at"], "fetched", "its links alone" if of_links else "")
        yield Entry(row["written_at"], *_OUTCOMES[row["outcome"]])


def _standing(row: QueryRow | None, zone: tzinfo) -> Iterator[Entry]:
    """Yield the row itself, whichever path wrote it."""
    if row is None:
        return
    state = "archived" if row["archived"] else "shown"
    if row["merged_into"]:
        state = f"merged into {row['merged_into']}"
    changed_at = row["updated_at"].astimezone(zone)
    told = f"as it stands: {state}, of {changed_at:%Y-%m-%d %H:%M:%S %Z} in HubSpot"
    yield Entry(row["synced_at"], "row", told)
    if row["archived_at"]:
        yield Entry(row["archived_at"], "archived", "in HubSpot, or when we learnt of it")


def _mark(conn: Connection, where: QueryRow) -> Iterator[Entry]:
    row = conn.execute(QUERIES["trace_mark"], where).fetchone()
    if row is None:
        return
    yield Entry(
        row["marked_at"],
        "pending",
        f"to be fetched, generation {row['generation']}, attempts {row['attempts']}",
    )
    if row["error"]:
        yield Entry(
            row["not_before"],
            "pending",
            f"tried again from now on; the last attempt failed: {row['error']}",
        )
    if row["leased_until"]:
        yield Entry(row["leased_until"], "pending", "until now a worker has it in hand")


def _letters(conn: Connection, where: QueryRow) -> Iterator[Entry]:
    for row in conn.execute(QUERIES["trace_letters"], where).fetchall():
        yield Entry(row["created_at"], "dead letter", f"{row['letter_id']}: {row['reason']}")
        if row["replayed_at"]:
            yield Entry(row["replayed_at"], "replayed", f"dead letter {row['letter_id']}")
        if row["landed_at"]:
            yield Entry(
                row["landed_at"],
                "landed",
                f"read after all; dead letter {row['letter_id']} needs nobody",
            )


def _scan(conn: Connection, where: QueryRow, row: QueryRow | None) -> Iterator[Entry]:
    """Yield the backfill that wrote the row, where the last one to write it was a backfill."""
    if row is None:
        return
    wanted = where | {"scan_id": row["scan_id"]}
    if found := conn.execute(QUERIES["trace_scan"], wanted).fetchone():
        yield Entry(
            found["started_at"],
            "scan",
            f"the {found['kind']} that wrote the row began; it is {found['state']}",
        )


def _verify_runs(conn: Connection, where: QueryRow) -> Iterator[Entry]:
    for row in conn.execute(QUERIES["trace_verify_runs"], where).fetchall():
        healed = ", marked to be fetched again" if row["healed"] else ""
        yield Entry(
            row["finished_at"], "verify", f"found it different: {row['difference']}{healed}"
        )


def _purge(conn: Connection, of: Mirrored, hubspot_id: str) -> Iterator[Entry]:
    """Yield that a record is hidden until HubSpot has erased it, and that it was erased here."""
    where = of.where | {"hubspot_id": hubspot_id}
    announced = conn.execute(QUERIES["trace_privacy"], where).fetchone()
    if announced:
        yield Entry(
            announced["asked_at"],
            "hidden",
            "HubSpot announced its privacy deletion; it is erased here once HubSpot has erased it",
        )
    known = id_hashes.hashes(purges.keys_of(conn), of, [hubspot_id])
    row = conn.execute(QUERIES["trace_purge"], where | {"hashes": known["hashes"]}).fetchone()
    if row:
        yield Entry(
            row["purged_at"],
            "purged",
            "privacy deletion: nothing of it is kept, and nothing will be",
        )
