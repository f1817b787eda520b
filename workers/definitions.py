"""Fetch the descriptions of records: object types, owners, pipelines and property definitions.

HubSpot is asked for them side by side: at 150 ms an answer, sixteen questions one after another
took as long as reading 1,600 records.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import psycopg

import jobs
from analytics import schema_needs
from db import associated_pairs, portals, scans, schema_findings, typed_views
from db import metadata as definitions
from db.connect import Connection
from db.portals import Portal, Registration
from hubspot import json_text
from hubspot.catalogue import Catalogue, Pair
from hubspot.client import Client
from hubspot.errors import ForeignToken, MissingScopes, Paused, Refused, Unauthorized
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from operations.stopping import side_by_side
from workers import optional_looks, schemas
from workers.context import Context
from workers.properties import Definitions, Known, describe, known_of, learn, now, take_out

AT_ONCE = 8  # questions that wait for HubSpot's answers at a time
UNSAID = "(none)"  # the time zone of an account of which HubSpot says none: no zone of that name
log = logging.getLogger(__name__)
K = TypeVar("K")
T = TypeVar("T")


def refresh(
    context: Context,
    portal: Portal,
    only: Collection[str] = (),
    look_every: timedelta = optional_looks.EVERY,
) -> Catalogue:
    """Replace our definitions of a portal; answer its catalogue.

    1. Learn the portal's types, owners and pipelines. Whether it has records of optional types is
       asked when the last look was `look_every` ago.
    2. Fetch a new custom property with every record from now on, and give it a column of its type's
       view.
    3. Have records read again that were read without it.
    4. Note what changed or went of that which numbers stand on.

    `only` names the types whose properties and pipelines are wanted, by default all. A failure
    leaves its reason in `scans`, for `status`, until a refresh of all types succeeds.
    """
    try:
        types = _refresh(context, portal, only, look_every)
    except (ForeignToken, Paused):
        raise  # nothing was asked
    except Exception as error:
        with suppress(psycopg.OperationalError), context.database.transaction() as conn:
            reason = json_text.storable(f"{type(error).__name__}: {error}")[0]
            scans.note_failed_refresh(conn, portal.portal_id, reason)
        raise
    if not only:
        with context.database.transaction() as conn:
            scans.note_refresh(conn, portal.portal_id)
    return types


@dataclass(frozen=True, slots=True)
class _Described:
    """Hold HubSpot's descriptions of a portal's records, without those that the token may not
    see. `asked_at` is the database's time before the first was asked for."""

    account: JsonObject
    owners: list[JsonObject] | None
    properties: dict[str, Definitions]  # by type, in the order of their names
    pipelines: dict[str, list[JsonObject]]
    pairs: dict[Pair, list[JsonObject]]  # the association types of pairs that the portal uses
    asked_at: datetime


def _refresh(
    context: Context, portal: Portal, only: Collection[str], look_every: timedelta
) -> Catalogue:
    """Ask for everything first, then store it in one transaction."""
    types = schemas.refresh(context, portal)
    asked = {kind.name for each in only if (kind := types.find(each))}
    dormant = types.dormant & asked if only else types.dormant
    types = optional_looks.look(context, portal, types, dormant, look_every)
    wanted = [kind for kind in types.values() if kind.name in asked] if only else types.in_use
    found = _ask(context, portal, types, wanted)
    with context.database.transaction() as conn:
        is_lacking = _store(conn, portal.portal_id, types, found)
        schema_findings.compare(conn, portal.portal_id, schema_needs.needs(conn, portal.portal_id))
    typed_views.rebuild(context.database)
    take_out(context)
    if is_lacking:
        jobs.wake(context.server, jobs.CATCH_UP, portal.portal_id)
    return types


