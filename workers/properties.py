"""Learn a portal's properties from HubSpot: hourly, and at once when an event names an unknown one.

Requests name the properties to read. So a record that was read before a property was learnt lacks
its value, and no modified time tells. The definitions' transaction remembers such records, and
workers.catch_up reads them again.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import jobs
from db import catch_ups, stored, withdrawn
from db import metadata as definitions
from db.connect import Connection
from db.fetch_delays import ASK_FOR_PROPERTIES
from db.portals import Portal
from hubspot import json_text, records
from hubspot.client import Client
from hubspot.errors import HubSpotError, MissingScopes, Refused, Unauthorized
from hubspot.events import Catalogues, Event
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType

if TYPE_CHECKING:
    from workers.context import Context

LONGEST_NAME = 100  # HubSpot's own limit; what is longer names no property, and fits into no key
SENSITIVE = ("sensitive", "highly_sensitive")  # as HubSpot calls the two kinds
log = logging.getLogger(__name__)


def learn(
    conn: Connection,
    of: Mirrored,
    described: Sequence[Mapping[str, Any]],
    asked_at: datetime,
    whole: bool = False,
) -> bool:
    """Replace a type's known properties with HubSpot's answer of `asked_at`; answer whether stored
    records lack some of them.

    The same transaction remembers such records for workers.catch_up. Sensitive properties are left
    out: a token needs a scope for each kind of them, and one such name in a request has the whole
    request refused. Values of one that became sensitive are taken out by workers.withdrawals.
    `whole`: every sensitive one is among the described.
    """
    catch_ups.hold(conn, of)
    given: list[Mapping[str, Any]] = json_text.storable(list(described))[0]
    found = [each for each in given if _is_mirrored(each)]
    sensitive = {str(each.get("name")) for each in given if _is_sensitive(each)}
    withdrawn.note(conn, of, sensitive, whole)
    new = definitions.put_properties(conn, of, json_text.dumps(found))
    withdrawn.admit(conn, of)
    catch_ups.settle_unheard(conn, of, asked_at)
    if not new or not stored.any_of(conn, of):
        return False
    _read_again(conn, of, [each for each in found if each.get("name") in new])
    return True


def _is_mirrored(definition: Mapping[str, Any]) -> bool:
    return isinstance(definition.get("name"), str) and not _is_sensitive(definition)


def _is_sensitive(definition: Mapping[str, Any]) -> bool:
    return (definition.get("dataSensitivity") or "non_sensitive") != "non_sensitive"


@dataclass(frozen=True, slots=True)
class Known:
    """Hold the names that are known of a type, and whether its sensitive ones are to be asked for
    whatever they are."""

    names: Collection[str]
    is_look_due: bool


@dataclass(frozen=True, slots=True)
class Definitions:
    """Hold a type's properties as HubSpot described them. `whole`: the sensitive ones, too."""

    properties: list[JsonObject]
    whole: bool


def known_of(conn: Connection, of: Mirrored) -> Known:
    """Answer what is known of a type's properties."""
    return Known(definitions.property_names(conn, of), withdrawn.is_look_due(conn, of))


def describe(client: Client, path: str, known: Known) -> Definitions:
    """Ask for a type's properties. Where one of the known names is gone, it may be sensitive by
    now: HubSpot lists those apart, and needs no scope to tell their names."""
    found = client.properties(path)
    if not known.is_look_due and {each.get("name") for each in found}.issuperset(known.names):
        return Definitions(found, whole=False)
    try:
        apart = [each for kind in SENSITIVE for each in client.properties(path, kind)]
    except Unauthorized:
        raise
    except Refused as error:
        log.warning("Which properties of %s are sensitive is not known: %s", path, error)
        return Definitions(found, whole=False)
    return Definitions(found + [each for each in apart if _is_sensitive(each)], whole=True)


