"""Read HubSpot's records with their links, section by section, for comparing them with our rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from db import metadata as definitions
from db.portals import Portal
from hubspot.catalogue import Catalogue
from hubspot.client import BATCH, LINK_BATCH, Client
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from hubspot.paging import FIRST, Page, Trail, is_id
from hubspot.rate_limit import BULK
from workers import found_pairs
from workers.context import Context
from workers.patience import listed, patiently, records_of


@dataclass(frozen=True, slots=True)
class RecordSource:
    """Give access to HubSpot's records of one type. `names` answers the properties to compare at
    each call: during a run of hours some more may appear. So may types in `found`, of which its
    records showed links that nobody knew of."""

    client: Client
    kind: ObjectType
    types: Catalogue
    names: Callable[[], list[str]]
    found: set[str] = field(default_factory=set)

    @property
    def linked(self) -> tuple[str, ...]:
        """Answer the types whose links are compared."""
        return (*self.kind.associations, *sorted(self.found))

    @property
    def inline(self) -> list[str]:
        """Name the types whose links lists are to show, in case that there are any."""
        return found_pairs.paths(self.types, self.kind)


@dataclass(frozen=True, slots=True)
class Section:
    """Hold HubSpot's records with after < id <= until (None: to the end), by id, each with its
    links under "links".

    It also counts the requests that they cost, and keeps the next cursor where that is no id.
    """

    after: str
    until: str | None
    records: dict[str, JsonObject]
    requests: int = 0
    cursor: str | None = None


def source_of(context: Context, portal: Portal, kind: ObjectType) -> RecordSource:
    """Answer HubSpot's side of a comparison, as bulk work. Waits until HubSpot can be asked."""

    of = Mirrored(portal.portal_id, kind)

    def names() -> list[str]:
        with context.database.transaction() as conn:
            return kind.property_names(definitions.property_names(conn, of))

    client = patiently(context.stop.wait, lambda: context.client(portal, BULK))
    return RecordSource(client, kind, context.types(portal), names)


def everything(source: RecordSource, trail: Trail | None = None) -> Iterator[Section]:
    """Yield all of HubSpot's records from where `trail` stands, ascending; the last section,
    beyond the last id, holds none."""
    trail = trail or records_of(source.kind)
    asked: list[str] = []
    walk = listed(source.client, source.kind, lambda: asked, trail, inline=source.inline)
    while trail.at is not None:
        asked = source.names()
        last, found, requests = _gather(walk, trail)
        if found:
            links = with_links(source, found)
            cost = requests + len(source.linked)
            cursor = None if trail.at is None or is_id(trail.at) else trail.at
            yield Section(str(last), max(found, key=int), links, cost, cursor)
    yield Section(str(trail.above), None, {})


def _gather(walk: Iterator[Page], trail: Trail) -> tuple[int, dict[str, JsonObject], int]:
    """Gather as many records as one associations batch takes; answer the id behind which they
    begin, them, and the number of requests.

    Where a cursor is the first id to come instead of the last one that came, the walk of another
    night meets its checkpoint's record once more.
    """
    last, found, requests = 0, dict[str, JsonObject](), 0
    for page in walk:
        if page.ids and not found:
            last = min(trail.behind or 0, min(page.ids) - 1)
        found |= {record["id"]: record for record in page.records}
        requests += 1
        if len(found) >= LINK_BATCH:
            break
    return last, found, requests


def sampled(source: RecordSource, sample: int) -> Iterator[Section]:
    """Yield pages from random places. All rows between the first and last id of a page are
    compared. A type of one page is compared whole."""
    first = _page(source, FIRST)
    if first.after is None:
        yield _section(source, 0, first)
        return
    find = partial(source.client.search, source.kind.path, [], "-hs_object_id", ["hs_object_id"])
    newest = max(patiently(source.client.rest, find).ids, default=0)
    for _ in range(0, sample, BATCH):
        after = random.randint(0, newest)
        page = _page(source, str(after)) if first.goes_by_id else _found(source, after)
        if page.records:
            yield _section(source, after, page)


def _page(source: RecordSource, cursor: str) -> Page:
    list_page = partial(source.client.list_page, inline=source.inline)
    ask = partial(list_page, source.kind.path, source.names(), cursor)
    return patiently(source.client.rest, ask)


def _found(source: RecordSource, after: int) -> Page:
    """Find the page behind an id by search, where a list can be begun at its first page only.
    Search lags: records that it has not seen yet differ, and are read by their ids then."""
    path = source.kind.path
    behind = {"propertyName": "hs_object_id", "operator": "GT", "value": str(after)}
    find = partial(source.client.search, path, [behind], "hs_object_id", ["hs_object_id"])
    page = patiently(source.client.rest, find)
    ids = [record["id"] for record in page.records][:BATCH]
    ends = page.after is None and len(ids) == len(page.records)
    return Page([*read(source, ids).values()], None if ends else ids[-1])


def _section(source: RecordSource, after: int, page: Page) -> Section:
    found = {record["id"]: record for record in page.records}
    until = max(found, key=int) if found and page.after is not None else None
    return Section(str(after), until, with_links(source, found))


def read(source: RecordSource, ids: Sequence[str]) -> dict[str, JsonObject]:
    """Read the records of these ids that exist. For merged ids HubSpot may answer with the
    survivor, which is left out."""
    found: dict[str, JsonObject] = {}
    names = source.names()
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        ask = partial(source.client.batch_read, source.kind.path, batch, names)
        found |= {record["id"]: record for record in patiently(source.client.rest, ask)}
    return {each: found[each] for each in ids if each in found}


def with_links(source: RecordSource, found: dict[str, JsonObject]) -> dict[str, JsonObject]:
    """Add the links of all found records, as many records a request as HubSpot takes: there may be
    thousands to look at again. Records of a list may show links that nobody knew of."""
    ids, client = list(found), source.client
    source.found.update(found_pairs.shown(source.types, source.kind, found.values()))
    for to in source.linked:
        end = source.types[to].path
        for start in range(0, len(ids), LINK_BATCH):
            batch = ids[start : start + LINK_BATCH]
            ask = partial(client.associations, source.kind.path, end, batch)
            for hubspot_id, ends in patiently(client.rest, ask).items():
                found[hubspot_id].setdefault("links", {})[to] = ends
    return found
