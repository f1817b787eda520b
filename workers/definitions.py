"""Fetch the descriptions of records, whole: object types, owners, pipelines and property
definitions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import psycopg

import jobs
from db import associated_pairs, portals, scans, typed_views
from db import metadata as definitions
from db.connect import Connection
from db.portals import Portal, Registration
from hubspot import records
from hubspot.catalogue import Catalogue, Pair
from hubspot.client import Client
from hubspot.errors import ForeignToken, MissingScopes, Paused, Refused, Unauthorized
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
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


@dataclass(frozen=True, slots=True)
class _Described:
    """Hold HubSpot's descriptions of a portal's records, without those that the token may not
    see. `asked_at` is the database's time before the first was asked for."""

    account: JsonObject
    owners: list[JsonObject] | None
    properties: dict[str, list[JsonObject]]  # by type, in the order of their names
    pipelines: dict[str, list[JsonObject]]
    pairs: dict[Pair, list[JsonObject]]  # the association types of pairs that the portal uses
    asked_at: datetime


def _refresh(context: Context, portal: Portal) -> Catalogue:
    """Ask for everything first, then store it in one transaction."""
    types = schemas.refresh(context, portal)
    found = _ask(context, portal, types)
    with context.database.transaction() as conn:
        is_lacking = _store(conn, portal.portal_id, types, found)
    typed_views.rebuild(context.database)
    if is_lacking:
        jobs.wake(context.server, jobs.CATCH_UP, portal.portal_id)
    return types


def _ask(context: Context, portal: Portal, types: Catalogue) -> _Described:
    client = context.client(portal)
    with context.database.transaction() as conn:
        asked_at = now(conn)
    account = client.account()
    owners = _unless_hidden(lambda: client.owners() + client.owners(archived=True))
    properties = _of_types(types.values(), client.properties)
    staged = [kind for kind in types.values() if kind.has_pipelines]
    pipelines = _of_types(staged, client.pipelines)
    pairs = _of_pairs(client, types)
    return _Described(account, owners, properties, pipelines, pairs, asked_at)


def _of_pairs(client: Client, types: Catalogue) -> dict[Pair, list[JsonObject]]:
    """Answer the association types of each pair in use, a request for each of its directions. A
    pair that HubSpot refuses to describe is left out: its links say their labels themselves."""
    in_use = types.pairs_in_use()
    found = {}
    for one, other in sorted({*in_use, *(pair[::-1] for pair in in_use)}):
        try:
            found[one, other] = client.association_types(types[one].path, types[other].path)
        except Unauthorized:
            raise
        except Refused as error:
            log.warning("%s", error)
    return found


def _of_types(
    kinds: Iterable[ObjectType], ask: Callable[[str], list[JsonObject]]
) -> dict[str, list[JsonObject]]:
    """Answer each type's descriptions, by its name; types that the token may not see are left
    out."""
    found = {}
    for kind in kinds:
        described = _unless_hidden(partial(ask, kind.path))
        if described is not None:
            found[kind.name] = described
    return dict(sorted(found.items()))


def _store(conn: Connection, portal_id: int, types: Catalogue, found: _Described) -> bool:
    """Store descriptions; answer whether stored records lack a property that is known now."""
    account = found.account
    portals.describe(conn, portal_id, account.get("timeZone"), account.get("companyCurrency"))
    if found.owners is not None:
        definitions.put_owners(conn, portal_id, _json(found.owners))
    is_lacking = False
    for name, described in found.properties.items():
        of = Mirrored(portal_id, types[name])
        is_lacking |= learn(conn, of, described, found.asked_at)
    for name, pipelines in found.pipelines.items():
        definitions.put_pipelines(conn, Mirrored(portal_id, types[name]), _json(pipelines))
    for pair, described in found.pairs.items():
        associated_pairs.put_types(conn, portal_id, pair, _json(described))
    return is_lacking


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