def _ask(
    context: Context, portal: Portal, types: Catalogue, wanted: Sequence[ObjectType]
) -> _Described:
    client = context.client(portal)
    with context.database.transaction() as conn:
        asked_at = now(conn)
        known = {kind.path: known_of(conn, Mirrored(portal.portal_id, kind)) for kind in wanted}
    staged = [kind for kind in wanted if kind.has_pipelines]
    with side_by_side(context.stop, AT_ONCE, "definitions") as threads:
        account = threads.submit(client.account)
        owners = threads.submit(_unless_hidden, client.owners)
        former_owners = threads.submit(_unless_hidden, partial(client.owners, archived=True))
        read = partial(_properties_of, client, known)
        properties = _of_types(threads, wanted, read)
        pipelines = _of_types(threads, staged, client.pipelines)
        pairs = _of_pairs(threads, client, types)
    return _Described(
        account.result(),
        _joined(owners.result(), former_owners.result()),
        _shown(properties),
        _shown(pipelines),
        _shown(pairs),
        asked_at,
    )


def _properties_of(client: Client, known: Mapping[str, Known], path: str) -> Definitions:
    return describe(client, path, known[path])


def _joined(
    present: list[JsonObject] | None, former: list[JsonObject] | None
) -> list[JsonObject] | None:
    """Answer all owners, or None where the token may not see them."""
    if present is None or former is None:
        return None
    return present + former


def _of_pairs(
    threads: ThreadPoolExecutor, client: Client, types: Catalogue
) -> dict[Pair, Future[list[JsonObject] | None]]:
    """Ask for the association types of each pair in use, in each of its directions."""
    in_use = types.pairs_in_use()
    return {
        (one, other): threads.submit(_unless_refused, client, types[one].path, types[other].path)
        for one, other in sorted({*in_use, *(pair[::-1] for pair in in_use)})
    }


def _unless_refused(client: Client, one: str, other: str) -> list[JsonObject] | None:
    """Answer None for a pair that HubSpot refuses to describe: its links say their labels
    themselves."""
    try:
        return client.association_types(one, other)
    except Unauthorized:
        raise
    except Refused as error:
        log.warning("%s", error)
        return None


def _of_types(
    threads: ThreadPoolExecutor,
    kinds: Iterable[ObjectType],
    ask: Callable[[str], T],
) -> dict[str, Future[T | None]]:
    """Ask for each type's descriptions, by its name, in the order of the names."""
    return {
        kind.name: threads.submit(_unless_hidden, partial(ask, kind.path), kind.optional)
        for kind in sorted(kinds, key=lambda each: each.name)
    }


def _shown(asked: dict[K, Future[T | None]]) -> dict[K, T]:
    """Answer what HubSpot described; what the token may not see is left out."""
    answers = {each: answer.result() for each, answer in asked.items()}
    return {each: found for each, found in answers.items() if found is not None}


def _store(conn: Connection, portal_id: int, types: Catalogue, found: _Described) -> bool:
    """Store descriptions; answer whether stored records lack a property that is known now."""
    account = found.account
    portals.describe(conn, portal_id, account.get("timeZone"), account.get("companyCurrency"))
    if found.owners is not None:
        definitions.put_owners(conn, portal_id, _json(found.owners))
    is_lacking = False
    for name, described in found.properties.items():
        of = Mirrored(portal_id, types[name])
        is_lacking |= learn(conn, of, described.properties, found.asked_at, described.whole)
    for name, pipelines in found.pipelines.items():
        definitions.put_pipelines(conn, Mirrored(portal_id, types[name]), _json(pipelines))
    for pair, named in found.pairs.items():
        associated_pairs.put_types(conn, portal_id, pair, _json(named))
    return is_lacking


def _unless_hidden(ask: Callable[[], T], is_optional: bool = False) -> T | None:
    """Answer None for definitions that the token may not see: our copy stays, and all else goes on.
    `spoke doctor` names the scope; the runs of such a type fail with it. HubSpot may refuse the
    pipelines of an optional type in other ways."""
    try:
        return ask()
    except Unauthorized:
        raise
    except Refused as error:
        if not (is_optional or isinstance(error, MissingScopes)):
            raise
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
    return json_text.dumps(json_text.storable(values)[0])
