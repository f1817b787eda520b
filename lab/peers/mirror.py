"""What Spoke mirrored of the portal, in the words in which it is compared with the peers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hubspot.catalogue import Catalogue
from hubspot.objects import ObjectType
from lab.peers.compare import Record, flat
from lab.stack import Stack

Mirrored = dict[str, dict[str, Record]]  # type → id → record


def mirrored(stack: Stack, types: Catalogue) -> Mirrored:
    """Answer every record, owner and pipeline of the portal. Records that were merged away are in
    no list of HubSpot's, so they are in none here."""
    found = {kind.name: dict(records_of(stack, kind)) for kind in types.values()}
    found["owners"] = dict(_described(stack, "select hubspot_id, raw_json from hubspot_owners"))
    for name in ("deals", "tickets"):
        statement = (
            f"select hubspot_id, raw_json from hubspot_pipelines where object_type = '{name}'"
        )
        found[f"pipelines of {name}"] = dict(_described(stack, statement))
    return found


def records_of(stack: Stack, kind: ObjectType) -> Iterator[tuple[str, Record]]:
    columns = ", ".join(["hubspot_id", "archived", "raw_json", *kind.link_columns.values()])
    conditions = ["portal_id = %(portal_id)s", "merged_into is null"]
    where = " and ".join([*conditions, *(f"{key} = %({key})s" for key in kind.key)])
    statement = f"select {columns} from {kind.table} where {where}"
    for row in _rows(stack, statement, kind.key):
        raw = row["raw_json"]
        yield (
            row["hubspot_id"],
            Record(
                {**raw["properties"], "createdAt": raw["createdAt"], "updatedAt": raw["updatedAt"]},
                _links(kind, row),
                row["archived"],
            ),
        )


def _links(kind: ObjectType, row: Mapping[str, Any]) -> dict[str, set[str]]:
    """Answer links by columns where there are some, else as raw_json keeps them."""
    kept = row["raw_json"].get("associations") or {}
    links = {
        to: {str(one["id"]) for one in kept.get(to, {}).get("results", ())}
        for to in kind.associations
    }
    return links | {to: set(row[name] or ()) for to, name in kind.link_columns.items()}


def _described(stack: Stack, statement: str) -> Iterator[tuple[str, Record]]:
    for row in _rows(stack, statement, {}):
        values = flat(row["raw_json"])
        yield row["hubspot_id"], Record(values, archived=bool(values.get("archived")))


def _rows(stack: Stack, statement: str, more: Mapping[str, Any]) -> list[dict[str, Any]]:
    with stack.context.database.transaction() as conn:
        values = {"portal_id": stack.portal.portal_id, **more}
        return list(conn.execute(statement.encode(), values).fetchall())
