"""What one read of HubSpot concludes: rows upserted, archived, merged away; and what must be read
again because of it.

Everything happens in the caller's transaction, so that a fetch clears its marks and a backfill
moves its checkpoint together with the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from db import changes, dead_letters, fetches, purges, stored
from db import phone_columns as stored_phones
from db import property_history as history
from db import upserts as records
from db.changes import Mark
from db.connect import Connection
from hubspot import phones
from hubspot.catalogue import BUILT_IN, OTHER_ENDS, Catalogue
from hubspot.objects import ObjectType
from hubspot.records import Links, Row
from workers.properties import note_unread

COMPARE_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What HubSpot said: `rows` as typed, `missing` the ids it knows no longer, `read_at` when the
    reading began, `links` those of records that were not read themselves, and `neighbours` of each
    record that came back the (type, id) of those that keep a link to it. `asked` are the properties
    that `rows` were read with."""

    rows: list[Row]
    missing: frozenset[str]
    read_at: datetime
    links: tuple[Links, ...] = ()
    neighbours: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Saved:
    """What is left to do. `lost` are the ids of rows that lost to a newer one although they carried
    links: that read may not have had those, so the caller sees that they are read again. `marked`
    are the types to be woken, `outdated` the ids of all rows that lost."""

    lost: frozenset[str]
    marked: frozenset[str]
    outdated: frozenset[str] = frozenset()


def save(
    conn: Connection,
    kind: ObjectType,
    portal_id: int,
    fetched: Fetched,
    scan_id: UUID | None = None,
    types: Catalogue = BUILT_IN,
    heard: bool = True,
) -> Saved:
    """Write one read, and mark what must be read again because of it, in any of the portal's types.

    1. Leave out records that were erased. 2. Write rows, merges and archives. 3. Conclude from
    what was written which records came, went or lost. 4. Mark those and their neighbours.
    5. Write links that were read alone, and note the fetch. Not `heard`: nothing said that these
    records have changed.
    """
    if fetched.rows:
        note_unread(conn, kind, portal_id, fetched.asked)
    fetched = _without_purged(conn, kind, portal_id, fetched)
    written = _write(conn, kind, portal_id, fetched, scan_id, heard)
    came_and_went = _conclude(fetched, written)
    marks = _marks(conn, kind, portal_id, fetched, written, came_and_went, types)
    changes.mark(conn, marks)
    lost = came_and_went.lost | _save_links(conn, kind, portal_id, fetched)
    if scan_id is None:
        _note_fetch(conn, kind, portal_id, fetched, lost | came_and_went.outdated)
    woken = frozenset(mark.object_type for mark in marks)
    return Saved(frozenset(lost), woken, came_and_went.outdated)


@dataclass(frozen=True, slots=True)
class _Written:
    """What was written: ids of rows that are new, ids of rows that were not older than ours, ids
    that were merged away, the survivors of former ids, and which of all these showed before."""

    new: frozenset[str]
    kept: frozenset[str]
    merged: frozenset[str]
    losers: Mapping[str, str]
    seen: Mapping[str, bool]


def _write(
    conn: Connection,
    kind: ObjectType,
    portal_id: int,
    fetched: Fetched,
    scan_id: UUID | None,
    heard: bool,
) -> _Written:
    ids = {row.hubspot_id for row in fetched.rows}
    losers = _losers(fetched.rows)
    seen = stored.visible(conn, kind, portal_id, {*ids, *fetched.missing, *losers})
    e164 = phones.reader(stored_phones.country(conn, portal_id) if kind.phone_columns else None)
    upserted = records.upsert(conn, kind, portal_id, fetched.rows, fetched.read_at, scan_id, e164)
    # A read of before the merge may have brought the loser when its survivor was here already.
    known = stored.survivors(conn, kind, portal_id, fetched.missing)
    merged = records.merge(conn, kind, portal_id, known | losers, fetched.read_at)
    kept = [row for row in fetched.rows if row.hubspot_id in upserted.kept]
    _follow_histories(conn, kind, portal_id, kept, upserted.new, live=heard and scan_id is None)
    records.archive_missing(conn, kind, portal_id, fetched.missing, fetched.read_at)
    _note_issues(conn, portal_id, kind, fetched.rows)
    return _Written(
        frozenset(upserted.new), frozenset(upserted.kept), frozenset(merged), losers, seen
    )


