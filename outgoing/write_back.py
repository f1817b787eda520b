"""Write values back to HubSpot: only what changed, a hundred records a request, never in a loop.

1. **plan**: compare what the registry's queries want with what HubSpot holds, as the mirror and our
   last writes tell. Nothing is sent.
2. **order**: note the values, and put a message for each hundred records, in one transaction.
3. **send**: the outbox's worker makes missing properties, writes the batch, and notes what HubSpot
   took. The values go into the mirror as well, because nothing else will bring them: the events
   of our own writes are not fetched (workers/echoes.py).

A process may die between HubSpot's answer and our note of it. So a second attempt reads the records
first, and writes those alone that differ.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from psycopg import sql

from db import changes
from db import metadata as definitions
from db.connect import Connection
from db.queries import QUERIES
from hubspot.equal_values import same
from hubspot.errors import MissingScopes, Refused, Unauthorized
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES, ObjectType
from outgoing import outbox
from outgoing.outbox import Draft, Message, Unsent
from outgoing.outlet import Outlet
from outgoing.write_backs import GROUP, GROUP_LABEL, WRITE_BACKS, WriteBack, ready
from outgoing.write_statements import MIRROR, PLAN

CHANNEL = "write_back"
BATCH = 100
MENDED_SECONDS = 3600.0  # between two tries while a token or a right is missing
_THERE = "already exists"  # HubSpot's words where another process was quicker
_UNKNOWN = "PROPERTY_DOESNT_EXIST"
_GONE = "OBJECT_NOT_FOUND"


class UnderWay(Exception):
    """Say that an earlier write-back of the portal waits still."""


@dataclass(frozen=True, slots=True)
class UnwrittenValue:
    """Hold one value that HubSpot does not have yet."""

    object_type: str
    hubspot_id: str
    name: str
    known: str | None
    wanted: str | None


def plan(
    conn: Connection, portal_id: int, entries: Iterable[WriteBack] = WRITE_BACKS.values()
) -> list[UnwrittenValue]:
    """List what differs in a portal, property by property; nothing is written or sent."""
    return [each for entry in ready(conn, entries) for each in _differences(conn, portal_id, entry)]


def _differences(conn: Connection, portal_id: int, entry: WriteBack) -> Iterable[UnwrittenValue]:
    table = OBJECT_TYPES[entry.object_type].table
    statement = PLAN.format(wanted=entry.wanted, table=sql.Identifier(table))
    parameters = {
        "portal_id": portal_id,
        "object_type": entry.object_type,
        "property": entry.name,
    }
    is_number = entry.value_type == "number"
    for row in conn.execute(statement, parameters):
        wanted, known = row["wanted"], row["known"]
        if not (is_number and known and wanted and same(float(wanted), known)):
            yield UnwrittenValue(entry.object_type, row["hubspot_id"], entry.name, known, wanted)


def order(
    conn: Connection,
    portal_id: int,
    found: Sequence[UnwrittenValue],
    entries: Iterable[WriteBack] = WRITE_BACKS.values(),
) -> int:
    """Note values that are to be written, and put a message for each hundred records; answer how
    many messages. Raises UnderWay while messages of an earlier order wait."""
    conn.execute(QUERIES["lock_write_back"], {"portal_id": portal_id})
    waits = conn.execute(QUERIES["write_back_waits"], {"portal_id": portal_id}).fetchone()
    if waits and waits["messages"]:
        said = f"{waits['messages']} messages of an earlier write-back wait"
        raise UnderWay(f"portal {portal_id}: {said}; see `spoke write-back status`")
    run, drafts = datetime.now(UTC).isoformat(), []
    made = {each.name: each.definition for each in entries}
    for object_type, inputs in _by_record(found).items():
        _note_asked(conn, portal_id, object_type, inputs)
        for place in range(0, len(inputs), BATCH):
            payload = _payload(object_type, inputs[place : place + BATCH], made)
            drafts.append(Draft(object_type, f"{run}/{object_type}/{place}", payload))
    return outbox.put_all(conn, portal_id, CHANNEL, drafts)


def _payload(
    object_type: str, inputs: Sequence[JsonObject], made: Mapping[str, JsonObject]
) -> JsonObject:
    """Answer what the sender needs, with the properties as they are made where they are missing."""
    names = {name for each in inputs for name in each["properties"]}
    definitions_of = {name: made[name] for name in sorted(names)}
    return {"object_type": object_type, "inputs": list(inputs), "definitions": definitions_of}


def _by_record(found: Sequence[UnwrittenValue]) -> dict[str, list[JsonObject]]:
    """Answer HubSpot's inputs by type: a record once, with all of its values."""
    values: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for each in found:
        values[each.object_type][each.hubspot_id][each.name] = each.wanted or ""
    return {
        object_type: [{"id": each, "properties": named} for each, named in records.items()]
        for object_type, records in values.items()
    }


