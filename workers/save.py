"""Save what one read of HubSpot said, and mark what must be read again because of it.

What HubSpot said (workers/fetched.py) → what follows (workers/conclusions.py, pure) → rows and
marks:

1. Leave out records that were erased.
2. Write rows, merges and archives under the staleness guard, and note histories to read.
3. Conclude which records came back, went or lost.
4. Mark records that are incomplete, neighbours of what came or went, and ends of their links.
5. Write links that were read alone.
6. Note the fetch, for `spoke trace`, and count the rows, for /metrics.
7. Announce what changed to endpoints of webhooks, where the portal has some.

Everything happens in the caller's transaction: a fetch clears its marks, and a backfill moves its
checkpoint, together with the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from db import associated_pairs as pairs
from db import changes, corrections, dead_letters, fetches, metadata, purges, stored, upsert_counts
from db import phone_columns as stored_phones
from db import property_history as history
from db import upserts as records
from db.changes import Mark
from db.connect import Connection
from db.fetches import ReadIds
from hubspot import phones
from hubspot.catalogue import BUILT_IN, Catalogue
from hubspot.mirrored import Mirrored
from hubspot.records import Row, unread
from workers.announcing import watch
from workers.conclusions import Conclusions, Written, back_in_links, conclude_from, incomplete
from workers.fetched import Fetched
from workers.neighbours import neighbours
from workers.properties import note_unread

COMPARE_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Saved:
    """Say what is left to do.

    `lost` are the ids of rows that lost to a newer one although they carried links: that read may
    not have had those links, so the caller sees that they are read again. `marked` are the types to
    be woken, `outdated` the ids of all rows that lost.
    """

    lost: frozenset[str]
    marked: frozenset[str]
    outdated: frozenset[str] = frozenset()


def save(
    conn: Connection,
    of: Mirrored,
    fetched: Fetched,
    scan_id: UUID | None = None,
    types: Catalogue = BUILT_IN,
    heard: bool = True,
) -> Saved:
    """Write one read, and mark what must be read again because of it, in any of the portal's types.
    Not `heard`: nothing said that these records have changed."""
    if fetched.rows:
        note_unread(conn, of, fetched.asked)
    fetched = fetched.without(purges.kept_out(conn, of, fetched.ids))
    watched = watch(conn, of, {*fetched.ids, *fetched.losers}) if scan_id is None else None
    written = _write(conn, of, fetched, scan_id, live=heard and scan_id is None)
    found = conclude_from(fetched, written)
    pairs.forget(conn, of, found.gone | written.merged)
    marks = _marks(conn, of, fetched, written, found, types)
    changes.mark(conn, marks)
    lost = found.lost | _save_links(conn, of, fetched)
    if scan_id is None:
        _note_fetch(conn, of, fetched, lost | found.outdated)
    if watched:
        watched.announce(conn, fetched.read_at)
    upsert_counts.note(conn, of, "live" if scan_id is None else "scan", len(written.kept))
    woken = frozenset(mark.object_type for mark in marks)
    return Saved(lost, woken, found.outdated)


def _write(
    conn: Connection,
    of: Mirrored,
    fetched: Fetched,
    scan_id: UUID | None,
    live: bool,
) -> Written:
    asked_for = {*fetched.row_ids, *fetched.missing, *fetched.losers}
    shown = stored.visible(conn, of, asked_for)
    e164 = phones.reader(
        stored_phones.country(conn, of.portal_id) if of.kind.phone_columns else None
    )
    upserted = records.upsert(conn, of, fetched.rows, fetched.read_at, scan_id, e164)
    newest_last = sorted(fetched.rows, key=lambda row: row.updated_at)
    pairs.put(conn, of, newest_last, upserted.kept)
    # A read of before the merge may have brought the loser when its survivor was here already.
    known = stored.survivors(conn, of, fetched.missing)
    merged = corrections.merge(conn, of, known | fetched.losers, fetched.read_at)
    kept = fetched.without(fetched.row_ids - upserted.kept)
    _follow_histories(conn, of, kept, upserted.new, live)
    corrections.archive_missing(conn, of, fetched.missing, fetched.read_at)
    _note_issues(conn, of, fetched.rows)
    return Written(frozenset(upserted.new), frozenset(upserted.kept), frozenset(merged), shown)


def _marks(
    conn: Connection,
    of: Mirrored,
    fetched: Fetched,
    written: Written,
    found: Conclusions,
    types: Catalogue,
) -> list[Mark]:
    """Answer the records to be read again: incomplete ones, neighbours of what came or went, and
    ends of their links."""
    read = {*fetched.row_ids, *fetched.missing, *fetched.losers}
    landed = dead_letters.land(conn, of, read, fetched.read_at)
    changed = found.returned | found.vanished | written.merged
    return [
        *incomplete(of, fetched, written.new | found.returned | landed),
        *neighbours(conn, of, changed, types, found.gone),
        *back_in_links(of, fetched, found.returned, types),
    ]


def _follow_histories(
    conn: Connection,
    of: Mirrored,
    kept: Fetched,
    new: Collection[str],
    live: bool,
) -> None:
    """Mark the histories that are to be read from HubSpot.

    1. Of records that a scan brings for the first time: an earlier value that came and went leaves
       no hole.
    2. Where our history does not end with the value just read.
    3. Of every changed record, a day later, all changes of the day at once: its webhook for a value
       that came and went may be lost.
    4. Of a survivor of a merge: HubSpot joins histories in its own way, and the former records'
       must not count beside it.
    """
    if not of.kind.history:
        return
    unknown = set() if live else {*kept.row_ids} & {*new}
    if unknown:
        history.mark(conn, of, unknown)
    present = []
    for row in kept.rows:
        if row.hubspot_id not in unknown:
            present += [(row.hubspot_id, name, value) for name, value in row.present.items()]
    history.mark_holes(conn, of, present)
    if live:
        ids = [row.hubspot_id for row in kept.rows]
        history.mark(conn, of, ids, COMPARE_AFTER)
    joined = kept.losers
    if joined and history.forget(conn, of, joined):
        history.mark(conn, of, set(joined.values()))


def _save_links(conn: Connection, of: Mirrored, fetched: Fetched) -> frozenset[str]:
    """Write links alone into rows that show and are not newer; answers the ids of the newer ones. A
    record that has no such row is read whole."""
    kept = corrections.relink(conn, of, fetched.links, fetched.read_at)
    pairs.put(conn, of, fetched.links, kept)
    rest = {links.hubspot_id for links in fetched.links} - kept
    if not rest:
        return frozenset()
    visible = stored.visible(conn, of, rest)
    newer = frozenset(each for each, shows in visible.items() if shows)
    changes.mark_records(conn, of, sorted(rest - newer))
    return newer


def _note_fetch(
    conn: Connection, of: Mirrored, fetched: Fetched, outdated: Collection[str]
) -> None:
    linked = [links.hubspot_id for links in fetched.links]
    ids = ReadIds(sorted(fetched.ids), linked, sorted(outdated), fetched.missing)
    fetches.note(conn, of, fetched.read_at, ids)


def _note_issues(conn: Connection, of: Mirrored, rows: Sequence[Row]) -> None:
    """Count values that cannot be read: of the typed columns, which the rows know, and of the
    generated ones, which the views have now."""
    shown = metadata.generated_types(conn, of) if rows else {}
    issues = []
    for row in rows:
        for issue in (*row.issues, *unread(row, shown)):
            issues.append((row.hubspot_id, issue.property, issue.reason))
    dead_letters.note_value_issues(conn, of, issues)
