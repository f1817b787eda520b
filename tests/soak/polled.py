"""What no webhook tells of: lists, forms and the other polled families, changed in HubSpot and
compared with the copy."""

from __future__ import annotations

from datetime import UTC, datetime
from json import dumps
from random import Random
from typing import Any

from hubspot.json_types import JsonObject
from hubspot.polled import FAMILIES, PolledFamily
from tests.soak.mirror import Mirror
from tests.soak.portals import Pair

CHANGEABLE = sorted(FAMILIES)
# What an answer adds to an entry, or shows only in part.
SHOWN_OTHERWISE = ("additionalProperties", "portalId", "properties", "stats")


def change(pair: Pair, place: int, family: PolledFamily, seed: int, contacts: list[str]) -> str:
    """Have an entry of a family be new, change, go or come back; answer which."""
    rng, held = Random(seed), pair.families(place).get(family.name, {})
    parent = rng.choice(sorted(held))
    if family.are_members:
        return _move(pair, place, parent, rng, contacts, held[parent])
    entries, gone = held[parent], pair.gone[place].setdefault((family.name, parent), {})
    acts = ["new"] if family.is_log else ["new", "change", "go", "come back"]
    match rng.choice(acts):
        case "come back" if gone:
            key, act = rng.choice(sorted(gone)), "come back"
            entry = gone.pop(key)
        case "go" if entries:
            key = rng.choice(sorted(entries))
            gone[key] = entries[key]
            pair.ask("families", place, family=family.name, parent=parent, remove=[key])
            return "go"
        case "change" if entries:
            key, act = rng.choice(sorted(entries)), "change"
            entry = entries[key] | {"name": f"changed by {seed}"}
        case _:
            like = rng.choice([*entries.values(), *gone.values()] or [{}])
            key, act = f"{700_000 + seed}", "new"
            entry = like | ({family.key: key} if not family.digest_of else {})
    now = datetime.now(UTC)
    if family.updated == "updatedAt":
        entry |= {"updatedAt": now.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    elif act == "new":
        entry |= {family.updated: int(now.timestamp() * 1000)}
    pair.ask("families", place, family=family.name, parent=parent, put={key: entry})
    return act


def _move(
    pair: Pair, place: int, parent: str, rng: Random, contacts: list[str], members: JsonObject
) -> str:
    """Add contacts to a list, or remove some."""
    act = rng.choice(["add", "remove"]) if members else "add"
    ids = rng.sample(sorted(members), 1) if act == "remove" else rng.sample(contacts, 1)
    pair.call(place, "PUT", f"/crm/lists/2026-09/{parent}/memberships/{act}", ids)
    return act


def differences(mirror: Mirror, place: int, purged: set[tuple[int, str]]) -> dict[str, Any]:
    """Answer by family what only one side has, or has otherwise; of purged contacts nothing is
    expected."""
    portal_id = mirror.pair.portal_ids[place]
    erased = {each for portal, each in purged if portal == portal_id}
    theirs, found = mirror.pair.families(place), {}
    for family in FAMILIES.values():
        shown = {
            (parent, each)
            for parent, entries in theirs.get(family.name, {}).items()
            if _is_there(theirs, family, parent)
            for each in _told(family, entries, erased)
        }
        kept = _kept(mirror, portal_id, family, theirs, erased)
        if shown != kept:
            found[family.name] = {"only HubSpot": shown - kept, "only here": kept - shown}
    return found


def _is_there(theirs: JsonObject, family: PolledFamily, parent: str) -> bool:
    return not family.parent or parent in theirs[family.parent][""]


def _told(family: PolledFamily, entries: JsonObject, erased: set[str]) -> list[str]:
    if family.are_members:
        return [key for key in entries if key not in erased]
    return [_content(family, raw) for raw in entries.values()]


def _content(family: PolledFamily, raw: JsonObject) -> str:
    plain = {name: value for name, value in raw.items() if name not in SHOWN_OTHERWISE}
    return dumps(plain, sort_keys=True)


def _kept(
    mirror: Mirror, portal_id: int, family: PolledFamily, theirs: JsonObject, erased: set[str]
) -> set[tuple[str, str]]:
    with mirror.context.database.transaction() as conn:
        if family.are_members:
            rows = conn.execute(
                "select list_id as parent, record_id::text as content from hubspot_list_memberships"
                " where portal_id = %s and gone_at is null",
                [portal_id],
            ).fetchall()
            rows = [row for row in rows if row["content"] not in erased]
        else:
            rows = conn.execute(
                "select parent_key as parent, raw_json from hubspot_polled"
                " where portal_id = %s and family = %s and gone_at is null",
                [portal_id, family.name],
            ).fetchall()
            rows = [row | {"content": _content(family, row["raw_json"])} for row in rows]
    there = [row for row in rows if _is_there(theirs, family, row["parent"])]
    return {(row["parent"], row["content"]) for row in there}