def _note_asked(
    conn: Connection, portal_id: int, object_type: str, inputs: Sequence[JsonObject]
) -> None:
    conn.execute(QUERIES["ask_values"], _columns(portal_id, object_type, inputs))


def _columns(portal_id: int, object_type: str, inputs: Iterable[JsonObject]) -> dict[str, Any]:
    """Answer one array per column, an entry for each value; a cleared one is NULL."""
    flat = [
        (each["id"], name, value or None)
        for each in inputs
        for name, value in each["properties"].items()
    ]
    ids, names, values = zip(*flat, strict=True) if flat else ((), (), ())
    columns = {"hubspot_ids": list(ids), "properties": list(names), "values": list(values)}
    return {"portal_id": portal_id, "object_type": object_type, **columns}


def send(outlet: Outlet, message: Message) -> None:
    """Send one batch. Without a token that HubSpot accepts, or without a right, it waits for an
    hour; the message says which."""
    with told_rights():
        _send(outlet, message)


@contextmanager
def told_rights() -> Iterator[None]:
    """Put off what a token is refused for, instead of giving it up: people mend that."""
    try:
        yield
    except Unauthorized as error:
        raise Unsent(str(error), MENDED_SECONDS) from error


def define(
    outlet: Outlet, client: Any, portal_id: int, object_type: str, made: Mapping[str, JsonObject]
) -> None:
    """Make the properties of a type that HubSpot does not have."""
    _define(outlet, client, Mirrored(portal_id, OBJECT_TYPES[object_type]), made)


def _send(outlet: Outlet, message: Message) -> None:
    of = Mirrored(message.portal_id, OBJECT_TYPES[message.payload["object_type"]])
    client, inputs = outlet.client(message.portal_id), message.payload["inputs"]
    _define(outlet, client, of, message.payload["definitions"])
    if message.attempts > 1:
        arrived = _arrived(client, of.kind, inputs)
        _settle(outlet, of, inputs, arrived, {})
        inputs = [each for each in inputs if each["id"] not in arrived]
    if inputs:
        written, refused = _write(client, of.kind, inputs)
        _settle(outlet, of, inputs, written, refused)


def _define(outlet: Outlet, client: Any, of: Mirrored, made: Mapping[str, JsonObject]) -> None:
    """Make the properties that HubSpot does not have. It is asked only where the mirror does not
    know one, and the mirror learns it at once: so no record is read again because of it."""
    with outlet.database.transaction() as conn:
        missing = made.keys() - set(definitions.property_names(conn, of))
    if not missing:
        return
    there = {each["name"]: each for each in client.properties(of.kind.path)}
    absent = sorted(missing - there.keys())
    if absent and GROUP not in client.property_groups(of.kind.path):
        _unless_there(lambda: client.create_property_group(of.kind.path, GROUP, GROUP_LABEL))
    for name in absent:
        _unless_there(partial(client.create_property, of.kind.path, made[name]))
    there = {each["name"]: each for each in client.properties(of.kind.path)} if absent else there
    learnt = [there[name] for name in sorted(missing) if name in there]
    with outlet.database.transaction() as conn:
        definitions.add(conn, of, "[]", json.dumps(learnt))


