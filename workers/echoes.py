"""Know the events of our own writes when they come back from HubSpot: they are stored, not fetched.

An event is ours when all of this holds; any other is fetched, because details of events are never
believed:

1. It tells a new value, by an integration, and its source is the app that the event is sent to.
2. Spoke asked HubSpot to hold exactly this value of this property of this record.

Then there is nothing to fetch: the value stands in the mirror, written in the transaction that
noted HubSpot's answer. Should HubSpot name its source in another way one day, events are fetched as
all others are: that costs requests, and loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from db.connect import Connection
from db.queries import QUERIES
from hubspot.catalogue import BUILT_IN
from hubspot.equal_values import same
from hubspot.events import Catalogues, Event

OURS = "written by Spoke"  # why such an event is not fetched, in webhook_events
_BY_AN_APP = "INTEGRATION"
_Told = tuple[int, str, str, str]  # portal, type, record, property


def own_writes(conn: Connection, found: Sequence[Event], known: Catalogues) -> set[tuple[int, str]]:
    """Answer (portal, key) of the events among these that tell of our own writes. Postgres is asked
    only where an event may be one."""
    told = [(each, about) for each in found if (about := _about(each, known))]
    if not told:
        return set()
    columns = zip(*sorted({about for _, about in told}), strict=True)
    names = ("portal_ids", "object_types", "hubspot_ids", "properties")
    asked = {name: list(values) for name, values in zip(names, columns, strict=True)}
    ours: dict[_Told, str | None] = {}
    for row in conn.execute(QUERIES["own_values"], asked).fetchall():
        place = (row["portal_id"], row["object_type"], row["hubspot_id"], row["property"])
        ours[place] = row["value"]
    return {
        (each.portal_id, each.key)
        for each, about in told
        if about in ours and same(ours[about], each.raw.get("propertyValue"))
    }


def _about(event: Event, known: Catalogues) -> _Told | None:
    """Answer what an event of our own app tells a value of; None for every other event."""
    raw, types = event.raw, known.get(event.portal_id, BUILT_IN)
    app = str(raw.get("sourceId") or "").removeprefix("appId:")
    is_ours = raw.get("changeSource") == _BY_AN_APP and app and app == str(raw.get("appId"))
    if not is_ours or event.action != "propertyChange" or raw.get("isSensitive"):
        return None
    if event.object_type not in types or not event.hubspot_id:
        return None
    return event.portal_id, event.object_type, event.hubspot_id, str(raw.get("propertyName"))
