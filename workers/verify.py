"""Compare our rows with HubSpot's records, report every difference, heal on request.

At the cost of list pages (a hundred records with all properties each) and association batches (a
thousand records each): what a batch read would cost, and it also finds records that we never heard
of.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import deliveries
import jobs
from db import catch_ups, changes, stored
from db import metadata as definitions
from db.changes import Mark
from db.portals import Portal
from db.queries import QUERIES
from hubspot import records
from hubspot.catalogue import Catalogue
from hubspot.client import BATCH, LINK_BATCH, Client
from hubspot.errors import HubSpotError
from hubspot.json_types import JsonObject
from hubspot.objects import ObjectType
from hubspot.rate_limit import BULK
from operations.stopping import side_by_side
from workers.backfill import patiently
from workers.context import Context

IDS_KEPT = 1_000  # of each kind of difference, in verify_runs
LOOKED_AT_AGAIN = 10_000  # where more differ, it is not because they changed meanwhile
PATIENCE_SECONDS = 60
HUBSPOT_TELLS_WITHIN = timedelta(seconds=10)
Names = Callable[[], list[str]]


@dataclass
class Report:
    """What verify found in one type: how many records were compared, the ids that differ, by kind,
    and why no more were compared, where HubSpot refused."""

    object_type: str
    compared: int = 0
    differences: dict[str, list[str]] = field(default_factory=dict)
    failure: str = ""

    @property
    def unequal(self) -> int:
        return sum(len(ids) for ids in self.differences.values())


@dataclass(frozen=True, slots=True)
class Section:
    """HubSpot's records with after < id <= until (None: to the end), by id, each with its links
    under "links"; and how many requests they cost."""

    after: str
    until: str | None
    records: dict[str, JsonObject]
    requests: int = 0


def verify(
    context: Context,
    portal: Portal,
    object_types: Sequence[str] = (),
    sample: int | None = None,
    heal: bool = False,
    patience: float = PATIENCE_SECONDS,
) -> list[Report]:
    """Every record of these types, or about `sample` of each, all types in parallel. Kinds of
    difference: `missing` (no row), `extra` (a row that shows a record HubSpot does not), `archived`
    (hidden here, alive there), `properties`, `modified`, `associations`. What is on its way is
    waited for, as long as `patience` (seconds). With `heal` each of them is fetched again. A type
    that HubSpot does not let us read fails alone, and counts as no run. Raises Stopped once the
    process is to end; types that were compared by then count."""
    types = context.types(portal)
    kinds = [types[name] for name in object_types or types]
    run_id = uuid4()
    with side_by_side(context.stop, len(kinds), "verify") as threads:
        return list(
            threads.map(
                lambda kind: _verify_type(context, portal, kind, run_id, sample, heal, patience),
                kinds,
            )
        )


def _verify_type(
    context: Context,
    portal: Portal,
    kind: ObjectType,
    run_id: UUID,
    sample: int | None,
    heal: bool,
    patience: float,
) -> Report:
    report, started_at = Report(kind.name), datetime.now(UTC)
    try:
        _compare_all(context, portal, kind, report, sample, patience)
    except HubSpotError as error:
        report.failure = str(error)
        return report
    _conclude(context, portal, kind, report, run_id, started_at, sample is not None, heal)
    return report


def _compare_all(
    context: Context,
    portal: Portal,
    kind: ObjectType,
    report: Report,
    sample: int | None,
    patience: float,
) -> None:
    client, types = (
        patiently(context.stop.wait, lambda: context.client(portal, BULK)),
        context.types(portal),
    )
    names = names_of(context, portal, kind)
    for stretch in (
        everything(client, kind, names, types)
        if sample is None
        else _sampled(client, kind, names(), types, sample)
    ):
        with context.database.transaction() as conn:
            ours = stored.rows_between(conn, kind, portal.portal_id, stretch.after, stretch.until)
        compare(report, kind, stretch.records, ours)
    _look_again(context, portal, kind, names, report, patience)


def _look_again(
    context: Context,
    portal: Portal,
    kind: ObjectType,
    names: Names,
    report: Report,
    patience: float,
) -> None:
    """A record that changed meanwhile was compared with what it had been, or its change is on its
    way. So those that differ are read once more, and again while that may be why."""
    client, types = context.client(portal, BULK), context.types(portal)
    give_up = time.monotonic() + patience
    while 0 < report.unequal <= LOOKED_AT_AGAIN:
        ids = list({each: None for different in report.differences.values() for each in different})
        theirs = _with_links(client, kind, types, _read(client, kind, names(), ids))
        coming = deliveries.waiting(context.server) > 0
        with context.database.transaction() as conn:
            ours = stored.rows_of(conn, kind, portal.portal_id, ids)
            coming |= bool(changes.still_pending(conn, portal.portal_id, kind.name, ids))
            coming |= catch_ups.is_open(conn, portal.portal_id, kind.name)
        report.differences = _differences(kind, theirs, ours)
        coming |= any(_is_news(theirs.get(each), ours.get(each)) for each in ids)
        if not coming or time.monotonic() > give_up:
            return
        context.stop.wait(1)


def _read(
    client: Client, kind: ObjectType, names: Sequence[str], ids: Sequence[str]
) -> dict[str, JsonObject]:
    found: dict[str, JsonObject] = {}
    for start in range(0, len(ids), BATCH):
        page = patiently(
            client.rest,
            lambda: client.batch_read(kind.path, ids[start : start + BATCH], names),  # noqa: B023  # called at once
        )
        found |= {str(record["id"]): record for record in page}
    # of merged ids HubSpot may answer with the survivor
    return {each: found[each] for each in ids if each in found}


def _is_news(there: JsonObject | None, here: JsonObject | None) -> bool:
    """Changed so lately that HubSpot may not have told us yet."""
    changed_at = there and records.timestamp(there.get("updatedAt"))
    late = here is None or (changed_at and here["updated_at"] < changed_at)
    return bool(changed_at and late and datetime.now(UTC) - changed_at < HUBSPOT_TELLS_WITHIN)


def names_of(context: Context, portal: Portal, kind: ObjectType) -> Names:
    """The properties to compare, as they are known when it is called: a run of hours may see some
    more appear."""

    def names() -> list[str]:
        with context.database.transaction() as conn:
            return kind.property_names(
                definitions.property_names(conn, portal.portal_id, kind.name)
            )

    return names


def everything(
    client: Client, kind: ObjectType, names: Names, types: Catalogue, last: str = "0"
) -> Iterator[Section]:
    """All of HubSpot's records above the id `last`, ascending; the last stretch, beyond the last
    id, holds none."""
    after: str | None = last
    while after is not None:
        found: dict[str, JsonObject] = {}
        asked, pages = names(), 0
        while after is not None and len(found) < LINK_BATCH:
            page, after = _page(client, kind, asked, after)
            found, pages = found | page, pages + 1
        if found:
            until = max(found, key=int)
            yield Section(
                last, until, _with_links(client, kind, types, found), pages + len(kind.associations)
            )
            last = until
    yield Section(last, None, {})


def _sampled(
    client: Client, kind: ObjectType, names: Sequence[str], types: Catalogue, sample: int
) -> Iterator[Section]:
    """Pages from random places: whatever lies between the first and last id of a page is
    compared."""
    newest = patiently(
        client.rest, lambda: client.search(kind.path, [], "-hs_object_id", ["hs_object_id"])
    ).records
    for _ in range(0, sample if newest else 0, BATCH):
        after = str(random.randint(0, int(newest[0]["id"])))
        found, following = _page(client, kind, names, after)
        if found:
            until = max(found, key=int) if following else None
            yield Section(after, until, _with_links(client, kind, types, found))


def _page(
    client: Client, kind: ObjectType, names: Sequence[str], after: str
) -> tuple[dict[str, JsonObject], str | None]:
    page = patiently(client.rest, lambda: client.list_page(kind.path, names, after))
    return {str(record["id"]): record for record in page.records}, page.after


def _with_links(
    client: Client, kind: ObjectType, types: Catalogue, found: dict[str, JsonObject]
) -> dict[str, JsonObject]:
    """Add the links of all that was found, as many records a request as HubSpot takes: of records
    that are looked at again there may be thousands."""
    ids = list(found)
    for to in kind.associations:
        for start in range(0, len(ids), LINK_BATCH):
            links = patiently(
                client.rest,
                partial(
                    client.associations, kind.path, types[to].path, ids[start : start + LINK_BATCH]
                ),
            )
            for hubspot_id, ends in links.items():
                found[hubspot_id].setdefault("links", {})[to] = ends
    return found


def compare(
    report: Report, kind: ObjectType, theirs: dict[str, JsonObject], ours: dict[str, JsonObject]
) -> None:
    report.compared += len(theirs)
    for difference, ids in _differences(kind, theirs, ours).items():
        report.differences.setdefault(difference, []).extend(ids)


def _differences(
    kind: ObjectType, theirs: dict[str, JsonObject], ours: dict[str, JsonObject]
) -> dict[str, list[str]]:
    """Kind of difference → ids, ascending."""
    found: dict[str, list[str]] = {}
    for hubspot_id in sorted(theirs.keys() | ours.keys(), key=int):
        difference = _difference(kind, theirs.get(hubspot_id), ours.get(hubspot_id))
        if difference:
            found.setdefault(difference, []).append(hubspot_id)
    return found


def _difference(kind: ObjectType, there: JsonObject | None, here: JsonObject | None) -> str | None:
    """The first way in which a record differs, or None when it is the same."""
    if there is None:
        return None if here is None or here["archived"] or here["merged_into"] else "extra"
    if here is None:
        return "missing"
    if here["archived"] or here["merged_into"]:
        return "archived"
    links = there.pop("links", {})
    expected = records.loads(records.row(kind, there, links).raw_json.encode())
    if _values(expected) != _values(here["raw_json"]):
        return "properties"
    if expected.get("updatedAt") != here["raw_json"].get("updatedAt"):
        return "modified"
    return "associations" if _link_sets(expected) != _link_sets(here["raw_json"]) else None


def _values(record: JsonObject) -> dict[str, Any]:
    """A property that has no value and one that was not asked for, for there was none yet, mean the
    same."""
    return {name: value for name, value in record["properties"].items() if value not in (None, "")}


def _link_sets(record: JsonObject) -> dict[str, set[tuple[Any, ...]]]:
    """Links as sets: HubSpot promises no order. A type that was never read is not the same as one
    without links."""
    return {
        to: {(link["id"], link.get("typeId"), link.get("label")) for link in ends["results"]}
        for to, ends in (record.get("associations") or {}).items()
    }


def _conclude(
    context: Context,
    portal: Portal,
    kind: ObjectType,
    report: Report,
    run_id: UUID,
    started_at: datetime,
    sampled: bool,
    heal: bool,
) -> None:
    """Note the run for sync_status and, to heal, mark what differs for the one path by which every
    change arrives."""
    kept = {name: ids[:IDS_KEPT] for name, ids in report.differences.items()}
    different = (
        [hubspot_id for ids in report.differences.values() for hubspot_id in ids] if heal else []
    )
    with context.database.transaction() as conn:
        links = frozenset(kind.associations)
        changes.mark(
            conn, [Mark(portal.portal_id, kind.name, hubspot_id, links) for hubspot_id in different]
        )
        conn.execute(
            QUERIES["note_verify"],
            {
                "portal_id": portal.portal_id,
                "run_id": run_id,
                "object_type": kind.name,
                "sampled": sampled,
                "started_at": started_at,
                "compared": report.compared,
                "unequal": report.unequal,
                "differences": records.dumps(kept),
                "healed": heal,
            },
        )
    if different:
        jobs.wake(context.server, jobs.FETCH, portal.portal_id, kind.name)
