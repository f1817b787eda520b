"""Our rows against the records themselves, asked behind the API: no rate limit, and none of the
code under test."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from hubspot.objects import CORE_TYPES, ObjectType
from lab.simulated import PATIENCE_SECONDS
from lab.stack import Stack

PIECE = 10_000  # whole records in one answer


def equal_at(stack: Stack) -> float:
    """Answer when the rows were seen equal to the records: the moment at which that look began, by
    the monotonic clock."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        looked = time.monotonic()
        if not stack.waiting() and not differences(stack):
            return looked
        time.sleep(0.05)
    raise TimeoutError(f"rows differ from the source still: {differences(stack)}")


def differences(
    stack: Stack, object_types: tuple[str, ...] = tuple(CORE_TYPES), portal_id: int | None = None
) -> dict[str, list[str]]:
    """Answer type → ids whose row is missing, left over, or differs in a property, modified time or
    archived flag. Looks at the stack's own portal unless another is named."""
    found = {
        name: _unequal(stack, name, portal_id or stack.portal.portal_id) for name in object_types
    }
    return {name: ids for name, ids in found.items() if ids}


def _unequal(stack: Stack, object_type: str, portal_id: int) -> list[str]:
    theirs = stack.hubspot.ask(f"records/{object_type}?portal_id={portal_id}")["records"]
    statement = (
        f"select hubspot_id, archived, raw_json from {CORE_TYPES[object_type].table}"
        " where portal_id = %s"
    )
    with stack.context.database.transaction() as conn:
        rows = conn.execute(statement.encode(), [portal_id]).fetchall()
    ours = {row["hubspot_id"]: _digest(row) for row in rows}
    return sorted(
        each for each in theirs.keys() | ours.keys() if not _same(theirs.get(each), ours.get(each))
    )


def _same(theirs: dict[str, Any] | None, ours: dict[str, Any] | None) -> bool:
    """Compare a row with its record. A record that HubSpot archived may be hidden here or absent,
    and its values do not count."""
    if theirs is None or theirs["archived"]:
        return ours is None or ours["archived"]
    return theirs == ours


def _digest(row: dict[str, Any]) -> dict[str, Any]:
    """Answer the rows in the words of lab/simulator/routes/control.py."""
    values = row["raw_json"]["properties"]
    pairs = orjson.dumps(
        sorted([name, value] for name, value in values.items() if value is not None)
    )
    return {
        "updatedAt": row["raw_json"]["updatedAt"],
        "archived": row["archived"],
        "properties_hash": hashlib.sha1(pairs, usedforsecurity=False).hexdigest(),
    }


def misled(stack: Stack, kind: ObjectType) -> list[str]:
    """Answer the ids of the records whose links are others in our columns than in the source."""
    columns = kind.link_columns
    statement = f"select {', '.join(['hubspot_id', *columns.values()])} from {kind.table}"
    with stack.context.database.transaction() as conn:
        rows = conn.execute(statement.encode()).fetchall()
    kept = {row["hubspot_id"]: row for row in rows}

    def ours(hubspot_id: str) -> dict[str, set[str]]:
        row = kept.get(hubspot_id, {})
        return {to: set(row.get(name) or ()) for to, name in columns.items()}

    def theirs(record: Mapping[str, Any]) -> dict[str, set[str]]:
        return {to: set(record["associations"].get(to, ())) for to in columns}

    return sorted(
        hubspot_id
        for hubspot_id, record in _whole(stack, kind.name)
        if ours(hubspot_id) != theirs(record)
    )


def _whole(stack: Stack, object_type: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every record with its links, a piece of the portal at a time."""
    after = "0"
    while after:
        answer = stack.hubspot.ask(f"records/{object_type}?full=1&limit={PIECE}&after={after}")
        yield from answer["records"].items()
        after = answer["next"]