def _unless_there(make: Callable[[], object]) -> None:
    """Make a property or a group; another process may be quicker."""
    try:
        make()
    except Refused as error:
        if _THERE not in str(error):
            raise


def _arrived(client: Any, kind: ObjectType, inputs: Sequence[JsonObject]) -> dict[str, JsonObject]:
    """Read the records of an attempt that may have succeeded; answer the ones that have all of
    their values already."""
    names = sorted({name for each in inputs for name in each["properties"]})
    read = client.batch_read(kind.path, [each["id"] for each in inputs], [*names, kind.modified])
    found = {record["id"]: record for record in read}
    return {
        each["id"]: found[each["id"]]
        for each in inputs
        if each["id"] in found and _holds(found[each["id"]], each["properties"])
    }


def _holds(record: JsonObject, wanted: Mapping[str, str]) -> bool:
    return all(same(value, record["properties"].get(name)) for name, value in wanted.items())


def _write(
    client: Any, kind: ObjectType, inputs: Sequence[JsonObject]
) -> tuple[dict[str, JsonObject], dict[str, str]]:
    """Write a batch; answer the records that HubSpot wrote and why it refused others. One value
    that HubSpot does not take has the whole batch refused: halves of it find the record."""
    try:
        answer = client.batch_update(kind.path, inputs)
    except (Unauthorized, MissingScopes):
        raise
    except Refused as error:
        if _UNKNOWN in str(error):
            raise Unsent(f"{error}. The next `spoke write-back run` makes it again") from error
        if len(inputs) == 1:
            return {}, {inputs[0]["id"]: str(error)}
        middle = len(inputs) // 2
        first = _write(client, kind, inputs[:middle])
        second = _write(client, kind, inputs[middle:])
        return first[0] | second[0], first[1] | second[1]
    return {record["id"]: record for record in answer.records}, answer.refused


def _settle(
    outlet: Outlet,
    of: Mirrored,
    inputs: Sequence[JsonObject],
    written: Mapping[str, JsonObject],
    refused: Mapping[str, str],
) -> None:
    """Note what HubSpot took, in the mirror as well, and what it refused. A record that it does not
    have is read again: the mirror is wrong about it."""
    done = [each for each in inputs if each["id"] in written]
    columns = _columns(of.portal_id, of.name, done)
    gone = sorted(each for each, reason in refused.items() if reason.startswith(_GONE))
    with outlet.database.transaction() as conn:
        conn.execute(QUERIES["confirm_values"], columns)
        table = sql.Identifier(of.kind.table)
        conn.execute(MIRROR.format(table=table), _rows(of, done, written))
        if refused:
            reasons = {"hubspot_ids": list(refused), "reasons": list(refused.values())}
            names = sorted({name for each in inputs for name in each["properties"]})
            conn.execute(QUERIES["refuse_values"], of.where | reasons | {"properties": names})
        changes.mark_records(conn, of, gone)


def _rows(
    of: Mirrored, done: Sequence[JsonObject], written: Mapping[str, JsonObject]
) -> dict[str, Any]:
    """Answer one array per column of what the mirror learns; in the order of ids, as every batch
    locks rows."""
    ordered = sorted(done, key=lambda each: str(each["id"]))
    answers = [written[each["id"]] for each in ordered]
    times = [str(each.get("updatedAt")) for each in answers]
    properties = []
    for each, answer in zip(ordered, answers, strict=True):
        modified = answer["properties"].get(of.kind.modified)
        values = {name: value or None for name, value in each["properties"].items()}
        properties.append(values | ({of.kind.modified: modified} if modified else {}))
    return {
        "portal_id": of.portal_id,
        "hubspot_ids": [each["id"] for each in ordered],
        "properties": [json.dumps(each) for each in properties],
        "raws": [json.dumps({"updatedAt": each}) for each in times],
        "updated_ats": times,
    }
