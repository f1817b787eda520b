"""A portal's properties: learnt from HubSpot hourly, and at once when an event names one that
nobody knows.

Requests name the properties to read. So a record that was read before a property was learnt
lacks its value, and no modified time tells: which records those are is remembered with the
definitions, and workers.catch_up reads them again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import jobs
from db import catch_ups, stored
from db import metadata as definitions
from db.connect import Connection
from db.portals import Portal
from hubspot import records
from hubspot.errors import HubSpotError, MissingScopes
from hubspot.events import Catalogues, Event
from hubspot.objects import ObjectType

if TYPE_CHECKING:
    from workers.context import Context

# at most, of one portal, because of events that name properties which nobody knows
ASK_EVERY = timedelta(minutes=1)
LONGEST_NAME = 100  # HubSpot's own limit; what is longer names no property, and fits into no key
log = logging.getLogger(__name__)


def learn(
    conn: Connection,
    portal_id: int,
    kind: ObjectType,
    described: Sequence[Mapping[str, Any]],
    asked_at: datetime,
) -> bool:
    """Replace what is known of a type's properties, as HubSpot described them when it was asked
    at `asked_at`. Whether records that are here lack some of them: that is remembered in the
    same transaction, for workers.catch_up."""
    catch_ups.hold(conn, portal_id, kind.name)
    found: list[Mapping[str, Any]] = records.storable(list(described))[0]
    new = definitions.put_properties(conn, portal_id, kind.name, records.dumps(found))
    catch_ups.settle_unheard(conn, portal_id, kind.name, asked_at)
    if not new or not stored.any_of(conn, kind, portal_id):
        return False
    _read_again(conn, portal_id, kind, [each for each in found if each.get("name") in new])
    return True


def note_unread(conn: Connection, kind: ObjectType, portal_id: int, asked: Iterable[str]) -> None:
    """Records are about to be saved that were read with these properties. Where more are known
    by now (it was a scan's page, say, or a refresh came between) the records are to be read
    again."""
    catch_ups.share(conn, portal_id, kind.name)
    if missed := definitions.unread(conn, portal_id, kind.name, asked):
        _read_again(conn, portal_id, kind, missed)


def _read_again(
    conn: Connection, portal_id: int, kind: ObjectType, missed: Sequence[Mapping[str, Any]]
) -> None:
    times = [values_since(each) for each in missed]
    since = min((each for each in times if each), default=None) if all(times) else None
    catch_ups.remember(conn, portal_id, kind.name, [str(each["name"]) for each in missed], since)


def values_since(definition: Mapping[str, Any]) -> datetime | None:
    """The modified time from which on a record may have a value of this property; None: any record
    may.

    A value that people, imports or integrations write moves the record's modified time, and none
    was written before the property was created. One that was archived and is back has its old
    date. What HubSpot fills in moves no time.
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
    """(portal, type, property) of every event that tells of a property."""
    for event in found:
        name = event.raw.get("propertyName")
        mirrored = event.action == "propertyChange" and event.object_type in known.get(
            event.portal_id, ()
        )
        if mirrored and isinstance(name, str) and 0 < len(name) <= LONGEST_NAME:
            yield event.portal_id, event.object_type, name


def ask_unheard(context: Context, portal: Portal) -> None:
    """Ask HubSpot for the properties of the types of which an event named an unknown one, unless
    that was done within the last minute: then the clock has it done, and the records are read
    again. One request for each type."""
    with context.database.transaction() as conn:
        waiting = catch_ups.unheard(conn, portal.portal_id)
    if not waiting or not context.server.set(_key(portal), 1, nx=True, ex=ASK_EVERY):
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
    with context.database.transaction() as conn:
        asked_at = now(conn)
    try:
        described = context.client(portal).properties(kind.path)
    except MissingScopes as error:  # what is known stays; asking again would be answered the same
        log.warning("%s", error)
        with context.database.transaction() as conn:
            catch_ups.settle_unheard(conn, portal.portal_id, kind.name, asked_at)
        return False
    with context.database.transaction() as conn:
        return learn(conn, portal.portal_id, kind, described, asked_at)


def now(conn: Connection) -> datetime:
    """The database's clock."""
    row = conn.execute("select clock_timestamp() as now").fetchone()
    assert row is not None
    return row["now"]


def _key(portal: Portal) -> str:
    return f"spoke:properties:{portal.portal_id}"