@dataclass(frozen=True, slots=True)
class _CameAndWent:
    """Ids by what became of them: `returned` show again, `gone` show no more, `vanished` may have
    shown before, `lost` carried links and were older than ours, `outdated` were older at all."""

    returned: frozenset[str]
    gone: frozenset[str]
    vanished: frozenset[str]
    lost: frozenset[str]
    outdated: frozenset[str]


def _conclude(fetched: Fetched, written: _Written) -> _CameAndWent:
    ids = frozenset(row.hubspot_id for row in fetched.rows)
    alive = {row.hubspot_id for row in fetched.rows if not row.archived}
    shown = alive & written.kept
    hidden = {each for each, visible in written.seen.items() if not visible}
    # What never had a row here vanishes, too: others may have been read while it was there.
    gone = (_told(fetched) | written.losers.keys()) - shown
    linked = {row.hubspot_id for row in fetched.rows if row.links}
    return _CameAndWent(
        returned=frozenset(hidden & shown),
        gone=frozenset(gone),
        vanished=frozenset(gone - hidden),
        lost=frozenset(linked - written.kept),
        outdated=ids - written.kept,
    )


def _marks(
    conn: Connection,
    kind: ObjectType,
    portal_id: int,
    fetched: Fetched,
    written: _Written,
    found: _CameAndWent,
    types: Catalogue,
) -> list[Mark]:
    """The records to be read again: incomplete ones, neighbours of what came or went, and ends of
    their links."""
    read = {*(row.hubspot_id for row in fetched.rows), *fetched.missing, *written.losers}
    landed = dead_letters.land(conn, portal_id, kind.name, read, fetched.read_at)
    changed = found.returned | found.vanished | written.merged
    return [
        *_incomplete(portal_id, kind, fetched.rows, written.new | found.returned | landed),
        *neighbours(conn, kind, portal_id, changed, types, found.gone),
        *_back_in_links(portal_id, kind, fetched, found.returned, types),
    ]


def _follow_histories(
    conn: Connection,
    kind: ObjectType,
    portal_id: int,
    rows: Sequence[Row],
    new: Collection[str],
    live: bool,
) -> None:
    """Where the history that we have does not end with the value just read, HubSpot's is to be
    read. So is all that a scan brings for the first time: a value that came and went before we knew
    of the record leaves no hole. A survivor's is always: HubSpot joins histories in its own way,
    and those of the former records must not count beside it. Whatever changed is compared a day
    later, all changes of the day at once: of a value that came and went we may have heard
    nothing."""
    if not kind.history:
        return
    unknown = set() if live else {row.hubspot_id for row in rows} & set(new)
    if unknown:
        history.mark(conn, portal_id, kind.name, unknown)
    known = [row for row in rows if row.hubspot_id not in unknown]
    present = [
        (row.hubspot_id, name, value) for row in known for name, value in row.present.items()
    ]
    history.mark_holes(conn, portal_id, kind.name, present)
    if live:
        history.mark(conn, portal_id, kind.name, [row.hubspot_id for row in rows], COMPARE_AFTER)
    joined = _losers(rows)
    if joined and history.forget(conn, portal_id, kind.name, joined):
        history.mark(conn, portal_id, kind.name, set(joined.values()))


def neighbours(
    conn: Connection,
    kind: ObjectType,
    portal_id: int,
    hubspot_ids: Collection[str],
    types: Catalogue,
    gone: Collection[str] = (),
) -> list[Mark]:
    """The records linked to these, to be asked for their links again: HubSpot shows no link to a
    record that is archived or merged away, and need not say so at the other end. As these tell, and
    as the others do: of these we may have no row, and of those that were gone before (`gone`)
    others may have been read while they were back for a moment."""
    links = frozenset({kind.name})
    known = stored.linked(conn, kind, portal_id, hubspot_ids)
    knowing = [
        (other.name, hubspot_id)
        for other in types.linking(kind)
        for hubspot_id in stored.linking(conn, other, kind.name, portal_id, {*hubspot_ids, *gone})
    ]
    return [
        Mark(portal_id, to, hubspot_id, links, whole=False)
        for to, hubspot_id in sorted({*known, *knowing})
        if to in types and kind.name in types[to].associations
    ]


