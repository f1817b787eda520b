"""Find out which optional types a portal has: those of which most portals have no record, or which
they may not see.

A portal pays one small request a day for each of them, and nothing else. A type is read like all
others from its first record or event on. One that HubSpot refuses (its scope or product is missing)
fails nothing: `spoke status` and `spoke doctor` name it, and it is asked for again the next day.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import timedelta

import jobs
from db import changes, custom_types, optional_types
from db.changes import Claims
from db.optional_types import Look
from db.portals import Portal
from hubspot import json_text
from hubspot.catalogue import Catalogue
from hubspot.client import Client
from hubspot.errors import HubSpotError, MissingScopes, Refused, Unauthorized
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from operations.stopping import side_by_side
from workers.context import Context

EVERY = timedelta(days=1)
REFUSED_FOR = timedelta(hours=1)  # so long events of a refused type cost no request
AT_ONCE = 8
NOW = timedelta(0)
log = logging.getLogger(__name__)


def look(
    context: Context,
    portal: Portal,
    types: Catalogue,
    dormant: Collection[str],
    every: timedelta = EVERY,
) -> Catalogue:
    """Ask for one record of each of these dormant types that was not looked at lately; answer the
    types as they are now. Where HubSpot has no answer for one, that one is asked for again next
    time."""
    with context.database.transaction() as conn:
        due = optional_types.due(conn, portal.portal_id, sorted(dormant), every)
    if not due:
        return types
    client = context.client(portal)
    with side_by_side(context.stop, AT_ONCE, "looks") as threads:
        found = list(threads.map(lambda name: _look(client, types[name]), due))
    return _note(context, portal, [each for each in found if each])


def _look(client: Client, kind: ObjectType) -> Look | None:
    try:
        page = client.list_page(kind.path, [], limit=1)
    except Unauthorized:
        raise
    except Refused as error:
        return Look(kind.name, False, _reason(kind, error))
    except HubSpotError as error:
        log.warning("Whether there are %s is not known: %s", kind.name, error)
        return None
    return Look(kind.name, bool(page.records))


def _reason(kind: ObjectType, error: Refused) -> str:
    if isinstance(error, MissingScopes):
        return f"no access: scope {kind.needs}"
    said: str = json_text.storable(str(error))[0]
    return f"not in this portal: {said}"


def _note(context: Context, portal: Portal, looks: Sequence[Look]) -> Catalogue:
    """Remember what was found, in Postgres and in this process; have new types fetched whole."""
    used = [each.object_type for each in looks if each.is_used]
    with context.database.transaction() as conn:
        changed_at = optional_types.note(conn, portal.portal_id, looks)
        waiting = optional_types.await_backfill(conn, portal.portal_id, used)
        types = optional_types.types_of(conn, portal.portal_id)
    context.catalogues.learn(portal.portal_id, changed_at, types)
    if waiting:
        jobs.wake(context.server, jobs.BACKFILL, portal.portal_id)
    return types


def heed(context: Context, portal: Portal, kind: ObjectType) -> Catalogue:
    """Take a dormant type into use because an event named a record of it, unless HubSpot refuses
    it: then its marks go."""
    of = Mirrored(portal.portal_id, kind)
    with context.database.transaction() as conn:
        seen = changes.seen(conn, portal.portal_id, kind.name)
        is_refused = optional_types.refused_lately(conn, of, REFUSED_FOR)
    found = None if is_refused else _look(context.client(portal), kind)
    if not is_refused and not (found and found.refusal):
        return _note(context, portal, [Look(kind.name, True)])
    with context.database.transaction() as conn:
        custom_types.disown(conn, portal.portal_id, kind.name, seen)
    if found:
        return _note(context, portal, [found])
    return context.types(portal)


def is_refused(
    context: Context, of: Mirrored, error: Exception, claims: Claims | None = None
) -> bool:
    """Tell whether HubSpot shows an optional type no longer. Then its runs end, its claimed marks
    go, and nothing is asked about it until the next day's look."""
    if not (of.kind.optional and isinstance(error, MissingScopes)):
        return False
    log.warning("Portal %d, %s are read no more: %s", of.portal_id, of.name, error)
    with context.database.transaction() as conn:
        if claims:
            changes.drop(conn, claims)
        changed_at = optional_types.refuse(conn, of, _reason(of.kind, error))
        types = optional_types.types_of(conn, of.portal_id)
    context.catalogues.learn(of.portal_id, changed_at, types)
    return True
