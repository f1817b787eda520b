"""A portal's own object types: learnt from HubSpot, remembered, and found when an event names one
that is new.

Every process remembers the catalogue of each portal until portals.schemas_changed_at moves. That
column comes with the portals, which every batch of ingest and every fetch job reads anyway: a new
type is known at once everywhere, and nothing more is asked of Postgres.
"""

from __future__ import annotations

from datetime import timedelta

import jobs
from db import changes, typed_views
from db import custom_types as schemas
from db.portals import Portal
from hubspot import records
from hubspot.catalogue import Catalogue, catalogue, is_custom, name_of, type_id_of
from hubspot.errors import Refused, Unauthorized
from hubspot.json_types import JsonObject
from workers.context import Context
from workers.properties import learn, now

# at most, of one portal, because of events of types that nobody knows
ASK_EVERY = timedelta(minutes=1)


def refresh(context: Context, portal: Portal) -> Catalogue:
    """Ask HubSpot for the portal's types. A token that may not see them is no error: those that are
    known stay, and why no more are known is said by `spoke status`. What is new in a portal that
    was fetched before is fetched: types, and those that may be linked to more types than they were.
    """
    with context.database.transaction() as conn:
        asked_at = now(conn)
    try:
        found = {
            type_id_of(each): each
            for each in context.client(portal).schemas()
            if is_custom(type_id_of(each))
        }
    except Unauthorized:
        raise
    except Refused as error:
        with context.database.transaction() as conn:
            schemas.note_error(conn, portal.portal_id, records.storable(str(error))[0])
        return context.types(portal)
    known = context.types(portal)
    with context.database.transaction() as conn:
        changed_at = schemas.put(conn, portal.portal_id, _entries(found), asked_at)
        types = catalogue(schemas.read(conn, portal.portal_id))
        grown = [
            name
            for name in types
            if name in known and {*types[name].associations} - {*known[name].associations}
        ]
        new = [each for each in types.values() if known.get(each.name) != each]
        # A type that is new must not wait for the hour to be fetched with its properties, and
        # shown.
        lacking = [
            learn(
                conn, portal.portal_id, kind, found[kind.type_id].get("properties") or [], asked_at
            )
            for kind in sorted(new, key=lambda kind: kind.name)
        ]
        waiting = schemas.await_backfill(conn, portal.portal_id, grown)
    context.catalogues.learn(portal.portal_id, changed_at, types)
    if new:
        typed_views.rebuild(context.database)
    if any(lacking):
        jobs.wake(context.server, jobs.CATCH_UP, portal.portal_id)
    if waiting:
        jobs.wake(context.server, jobs.BACKFILL, portal.portal_id)
    return types


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
    return records.dumps(records.storable(entries)[0])


def settle(context: Context, portal: Portal, object_type: str) -> None:
    """What to do with marks of a type that the portal's catalogue lacks. Events name types by their
    ids: a type that is known goes on under its name, one that is new is learnt first, and of one
    that HubSpot does not show us (it is gone, or the token may not see it) nothing is to be
    fetched. Raises HubSpotError."""
    types, asked, seen = context.types(portal), False, None
    if object_type not in types and types.find(object_type) is None:
        asked = bool(
            context.server.set(f"spoke:schemas:{portal.portal_id}", 1, nx=True, ex=ASK_EVERY)
        )
    if asked:
        # what is marked later may be of a type that is younger
        with context.database.transaction() as conn:
            seen = changes.seen(conn, portal.portal_id, object_type)
        types = refresh(context, portal)
    kind = types.find(object_type)
    with context.database.transaction() as conn:
        if kind is not None:
            schemas.adopt(conn, portal.portal_id, object_type, kind.name, sorted(kind.associations))
        elif asked:
            schemas.disown(conn, portal.portal_id, object_type, seen)
        else:
            schemas.postpone(
                conn,
                portal.portal_id,
                object_type,
                ASK_EVERY,
                "HubSpot was asked for new types just now",
            )
    if kind is not None:
        jobs.wake(context.server, jobs.FETCH, portal.portal_id, kind.name)
