"""Keep associations that have no column of ids, and know which pairs of types a portal uses.

The pairs follow their records: what the guard let in is written in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from db import stored
from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import tuples
from hubspot.catalogue import Pair
from hubspot.mirrored import Mirrored
from hubspot.records import Links, Row

Read = Row | Links


def used(conn: Connection, portal_id: int) -> list[Pair]:
    """List the pairs of types whose associations are kept because the portal uses them."""
    return tuples(conn, QUERIES["association_pairs"], {"portal_id": portal_id})


def use(conn: Connection, portal_id: int, pairs: Iterable[Pair], found_by: str) -> None:
    """Keep the associations of these pairs from now on. Every process learns of it with the
    portal's types."""
    known = sorted({(min(pair), max(pair)) for pair in pairs})
    if not known:
        return
    ones, others = zip(*known, strict=True)
    told = {"portal_id": portal_id, "found_by": found_by}
    conn.execute(QUERIES["use_pairs"], told | {"ones": list(ones), "others": list(others)})


def put_types(conn: Connection, portal_id: int, pair: Pair, types: str) -> None:
    """Store the association types of a pair in one direction, a JSON array of HubSpot's."""
    told = {"portal_id": portal_id, "from_type": pair[0], "to_type": pair[1], "types": types}
    conn.execute(QUERIES["put_association_types"], told)


def put(conn: Connection, of: Mirrored, read: Iterable[Read], kept: Collection[str]) -> None:
    """Replace the pairs of those of these records that the guard let in, as far as they were
    read. Of a record that comes twice the last one counts."""
    columns = of.kind.link_columns
    asked, found = [], []
    for each in {each.hubspot_id: each for each in read}.values():
        if each.hubspot_id not in kept:
            continue
        for to, ends in each.ends.items():
            if to not in columns:
                asked.append((each.hubspot_id, to))
                found += [_pair(each.hubspot_id, to, end) for end in ends]
    if not asked:
        return
    from_ids, to_types = zip(*sorted(asked), strict=True)
    told = {"from_ids": list(from_ids), "to_types": list(to_types), "found": json.dumps(found)}
    conn.execute(QUERIES["put_associations"], of.where | told)


def _pair(from_id: str, to: str, end: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a pair as its table has it. Old answers say no type of it: that is 0."""
    type_id = str(end.get("typeId") or 0)
    return {
        "from_id": from_id,
        "to_type": to,
        "to_id": str(end["id"]),
        "type_id": int(type_id) if type_id.isdecimal() else 0,
        "category": end.get("category") or "",
        "label": end.get("label"),
    }


def forget(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> None:
    """Forget the pairs of those of these records that show no more."""
    if not (hubspot_ids and of.kind.pair_types):
        return
    shows = {each for each, visible in stored.visible(conn, of, hubspot_ids).items() if visible}
    gone = sorted({*hubspot_ids} - shows)
    conn.execute(QUERIES["forget_associations"], of.where | {"ids": gone})


def erase(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> None:
    """Forget the pairs of these records at both of their ends."""
    conn.execute(QUERIES["erase_associations"], of.where | {"ids": sorted(hubspot_ids)})


def of_records(
    conn: Connection, of: Mirrored, hubspot_ids: Sequence[str]
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Read the stored pairs of records: id → type → [{"id", "typeId", "category", "label"}]."""
    if not (hubspot_ids and of.kind.pair_types):
        return {}
    asked = of.where | {"ids": list(hubspot_ids)}
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in conn.execute(QUERIES["associations_of_records"], asked).fetchall():
        end = {"id": row["to_id"], "typeId": row["type_id"], "label": row["label"]}
        ends = found.setdefault(row["from_id"], {}).setdefault(row["to_type"], [])
        ends.append(end | {"category": row["category"]})
    return found


def add_pairs(conn: Connection, of: Mirrored, rows: dict[str, dict[str, Any]]) -> None:
    """Add to rows what the table of pairs has of them, for comparisons: type → links."""
    pairs = of_records(conn, of, list(rows))
    for each, row in rows.items() if of.kind.pair_types else ():
        row["pairs"] = pairs.get(each, {})