def note_unread(conn: Connection, of: Mirrored, asked: Collection[str]) -> None:
    """Have records read again that are saved without a property that is known by now.

    They were read with the properties `asked`. A refresh came between, for example during a scan's
    page. One that became sensitive meanwhile is taken out again.
    """
    catch_ups.share(conn, of)
    withdrawn.look_again(conn, of, asked)
    if missed := definitions.unread(conn, of, asked):
        _read_again(conn, of, missed)


def _read_again(conn: Connection, of: Mirrored, missed: Sequence[Mapping[str, Any]]) -> None:
    times = [values_since(each) for each in missed]
    since = None
    if all(times):
        since = min((each for each in times if each), default=None)
    catch_ups.remember(conn, of, [str(each["name"]) for each in missed], since)


def values_since(definition: Mapping[str, Any]) -> datetime | None:
    """Answer the modified time from which on a record may have a value of this property; None: any
    record may.

    A value that people, imports or integrations write moves the record's modified time, and none
    was written before the property was created. A restored property has its old date. A value that
    HubSpot fills in moves no time.
    """
    fixed = definition.get("modificationMetadata") or {}
    if (
        definition.get("calculated")
        or definition.get("hubspotDefined")
        or fixed.get("readOnlyValue")
    ):
        return None
    return records.timestamp(definition.get("createdAt"))


def named(found: Iterable[Event], known: Catalogues) -> Iterator[tuple[int, str, str]]:
    """Yield (portal, type, property) of every event that tells of a property."""
    for event in found:
        name = event.raw.get("propertyName")
        mirrored = event.action == "propertyChange" and event.object_type in known.get(
            event.portal_id, ()
        )
        mirrored = mirrored and not event.raw.get("isSensitive")
        if mirrored and isinstance(name, str) and 0 < len(name) <= LONGEST_NAME:
            yield event.portal_id, event.object_type, name


def ask_unheard(context: Context, portal: Portal) -> None:
    """Ask HubSpot for the properties of types of which an event named an unknown one: one request
    for each type.

    It asks once a minute at most. Between, the clock has it done later, and the records are read
    again.
    """
    with context.database.transaction() as conn:
        waiting = catch_ups.unheard(conn, portal.portal_id)
    if not waiting or not context.server.set(_key(portal), 1, nx=True, ex=ASK_FOR_PROPERTIES):
        return
    types = context.types(portal)
    kinds = [types[name] for name in waiting if name in types]
    try:
        learnt = [_ask(context, portal, kind) for kind in kinds]
    except (
        HubSpotError
    ) as error:  # asked again in a minute; what is read until then is read once more
        log.warning("Portal %d: new properties are not known yet: %s", portal.portal_id, error)
    else:
        if any(learnt):
            jobs.wake(context.server, jobs.CATCH_UP, portal.portal_id)


def _ask(context: Context, portal: Portal, kind: ObjectType) -> bool:
    of = Mirrored(portal.portal_id, kind)
    with context.database.transaction() as conn:
        asked_at, known = now(conn), known_of(conn, of)
    try:
        described = describe(context.client(portal), kind.path, known)
    except MissingScopes as error:  # what is known stays; asking again would be answered the same
        log.warning("%s", error)
        with context.database.transaction() as conn:
            catch_ups.settle_unheard(conn, of, asked_at)
        return False
    with context.database.transaction() as conn:
        is_lacking = learn(conn, of, described.properties, asked_at, described.whole)
    take_out(context)
    return is_lacking


def take_out(context: Context) -> None:
    """Wake the job that takes out values of properties that became sensitive, if there are any."""
    with context.database.transaction() as conn:
        is_waiting = withdrawn.is_waiting(conn)
    if is_waiting:
        jobs.wake(context.server, jobs.WITHDRAWALS)


def now(conn: Connection) -> datetime:
    """Answer the database's clock."""
    row = conn.execute("select clock_timestamp() as now").fetchone()
    assert row is not None
    moment: datetime = row["now"]
    return moment


def _key(portal: Portal) -> str:
    return f"spoke:properties:{portal.portal_id}"
