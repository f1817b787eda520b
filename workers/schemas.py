"""Learn a portal's own object types from HubSpot, remember them, and find new ones that an event
names.

Every process remembers the catalogue of each portal until portals.schemas_changed_at moves. That
column comes with the portals, which every batch of ingest and every fetch job reads anyway. So a
new type is known everywhere at once, without another query.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import jobs
from db import changes, optional_types, typed_views
from db import custom_types as schemas
from db.fetch_delays import ASK_FOR_TYPES
from db.portals import Portal
from hubspot import json_text
from hubspot.catalogue import Catalogue, is_custom, name_of, type_id_of
from hubspot.errors import Refused, Unauthorized
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from workers.context import Context
from workers.properties import learn, now


def refresh(context: Context, portal: Portal) -> Catalogue:
    """Ask HubSpot for the portal's types.

    1. A token that may not see them is no error: the known types stay, and `spoke status` says why
       no more are known.
    2. Remember what HubSpot described, and learn the properties of new types.
    3. Where the portal was fetched before, fetch what is new: types, and types that may be linked
       to more types than they were.
    """
    with context.database.transaction() as conn:
        asked_at = now(conn)
    try:
        found = _described(context, portal)
    except Unauthorized:
        raise
    except Refused as error:
        with context.database.transaction() as conn:
            schemas.note_error(conn, portal.portal_id, json_text.storable(str(error))[0])
        return context.types(portal)
    learnt = _learn(context, portal, found, asked_at)
    if learnt.new:
        typed_views.rebuild(context.database)
    if learnt.lacking:
        jobs.wake(context.server, jobs.CATCH_UP, portal.portal_id)
    if learnt.waiting:
        jobs.wake(context.server, jobs.BACKFILL, portal.portal_id)
    return learnt.types


def _described(context: Context, portal: Portal) -> dict[str, JsonObject]:
    """Answer type id → schema, as HubSpot describes the portal's own types."""
    found = {}
    for each in context.client(portal).schemas():
        type_id = type_id_of(each)
        if is_custom(type_id):
            found[type_id] = each
    return found


@dataclass(frozen=True, slots=True)
class _Learnt:
    """Hold the portal's types now: whether some are `new`, whether rows are `lacking` properties of
    theirs, and whether backfills are `waiting` because of them."""

    types: Catalogue
    new: bool
    lacking: bool
    waiting: bool


def _learn(
    context: Context, portal: Portal, found: dict[str, JsonObject], asked_at: datetime
) -> _Learnt:
    """Remember the described types in one transaction, and in this process."""
    known = context.types(portal)
    with context.database.transaction() as conn:
        changed_at = schemas.put(conn, portal.portal_id, _entries(found), asked_at)
        types = optional_types.types_of(conn, portal.portal_id)
        described = [each for each in types.values() if each.shared]
        new = [each for each in described if known.get(each.name) != each]
        # A type that is new must not wait for the hour to be fetched with its properties, and
        # shown.
        lacking = False
        for kind in sorted(new, key=lambda kind: kind.name):
            properties = found[kind.type_id].get("properties") or []
            lacking |= learn(conn, Mirrored(portal.portal_id, kind), properties, asked_at)
        grown = [each.name for each in new if _has_grown(each, known)]
        waiting = schemas.await_backfill(conn, portal.portal_id, grown)
    context.catalogues.learn(portal.portal_id, changed_at, types)
    return _Learnt(types, bool(new), lacking, bool(waiting))


def _has_grown(kind: ObjectType, known: Catalogue) -> bool:
    """Answer whether a known type may be linked to more types than before. Pairs that were learnt
    from records or events do not count: the scans that read on find the rest of them."""
    before = known.get(kind.name)
    described = {*kind.associations} - {*kind.learnt}
    return before is not None and not described <= {*before.associations}


def _entries(found: dict[str, JsonObject]) -> str:
    entries = [
        {
            "type_id": type_id,
            "object_type": name_of(each),
            "label": (each.get("labels") or {}).get("plural"),
            "schema": each,
        }
        for type_id, each in found.items()
    ]
    return json_text.dumps(json_text.storable(entries)[0])


def identify(context: Context, portal: Portal, object_type: str) -> None:
    """Find the type of marks that go by a name which the portal's catalogue lacks. Events name
    types by their ids. Raises HubSpotError.

    1. A type that is known under another name: its marks go on under that name.
    2. A type that is new: HubSpot is asked for the portal's types, once a minute at most.
    3. A type that HubSpot does not show (it is gone, or the token may not see it): nothing is to be
       fetched, and its marks go.
    4. Where HubSpot was asked a moment ago, the marks wait.
    """
    kind, asked, seen = context.types(portal).find(object_type), False, None
    if kind is None:
        asked = _may_ask(context, portal)
    if asked:
        # what is marked later may be of a type that is younger
        with context.database.transaction() as conn:
            seen = changes.seen(conn, portal.portal_id, object_type)
        kind = refresh(context, portal).find(object_type)
    with context.database.transaction() as conn:
        if kind is not None:
            schemas.adopt(conn, portal.portal_id, object_type, kind.name, sorted(kind.associations))
        elif asked:
            schemas.disown(conn, portal.portal_id, object_type, seen)
        else:
            reason = "HubSpot was asked for new types just now"
            schemas.postpone(conn, portal.portal_id, object_type, ASK_FOR_TYPES, reason)
    if kind is not None:
        jobs.wake(context.server, jobs.FETCH, portal.portal_id, kind.name)


def _may_ask(context: Context, portal: Portal) -> bool:
    """Answer whether to ask HubSpot for types because of an unknown one: not again within a
    minute."""
    name = f"spoke:schemas:{portal.portal_id}"
    return bool(context.server.set(name, 1, nx=True, ex=ASK_FOR_TYPES))
