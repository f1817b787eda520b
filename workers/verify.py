"""Compare our rows with HubSpot's records and report every difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from db import definitions
from db import records as stored
from db.portals import Portal
from hubspot import records
from hubspot.client import LINK_BATCH, Client
from hubspot.objects import OBJECT_TYPES, ObjectType
from hubspot.rate_limit import BULK
from workers.backfill import patiently
from workers.context import Context

Json = dict[str, Any]


@dataclass
class Report:
    """What verify found in one type: how many records were compared, and the ids that differ, by kind."""

    object_type: str
    compared: int = 0
    differences: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, hubspot_id: str) -> None:
        self.differences.setdefault(kind, []).append(hubspot_id)

    @property
    def unequal(self) -> int:
        return sum(len(ids) for ids in self.differences.values())


def verify(context: Context, portal: Portal, object_types: Sequence[str] = ()) -> list[Report]:
    """Every record of these types, all types in parallel. Kinds of difference: `missing` (no row), `extra` (a row that
    shows a record HubSpot no longer has), `archived` (hidden here, alive there), `properties`, `modified`, and
    `associations`."""
    kinds = [OBJECT_TYPES[name] for name in object_types or OBJECT_TYPES]
    with ThreadPoolExecutor(max_workers=len(kinds), thread_name_prefix="verify") as threads:
        return list(threads.map(lambda kind: _verify_type(context, portal, kind), kinds))


def _verify_type(context: Context, portal: Portal, kind: ObjectType) -> Report:
    report, last = Report(kind.name), "0"
    client = context.client(portal, BULK)
    with context.database.transaction() as conn:
        names = definitions.property_names(conn, portal.portal_id, kind.name)
    for theirs in _chunks(client, kind, names):
        end = max(theirs, key=int, default=None)
        with context.database.transaction() as conn:
            ours = stored.rows_between(conn, kind, portal.portal_id, last, end)
        _compare(report, kind, theirs, ours)
        last = end or last
    return report


def _chunks(client: Client, kind: ObjectType, properties: Sequence[str]) -> Iterator[dict[str, Json]]:
    """HubSpot's records by id, with their links, in ascending order; the last chunk is empty: what we have beyond
    HubSpot's last id is compared with it."""
    names, after, more = kind.property_names(properties), None, True
    while more:
        found: dict[str, Json] = {}
        while more and len(found) < LINK_BATCH:
            cursor = after
            page = patiently(lambda: client.list_page(kind.name, names, cursor))  # noqa: B023  # called at once
            found |= {str(record["id"]): record for record in page.records}
            after, more = page.after, page.after is not None
        if found:
            for to in kind.associations:
                links = patiently(lambda: client.associations(kind.name, to, list(found)))  # noqa: B023
                for hubspot_id, ends in links.items():
                    found[hubspot_id].setdefault("links", {})[to] = ends
            yield found
    yield {}


def _compare(report: Report, kind: ObjectType, theirs: dict[str, Json], ours: dict[str, Json]) -> None:
    report.compared += len(theirs)
    for hubspot_id in sorted(theirs.keys() | ours.keys(), key=int):
        there, here = theirs.get(hubspot_id), ours.get(hubspot_id)
        difference = _difference(kind, there, here)
        if difference:
            report.add(difference, hubspot_id)


def _difference(kind: ObjectType, there: Json | None, here: Json | None) -> str | None:
    """The first way in which a record differs, or None when it is the same."""
    if there is None:
        return None if here is None or here["archived"] or here["merged_into"] else "extra"
    if here is None:
        return "missing"
    if here["archived"]:
        return "archived"
    links = there.pop("links", {})
    expected = records.loads(records.row(kind, there, links).raw_json.encode())
    if expected["properties"] != here["raw_json"]["properties"]:
        return "properties"
    if expected.get("updatedAt") != here["raw_json"].get("updatedAt"):
        return "modified"
    return "associations" if _link_sets(expected) != _link_sets(here["raw_json"]) else None


def _link_sets(record: Json) -> dict[str, set[tuple[Any, ...]]]:
    """Links as sets: HubSpot promises no order. A type that was never read is not the same as one without links."""
    return {
        to: {(link["id"], link.get("typeId"), link.get("label")) for link in ends["results"]}
        for to, ends in (record.get("associations") or {}).items()
    }