def _back_in_links(
    portal_id: int, kind: ObjectType, fetched: Fetched, returned: Collection[str], types: Catalogue
) -> list[Mark]:
    """What came back is in the links of others again: they are read again. Where nobody has asked
    HubSpot yet who they are, that is to be asked."""
    links, others = frozenset({kind.name}), frozenset().union(*fetched.neighbours.values())
    unasked = {*returned} - fetched.neighbours.keys() if any(types.linking(kind)) else ()
    return [
        *(Mark(portal_id, to, hubspot_id, links, whole=False) for to, hubspot_id in sorted(others)),
        *(
            Mark(portal_id, kind.name, each, frozenset({OTHER_ENDS}), whole=False)
            for each in sorted(unasked)
        ),
    ]


def _save_links(conn: Connection, kind: ObjectType, portal_id: int, fetched: Fetched) -> set[str]:
    """Links alone go into rows that show and are not newer; answers the ids of those that are
    newer. A record that has no such row is read whole."""
    kept = records.relink(conn, kind, portal_id, fetched.links, fetched.read_at)
    rest = {links.hubspot_id for links in fetched.links} - kept
    shown = (
        {each for each, shows in stored.visible(conn, kind, portal_id, rest).items() if shows}
        if rest
        else set()
    )
    wanted = frozenset(kind.associations)
    changes.mark(conn, [Mark(portal_id, kind.name, each, wanted) for each in sorted(rest - shown)])
    return shown


def _without_purged(
    conn: Connection, kind: ObjectType, portal_id: int, fetched: Fetched
) -> Fetched:
    gone = purges.kept_out(conn, portal_id, kind.name, _ids(fetched))
    if not gone:
        return fetched
    return replace(
        fetched,
        rows=[row for row in fetched.rows if row.hubspot_id not in gone],
        missing=fetched.missing - gone,
        links=tuple(links for links in fetched.links if links.hubspot_id not in gone),
    )


def _ids(fetched: Fetched) -> set[str]:
    """Every id of which this read says anything."""
    linked = {links.hubspot_id for links in fetched.links}
    return {*fetched.missing, *(row.hubspot_id for row in fetched.rows), *linked}


def _note_fetch(
    conn: Connection, kind: ObjectType, portal_id: int, fetched: Fetched, outdated: Collection[str]
) -> None:
    linked = [links.hubspot_id for links in fetched.links]
    fetches.note(
        conn,
        portal_id,
        kind.name,
        fetched.read_at,
        sorted(_ids(fetched)),
        linked,
        sorted(outdated),
        fetched.missing,
    )


def _told(fetched: Fetched) -> set[str]:
    """The ids of which this read says something final: gone, or archived."""
    return {*fetched.missing, *(row.hubspot_id for row in fetched.rows if row.archived)}


def _losers(rows: Sequence[Row]) -> dict[str, str]:
    """Former id → survivor, as the survivors tell. hs_merged_object_ids is complete;
    hs_calculated_merged_vids misses chained merges:
    https://github.com/fivetran/dbt_hubspot/issues/168"""
    return {
        loser: row.hubspot_id for row in rows for loser in row.merged_ids if loser != row.hubspot_id
    }


def _incomplete(
    portal_id: int, kind: ObjectType, rows: Sequence[Row], fresh: Collection[str]
) -> list[Mark]:
    """Rows that are new or back but came without all of their links (an edit overtook the creation,
    or the mark that asked for them became a dead letter)."""
    wanted = frozenset(kind.associations)
    return [
        Mark(portal_id, kind.name, row.hubspot_id, wanted - row.links.keys(), whole=False)
        for row in rows
        if row.hubspot_id in fresh and not row.archived and wanted - row.links.keys()
    ]


def _note_issues(conn: Connection, portal_id: int, kind: ObjectType, rows: Sequence[Row]) -> None:
    issues = [
        (row.hubspot_id, issue.property, issue.reason) for row in rows for issue in row.issues
    ]
    dead_letters.note_value_issues(conn, portal_id, kind.name, issues)
