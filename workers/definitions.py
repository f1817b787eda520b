"""Fetch the descriptions of records, whole: object types, owners, pipelines and property
definitions."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import psycopg

import jobs
from db import metadata as definitions
from db import portals, scans, typed_views
from db.portals import Portal, Registration
from hubspot import records
from hubspot.catalogue import Catalogue
from hubspot.client import Client
from hubspot.errors import ForeignToken, MissingScopes, Paused
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from workers import schemas
from workers.context import Context
from workers.properties import learn, now

UNSAID = "(none)"  # the time zone of an account of which HubSpot says none: no zone of that name
log = logging.getLogger(__name__)


def refresh(context: Context, portal: Portal) -> Catalogue:
    """Replace our definitions of a portal; answer its catalogue.

    1. Learn the portal's types, owners and pipelines.
    2. Fetch a new custom property with every record from now on, and give it a column of its type's
       view.
    3. Have records read again that were read without it.

    A failure leaves its reason in `scans`, for `status`, until a refresh succeeds.
    """
    try:
        types = _refresh(context, portal)
    except (ForeignToken, Paused):
        raise  # nothing was asked
    except Exception as error:
        with suppress(psycopg.OperationalError), context.database.transaction() as conn:
            reason = records.storable(f"{type(error).__name__}: {error}")[0]
            scans.note_failed_refresh(conn, portal.portal_id, reason)
        raise
    with context.database.transaction() as conn:
        scans.note_refresh(conn, portal.portal_id)
    return types


def _refresh(context: Context, portal: Portal) -> Catalogue:
    client, types = context.client(portal), schemas.refresh(context, portal)
    with context.database.transaction() as conn:
        asked_at = now(conn)
    account = client.account()
    owners = _unless_hidden(lambda: client.owners() + client.owners(archived=True))
    properties = {
        kind.name: _unless_hidden(partial(client.properties, kind.path)) for kind in types.values()
    }
    staged = [kind for kind in types.values() if kind.has_pipelines]
    pipelines = {kind.name: _unless_hidden(partial(client.pipelines, kind.path)) for kind in staged}
    with context.database.transaction() as conn:
        portals.describe(
            conn, portal.portal_id, account.get("timeZone"), account.get("companyCurrency")
        )
        if owners is not None:
            definitions.put_owners(conn, portal.portal_id, _json(owners))
        described = [
            (types[name], found) for name, found in sorted(properties.items()) if found is not None
        ]
        lacking = [
            learn(conn, Mirrored(portal.portal_id, kind), found, asked_at)
            for kind, found in described
        ]
        for name, found in pipelines.items():
            if found is not None:
                of = Mirrored(portal.portal_id, types[name])
                definitions.put_pipelines(conn, of, _json(found))
    typed_views.rebuild(context.database)
    if any(lacking):
        jobs.wake(context.server, jobs.CATCH_UP, portal.portal_id)
    return types


def _unless_hidden(ask: Callable[[], list[JsonObject]]) -> list[JsonObject] | None:
    """Answer None for definitions that the token may not see: our copy stays, and all else goes on.
    `spoke doctor` names the scope; the runs of such a type fail with it."""
    try:
        return ask()
    except MissingScopes as error:
        log.warning("%s", error)
        return None


def register(
    context: Context,
    client: Client,
    token_encrypted: bytes | None = None,
    country: str | None = None,
    rate_limit: int | None = None,
) -> int:
    """Mirror the portal that a token belongs to; answer its id. Raises HubSpotError for a bad
    token.

    A portal that was paused for its token goes on, because HubSpot just accepted this one. A portal
    that an operator paused stays paused. So does one that keeps another token: the environment's
    token replaces no stored one.
    """
    account = client.account()
    portal_id = context.owners.note(context.server, client, int(account["portalId"]))
    given = Registration(
        account.get("timeZone") or UNSAID,
        account.get("companyCurrency"),
        token_encrypted=token_encrypted,
        country=country,
        rate_limit=rate_limit,
    )
    with context.database.transaction() as conn:
        kept = portals.put(conn, portal_id, given)
        if kept == token_encrypted:
            portals.resume(conn, portal_id)
    return portal_id


def register_configured(context: Context) -> int | None:
    """Register the portal of HUBSPOT_ACCESS_TOKEN, where that is set; answer its id. A stored token
    stays in use. HubSpot is not asked about the token of a portal that an operator paused."""
    if not (token := context.settings.hubspot_access_token):
        return None
    client = context.client_with(token, "configured")
    for portal in context.portals():
        if portal.held and context.owners.remembers(context.server, client, portal.portal_id):
            return portal.portal_id
    return register(context, client)


def _json(values: object) -> str:
    return records.dumps(records.storable(values)[0])
