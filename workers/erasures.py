"""Keep erased people out: hide the records whose erasure events announce, and find the erased and
hidden ones among all that events name."""

from __future__ import annotations

from collections.abc import Sequence

from db import privacy_requests, purges
from db.connect import Connection
from hubspot import events
from hubspot.events import Catalogues, Event
from hubspot.mirrored import Mirrored

Record = tuple[int, str, str]  # portal, type, id


def hide(conn: Connection, found: Sequence[Event], known: Catalogues) -> bool:
    """Hide records that are to be erased; answer whether there are any.

    Their privacy deletion is announced, or they were merged into a hidden or erased record: it is
    the same person. HubSpot is asked about them.
    """
    waiting = [event for event in found if event.action in ("privacyDeletion", "merge")]
    hidden = False
    while due := [event for event in waiting if _is_erasure(conn, event, known)]:
        named = set().union(*(named_by(event, known) for event in due))
        for portal_id, object_type, hubspot_id in sorted(named):
            of = Mirrored(portal_id, known[portal_id][object_type])
            privacy_requests.request(conn, of, purges.known_as(conn, of, hubspot_id))
            hidden = True
        waiting = [event for event in waiting if event not in due]
    return hidden


def _is_erasure(conn: Connection, event: Event, known: Catalogues) -> bool:
    survivor = event.portal_id, event.object_type, event.hubspot_id
    return event.action == "privacyDeletion" or survivor in kept_out(conn, [event], known)


def kept_out(conn: Connection, found: Sequence[Event], known: Catalogues) -> set[Record]:
    """Answer the erased and hidden records among all that these events name. A type that we have
    not heard of has none: nothing of it was stored."""
    ids: dict[tuple[int, str], set[str]] = {}
    for event in found:
        for portal_id, object_type, hubspot_id in named_by(event, known):
            if object_type in known.get(portal_id, ()):
                ids.setdefault((portal_id, object_type), set()).add(hubspot_id)
    gone: set[Record] = set()
    for (portal_id, object_type), each in ids.items():
        of = Mirrored(portal_id, known[portal_id][object_type])
        gone |= {(portal_id, object_type, away) for away in purges.kept_out(conn, of, each)}
    return gone


def named_by(event: Event, known: Catalogues) -> set[Record]:
    """Answer the records that an event is about."""
    return {
        (event.portal_id, change.object_type, change.hubspot_id)
        for change in events.touched(event, known)
    }
