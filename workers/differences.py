"""Say how HubSpot's records and our rows differ: by kind of difference, record by record. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from hubspot import json_text, records
from hubspot.json_types import JsonObject
from hubspot.objects import ObjectType

IDS_KEPT = 1_000  # of each kind of difference, in verify_runs


@dataclass
class Report:
    """Hold verify's result for one type of a portal.

    It has the number of compared records, and the ids that differ, by kind. Where HubSpot refused,
    it has the reason why no more were compared.
    """

    portal_id: int
    object_type: str
    compared: int = 0
    differences: dict[str, list[str]] = field(default_factory=dict)
    failure: str = ""

    @property
    def unequal(self) -> int:
        return len(self.ids)

    @property
    def ids(self) -> list[str]:
        return list(chain.from_iterable(self.differences.values()))


def compare(
    report: Report, kind: ObjectType, theirs: dict[str, JsonObject], ours: dict[str, JsonObject]
) -> None:
    """Add one section's differences to a report."""
    report.compared += len(theirs)
    for difference, ids in differences(kind, theirs, ours).items():
        report.differences.setdefault(difference, []).extend(ids)


def differences(
    kind: ObjectType, theirs: dict[str, JsonObject], ours: dict[str, JsonObject]
) -> dict[str, list[str]]:
    """Answer kind of difference → ids, ascending."""
    found: dict[str, list[str]] = {}
    for hubspot_id in sorted(theirs.keys() | ours.keys(), key=int):
        if differs := _difference(kind, theirs.get(hubspot_id), ours.get(hubspot_id)):
            found.setdefault(differs, []).append(hubspot_id)
    return found


def _difference(kind: ObjectType, there: JsonObject | None, here: JsonObject | None) -> str | None:
    """Answer the first way in which a record differs, or None when it is the same."""
    if there is None:
        if here is None or here["archived"] or here["merged_into"]:
            return None
        return "extra"
    if here is None:
        return "missing"
    if here["archived"] or here["merged_into"]:
        return "archived"
    links = there.pop("links", {})
    expected = json_text.loads(records.row(kind, there, links).raw_json.encode())
    if _values(expected) != _values(here["raw_json"]):
        return "properties"
    if expected.get("updatedAt") != here["raw_json"].get("updatedAt"):
        return "modified"
    if not _same_links(kind, expected["associations"], here):
        return "associations"
    return None


def _values(record: JsonObject) -> dict[str, Any]:
    """Answer the properties that have a value. An empty property and one that was not asked for,
    because it did not exist yet, mean the same."""
    return {name: value for name, value in record["properties"].items() if value not in (None, "")}


def _same_links(kind: ObjectType, there: JsonObject, here: JsonObject) -> bool:
    """Tell whether a row has the right links: in raw_json, and in the table of pairs the ones
    without a column."""
    theirs = _link_sets(kind, there)
    if theirs != _link_sets(kind, here["raw_json"].get("associations") or {}):
        return False
    pairs = {to: {"results": ends} for to, ends in here.get("pairs", {}).items()}
    alone = {to: links for to, links in theirs.items() if links and to in kind.pair_types}
    return alone == _link_sets(kind, pairs)


def _link_sets(kind: ObjectType, linked: JsonObject) -> dict[str, set[tuple[Any, ...]]]:
    """Answer links as sets: HubSpot promises no order. A type that was never read is not the same
    as one without links, but for types that the portal turned out to link to: these are read where
    there is a link."""
    found = {}
    for to, ends in linked.items():
        links = {(link["id"], link.get("typeId"), link.get("label")) for link in ends["results"]}
        if links or (to in kind.associations and to not in kind.learnt):
            found[to] = links
    return found
