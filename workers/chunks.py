"""Read a backfill's chunks from HubSpot, and store each with the position of the scan."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from db import changes, scans, stored
from db import metadata as definitions
from db.connect import Connection
from db.scans import Stretch, Tally
from hubspot import records
from hubspot.client import Client
from hubspot.errors import Unavailable
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.paging import Page, Trail
from hubspot.records import Row
from workers import found_pairs, inline_links
from workers.context import Context
from workers.fetched import Fetched
from workers.patience import listed, patiently, records_of
from workers.properties import now
from workers.save import save
from workers.walks import Walk


@dataclass(frozen=True, slots=True)
class Chunk:
    """Hold ten list pages, unless an extraction asked for fewer, and their links: as many records
    as one associations batch read takes.

    `after` is the id behind which the stretch goes on, None when it ends here. `cursor` is
    HubSpot's cursor, where it is no id.
    """

    fetched: Fetched
    after: int | None
    requests: int
    cursor: str | None

    def until(self, last: int | None) -> list[Row]:
        """Answer its rows up to this id."""
        return [row for row in self.fetched.rows if last is None or int(row.hubspot_id) <= last]


def read(context: Context, client: Client, walk: Walk, stretch: Stretch) -> Chunk:
    """Read the next chunk of a stretch, with its links. The time of reading is taken before the
    first page: every record is at least that new."""
    with context.database.transaction() as conn:
        read_at = now(conn)
        names = walk.kind.property_names(definitions.property_names(conn, walk.of))
    trail = walk.trail or _trail(walk, stretch)
    shown = walk.inline  # another thread may put others in its place meanwhile
    found, requests = _records(client, walk, stretch, trail, names, shown)
    walk.found |= found_pairs.shown(walk.types, walk.kind, found)
    links, asked = _links(client, walk, found, shown)
    rows = []
    for each in found:
        own = {to: ends[each["id"]] for to, ends in links.items()}
        rows.append(records.row(walk.kind, each, own))
    fetched = Fetched(rows, frozenset(), read_at, asked=frozenset(names))
    requests += asked
    if trail.at is None:
        return Chunk(fetched, None, requests, None)
    if walk.trail:
        return Chunk(fetched, trail.above, requests, cursor=trail.at)
    return Chunk(fetched, int(trail.at), requests, None)


def _trail(walk: Walk, stretch: Stretch) -> Trail:
    """Answer where a stretch goes on: at its id. Where an id may no longer be a cursor, a walk with
    a single stretch begins at the first page."""
    if _is_whole(stretch):
        return records_of(walk.kind, str(stretch.after), stretch.after)
    return Trail(f"list of {walk.kind.name}", str(stretch.after), stretch.after)


def _is_whole(stretch: Stretch) -> bool:
    """Tell whether a stretch is the only one of its walk."""
    return stretch.start == 0 and stretch.until is None


def _records(
    client: Client,
    walk: Walk,
    stretch: Stretch,
    trail: Trail,
    names: Sequence[str],
    shown: Collection[str],
) -> tuple[list[JsonObject], int]:
    """Read the records of a chunk; answer them and the number of requests. The first chunk of a
    long type is one page: until it is read, the place to cut is unknown."""
    found, requests = list[JsonObject](), 0
    limit = walk.scan.page_size
    size, inline = limit, found_pairs.paths(walk.types, walk.kind)
    inline += [walk.types[to].path for to in shown]
    if walk.newest:
        size = walk.chunk_size
    for page in listed(client, walk.kind, lambda: names, trail, limit=limit, inline=inline):
        found, requests = found + page.records, requests + 1
        if not page.goes_by_id:
            _go_on_as_one(walk, stretch, trail)
        if len(found) >= size or _is_beyond(page, stretch):
            break
    return found, requests


def _is_beyond(page: Page, stretch: Stretch) -> bool:
    """Tell whether the records after a page belong to another stretch."""
    return bool(stretch.until is not None and page.after and int(page.after) >= stretch.until)


def _go_on_as_one(walk: Walk, stretch: Stretch, trail: Trail) -> None:
    """Keep the trail of a type whose cursors are no ids. Raises Unavailable where the type was cut
    while they were: its other stretches have no cursor to begin at."""
    if not _is_whole(stretch):
        raise Unavailable(
            f"HubSpot's cursors in the list of {walk.kind.name} are no ids any more, and this run "
            "reads stretches of ids. `spoke scans cancel` ends it, and a new one reads the list "
            "in one"
        )
    walk.trail = trail


def _links(
    client: Client, walk: Walk, found: Sequence[JsonObject], shown: Mapping[str, JsonObject]
) -> tuple[dict[str, inline_links.Links], int]:
    """Answer the links of these records, by the type at their other end, and the number of requests
    that they cost. What the list has not `shown` is asked for side by side: one answer's time."""
    links, rest = dict[str, inline_links.Links](), dict[str, list[str]]()
    for to in walk.linked if found else ():
        links[to], rest[to] = {}, [record["id"] for record in found]
        if to in shown:
            links[to], rest[to] = inline_links.read(walk, to, shown[to], found)

    def ask(to: str) -> inline_links.Links:
        asked = partial(client.associations, walk.kind.path, walk.types[to].path, rest[to])
        return patiently(client.rest, asked)

    ends = [to for to, ids in rest.items() if ids]
    with ThreadPoolExecutor(max(len(ends), 1), thread_name_prefix="links") as threads:
        for to, answer in zip(ends, threads.map(ask, ends), strict=True):
            links[to] |= answer
    return links, len(ends)


def keep(context: Context, walk: Walk, chunk: Chunk, stretch: Stretch) -> str:
    """Write rows and checkpoint in one transaction; answer the scan's state. The live path reads
    rows again that lost to a newer fetch, since that fetch may not have read their links."""
    of, scan = walk.of, walk.scan
    _note_pairs(context, walk)
    with context.database.transaction() as conn:
        tally = _tally(conn, of, chunk.fetched.rows)
        lost = save(conn, of, chunk.fetched, scan.scan_id, walk.types).lost
        changes.mark_records(conn, of, sorted(lost))
        scans.put(conn, scan, stretch)
        return scans.advance(
            conn, scan, chunk.cursor, len(chunk.fetched.rows), chunk.requests, tally
        )


def _note_pairs(context: Context, walk: Walk) -> None:
    """Note new pairs apart from the rows: every thread that writes rows holds the portal's row for
    share, and two of them would wait for each other to change it."""
    if walk.found:
        with context.database.transaction() as conn:
            found_pairs.note(conn, walk.of, walk.found)


def _tally(conn: Connection, of: Mirrored, rows: Sequence[Row]) -> Tally:
    """Count the records that are new here, and those that HubSpot changed or archived since."""
    kept = stored.modified_times(conn, of, [row.hubspot_id for row in rows])
    created = updated = 0
    for row in rows:
        updated_at, archived = kept.get(row.hubspot_id, (None, None))
        if updated_at is None:
            created += 1
        elif row.updated_at > updated_at or row.archived != archived:
            updated += 1
    return Tally(created, updated)
