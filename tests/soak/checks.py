"""What must hold of the copy: at any time, and after quiet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import sql

from db.connect import Connection
from hubspot.json_types import JsonObject
from hubspot.objects import OBJECT_TYPES, ObjectType
from tests.soak.mirror import Mirror
from tests.soak.portals import CUSTOM, POPULATION
from workers.verify import verify

Version = tuple[Any, Any]


def differences(
    mirror: Mirror, place: int, names: Sequence[str], heal: bool = False
) -> dict[str, dict[str, list[str]]]:
    """Answer what verify says of these types of a portal, by type and kind of difference."""
    portal = mirror.context.portal(mirror.pair.portal_ids[place])
    assert portal is not None
    return {
        report.object_type: report.differences
        for report in verify(mirror.context, portal, names, heal=heal, patience=0)
        if report.unequal or report.failure
    }


def versions(mirror: Mirror, guests: Sequence[str]) -> dict[tuple[str, int, str], Version]:
    """Answer how new each row is."""
    parts = [
        f"select '{name}' as type, portal_id, hubspot_id, updated_at, fetched_at"
        f" from hubspot_{name}_raw"
        for name in (*POPULATION, *guests)
        if name != CUSTOM
    ]
    if CUSTOM in guests:
        parts.append(
            "select object_type as type, portal_id, hubspot_id, updated_at, fetched_at"
            " from hubspot_objects_raw"
        )
    with mirror.context.database.transaction() as conn:
        rows = conn.execute(" union all ".join(parts)).fetchall()  # type: ignore[arg-type]
    return {
        (row["type"], row["portal_id"], row["hubspot_id"]): (row["updated_at"], row["fetched_at"])
        for row in rows
    }


def assert_none_older(before: dict[Any, Version], after: dict[Any, Version]) -> None:
    """Hold that nothing is stale: a row is replaced by a newer one or not at all."""
    older = {
        key: (before[key], after[key])
        for key in before.keys() & after.keys()
        if after[key] < before[key]
    }
    assert not older, f"rows went back in time: {older}"


def assert_whole(mirror: Mirror, purged: set[tuple[int, str]], guests: Sequence[str]) -> int:
    """Hold everything that verify does not look at, of the types that every life has and of its
    guests. Answers how many records went through a chain of merges."""
    with mirror.context.database.transaction() as conn:
        rows = {kind.name: _rows(conn, kind) for kind in OBJECT_TYPES.values()}
        left = conn.execute(
            "select kind, object_type, reason from dead_letters where replayed_at is null"
            " and landed_at is null"
        ).fetchall()
        events = conn.execute(
            "select portal_id, subscription_type, event from webhook_events"
        ).fetchall()
    assert not left, f"dead letters: {left}"
    wrong = [
        problem
        for name, found in rows.items()
        for problem in _unequal_links(OBJECT_TYPES[name], found)
    ]
    assert not wrong, f"columns of links unequal to raw_json: {wrong}"
    for place, portal_id in enumerate(mirror.pair.portal_ids):
        for name in (*POPULATION, *guests):
            if name in OBJECT_TYPES:
                found = [row for row in rows[name] if row["portal_id"] == portal_id]
                mine = {row["hubspot_id"]: row for row in found}
                _assert_true(OBJECT_TYPES[name], mine, mirror.pair.truth(place, name))
    _assert_forgotten(purged, rows, events)
    return sum(len(former(row["raw_json"])) > 2 for name in POPULATION for row in rows[name])


def former(record: JsonObject) -> list[str]:
    """Answer the ids that a record had before merges."""
    return list(filter(None, (record["properties"].get("hs_merged_object_ids") or "").split(";")))


def _rows(conn: Connection, kind: ObjectType) -> list[JsonObject]:
    return conn.execute(sql.SQL("select * from {}").format(sql.Identifier(kind.table))).fetchall()


def _unequal_links(kind: ObjectType, rows: list[JsonObject]) -> Iterator[tuple[str, str, Any, Any]]:
    for row in rows:
        for to, column in kind.link_columns.items():
            told = (row["raw_json"].get("associations") or {}).get(to)
            ids = None if told is None else {link["id"] for link in told["results"]}
            if ids != (None if row[column] is None else set(row[column])):
                yield kind.name, row["hubspot_id"], ids, row[column]


def _assert_true(
    kind: ObjectType, rows: dict[str, JsonObject], truth: dict[str, JsonObject]
) -> None:
    """Hold that rows are what the simulator holds, and former ids lead to the record that they
    became part of."""
    shown = {each for each, row in rows.items() if not row["archived"] and not row["merged_into"]}
    alive = {each for each, record in truth.items() if not record["archived"]}
    assert shown == alive, f"{kind.name} of one side only: {shown ^ alive}"
    for hubspot_id, record in truth.items():
        row = rows.get(hubspot_id)
        if hubspot_id in alive:
            assert _content(rows[hubspot_id]["raw_json"]) == _content(record), (
                f"{kind.name} {hubspot_id} differs"
            )
            links = {
                column: set(record["associations"].get(to, ()))
                for to, column in kind.link_columns.items()
            }
            assert links == {column: set(rows[hubspot_id][column]) for column in links}, (
                f"links of {hubspot_id}"
            )
        elif row:
            assert row["archived"] and not row["merged_into"], (
                f"{kind.name} {hubspot_id} is archived in HubSpot: {row}"
            )
            assert row["raw_json"]["updatedAt"] == record["updatedAt"], (
                f"{hubspot_id} is older than HubSpot's"
            )
        # one that went again before we heard of it is not here
        for old in former(record) if hubspot_id in rows else ():
            became = rows[old]["merged_into"] if old in rows else hubspot_id
            assert became == hubspot_id, (
                f"{kind.name} {old} became part of {hubspot_id}, not of {became}"
            )
    for hubspot_id, row in rows.items():
        survivor = row["merged_into"]
        assert survivor is None or rows[survivor]["merged_into"] is None, (
            f"{hubspot_id} leads to {survivor}"
        )


def _content(record: JsonObject) -> tuple[str, JsonObject]:
    return record["updatedAt"], {
        name: value for name, value in record["properties"].items() if value
    }


def _assert_forgotten(
    purged: set[tuple[int, str]], rows: dict[str, list[JsonObject]], events: list[JsonObject]
) -> None:
    """Hold that of a purged contact neither row nor link nor event is left."""
    for portal_id, contact in purged:
        for name, found in rows.items():
            for row in (row for row in found if row["portal_id"] == portal_id):
                own = [row["hubspot_id"], row["merged_into"]] if name == "contacts" else []
                assert contact not in own + (row.get("contact_ids") or []), (
                    f"{contact} was purged: {row}"
                )
        told = [each for each in events if each["portal_id"] == portal_id and _names(each, contact)]
        assert not told, f"{contact} was purged: {told}"


def _names(event: JsonObject, contact: str) -> bool:
    raw, subscription = event["event"], event["subscription_type"]
    if subscription.endswith("associationChange"):
        start, _, end = str(raw.get("associationType", "")).lower().partition("_to_")
        ends = (
            (raw.get("fromObjectTypeId", start), raw["fromObjectId"]),
            (raw.get("toObjectTypeId", end), raw["toObjectId"]),
        )
        return any(kind in ("0-1", "contact") and str(each) == contact for kind, each in ends)
    is_contact = subscription.startswith("contact.") or raw.get("objectTypeId") == "0-1"
    return is_contact and contact in map(
        str, (raw.get("objectId"), *raw.get("mergedObjectIds", ()))
    )
