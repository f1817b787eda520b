"""Carry out announced privacy deletions, once HubSpot itself no longer knows the record.

An event is only a hint here, too. Until HubSpot has erased the record, it is hidden from views and
asked about again, and operators are told. `spoke privacy undo` takes a wrong announcement back.
"""

from __future__ import annotations

from collections.abc import Collection

from db import changes, privacy_requests, purges
from db.connect import Connection
from db.privacy_requests import Due
from hubspot.catalogue import Catalogue
from hubspot.errors import HubSpotError
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from workers.context import Context
from workers.neighbours import neighbours


def run(context: Context) -> None:
    """Run the job: ask HubSpot about every record that is due."""
    active = {portal.portal_id: portal for portal in context.portals() if not portal.paused}
    with context.database.transaction() as conn:
        waiting = privacy_requests.due(conn)
    for asked in waiting:
        portal = active.get(asked.portal_id)
        types = context.types(portal) if portal else {}
        if portal is None or asked.object_type not in types:
            continue
        context.stop.check()
        try:
            known = _known_to_hubspot(context, asked, types[asked.object_type])
        except HubSpotError as error:
            with context.database.transaction() as conn:
                privacy_requests.postpone(conn, asked, asked.hubspot_ids, str(error))
            continue
        with context.database.transaction() as conn:
            _settle(conn, asked, known, context.types(portal))


def _known_to_hubspot(context: Context, asked: Due, kind: ObjectType) -> set[str]:
    """Answer the records that HubSpot still shows, live or archived."""
    portal = context.portal(asked.portal_id)
    assert portal is not None
    client, ids = context.client(portal), asked.hubspot_ids
    found = [
        record
        for archived in (False, True)
        for record in client.batch_read(kind.path, ids, ["hs_object_id"], archived)
    ]
    return {str(record.get("id")) for record in found} & set(ids)


def _settle(conn: Connection, asked: Due, known: Collection[str], types: Catalogue) -> None:
    kind = types[asked.object_type]
    if known:
        privacy_requests.postpone(conn, asked, known, "HubSpot still knows the record")
    for hubspot_id in asked.hubspot_ids:
        if hubspot_id not in known:
            erase(conn, Mirrored(asked.portal_id, kind), hubspot_id, types)


def erase(conn: Connection, of: Mirrored, hubspot_id: str, types: Catalogue) -> None:
    """Erase a record and all of its parts; its linked records are read again."""
    ids = purges.known_as(conn, of, hubspot_id)
    linked = neighbours(conn, of, ids, types)
    purges.erase(conn, of, types.mentions(of.name), ids)
    privacy_requests.settle(conn, of, ids)
    changes.mark(conn, linked)
