"""Check each portal: its token, its scopes, its deliveries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from db import optional_types, schema_findings, zones
from db.portals import Portal
from db.queries import QUERIES
from hubspot.catalogue import Catalogue
from hubspot.client import Client
from hubspot.errors import HubSpotError, MissingScopes
from hubspot.polled import FAMILIES
from hubspot.streams import STREAMS
from workers.context import Context
from workers.doctor.finding import Finding, attempt

MOST_UNFOLDED = 100_000  # rows that every view adds up


def portals(context: Context) -> Iterator[Finding]:
    known = context.portals()
    if not known:
        todo = "Set HUBSPOT_ACCESS_TOKEN and run `spoke migrate`, or run `spoke portals add`."
        yield Finding("Portals", "none is registered", todo)
    for portal in known:
        yield from attempt(context, f"Portal {portal.portal_id}", partial(_portal, portal=portal))


def _portal(context: Context, portal: Portal) -> Iterator[Finding]:
    name = f"Portal {portal.portal_id}"
    if portal.paused:
        yield Finding(
            name,
            f"paused: {portal.paused_reason}",
            f"`spoke portals resume {portal.portal_id}`, once mended.",
        )
        yield _deliveries(context, portal)  # that asks nothing of HubSpot
        return
    try:
        client = context.client(portal)
        client.account()
    except HubSpotError as error:
        yield Finding(
            name,
            str(error),
            "Put a valid token in place: `spoke portals add`, or HUBSPOT_ACCESS_TOKEN.",
        )
        return
    yield Finding(name, "token accepted")
    yield _time_zone(context, portal)
    yield _scopes(name, client, context.types(portal))
    yield _schemas(name, client)
    yield _optional(context, portal)
    yield _polled(context, portal)
    yield _sums(context, portal)
    yield _definitions(context, portal)
    yield _deliveries(context, portal)


def _time_zone(context: Context, portal: Portal) -> Finding:
    with context.database.transaction() as conn:
        unknown = portal.portal_id in zones.unknown(conn)
    name = f"Portal {portal.portal_id} time zone"
    if not unknown:
        return Finding(name, portal.time_zone)
    return Finding(name, zones.UNKNOWN.format(portal.time_zone), zones.CURE)


def _scopes(name: str, client: Client, types: Catalogue) -> Finding:
    """Check scopes by one small request per type, all at once."""
    asked: dict[str, Callable[[], object]] = {
        kind.name: partial(client.list_page, kind.path, ["hs_object_id"]) for kind in types.in_use
    }
    asked["owners"] = client.owners
    with ThreadPoolExecutor(4, thread_name_prefix="doctor") as threads:
        answers = {kind: threads.submit(ask).exception() for kind, ask in asked.items()}
    refused, failed = list[str](), list[str]()
    for kind, error in answers.items():
        if error is not None:
            place = refused if isinstance(error, MissingScopes) else failed
            place.append(f"{kind} ({error})")
    if refused:
        return Finding(
            f"{name} scopes",
            f"may not read {'; '.join(refused)}",
            "Add the scopes to the app, install it again.",
        )
    if failed:
        return Finding(
            f"{name} scopes",
            f"cannot read {'; '.join(failed)}",
            "Try again; see HubSpot's status page.",
        )
    return Finding(f"{name} scopes", f"all {len(types.in_use)} types and the owners can be read")


def _schemas(name: str, client: Client) -> Finding:
    """Check the schemas of custom objects. Few portals have them, so a missing scope for them need
    not be mended."""
    try:
        found = [str(each.get("name")) for each in client.schemas()]
    except MissingScopes:
        return Finding(
            f"{name} custom objects",
            "cannot be seen: the app has no scope crm.schemas.custom.read; all else goes on",
        )
    except HubSpotError as error:
        return Finding(
            f"{name} custom objects", str(error), "Try again; see HubSpot's status page."
        )
    return Finding(f"{name} custom objects", ", ".join(sorted(found)) or "none")


def _optional(context: Context, portal: Portal) -> Finding:
    """Tell of the types that most portals have none of, as the last look found them. A missing
    scope need not be mended: few portals want all of them."""
    with context.database.transaction() as conn:
        found = optional_types.states(conn, portal.portal_id)
    used = ", ".join(row["object_type"] for row in found if row["used_at"]) or "none"
    refused = [f"{row['object_type']} ({row['refusal']})" for row in found if row["refusal"]]
    more = f"; not read: {'; '.join(refused)}" if refused else ""
    return Finding(f"Portal {portal.portal_id} other objects", used + more)


def _sums(context: Context, portal: Portal) -> Finding:
    """Tell of the sums of the aggregations. Where they are not built, views count records: slower,
    and right. Changes that nobody folds are to be mended."""
    with context.database.transaction() as conn:
        rows = conn.execute(QUERIES["read_rollups"]).fetchall()
    found = next(row for row in rows if row["portal_id"] == portal.portal_id)
    told = f"{found['unfolded']:,} changes to fold"
    if found["unbuilt"]:
        told += f"; not built of {', '.join(found['unbuilt'])}: their views count records"
    todo = "The job `sums` folds them: does a worker listen on backfill?"
    name = f"Portal {portal.portal_id} sums"
    return Finding(name, told, todo if found["unfolded"] > MOST_UNFOLDED else "")


def _definitions(context: Context, portal: Portal) -> Finding:
    """Tell of properties, pipelines and stages that numbers stand on and that changed or went."""
    with context.database.transaction() as conn:
        found = schema_findings.still_open(conn, [portal.portal_id])
    name = f"Portal {portal.portal_id} definitions"
    if not found:
        return Finding(name, "all that numbers stand on are as they were")
    return Finding(name, "; ".join(map(str, found)), f"{found[0].cure}.")


def _polled(context: Context, portal: Portal) -> Finding:
    """Tell of what no webhook tells of, as the clock's last looks found it, with the scopes that
    are needed. One that is missing need not be mended: few portals want all of them."""
    asked = {"portal_id": portal.portal_id}
    with context.database.transaction() as conn:
        found = {row["family"]: row for row in conn.execute(QUERIES["polled_access"], asked)}
    scopes = {name: each.scope for name, each in (FAMILIES | STREAMS).items()}
    read = [name for name, row in found.items() if row["completed"] and not row["no_access"]]
    refused = [f"{name} (scope {scopes[name]})" for name, row in found.items() if row["no_access"]]
    told = [
        ", ".join(read),
        f"not read: {'; '.join(refused)}" if refused else "",
        _not_yet(scopes[name] for name in scopes if name not in (*read, *found)),
    ]
    return Finding(f"Portal {portal.portal_id} polled", "; ".join(filter(None, told)))


def _not_yet(scopes: Iterable[str]) -> str:
    needed = sorted(set(scopes))
    return f"to be looked at, with the scopes {', '.join(needed)}" if needed else ""


def _deliveries(context: Context, portal: Portal) -> Finding:
    types = context.types(portal)
    untold = [kind.name for kind in types.values() if not kind.tells or kind.name in types.dormant]
    asked = {"portal_id": portal.portal_id, "untold": untold}
    with context.database.transaction() as conn:
        row = conn.execute(QUERIES["last_events"], asked).fetchone()
    name = f"Portal {portal.portal_id} events"
    if row is None or row["last_event_at"] is None:
        return Finding(
            name,
            "none has ever come",
            "Subscribe: `spoke doctor --subscriptions` prints the app's file.",
        )
    silent = f"; never of {', '.join(row['silent'])}" if row["silent"] else ""
    return Finding(name, f"the last came at {row['last_event_at']:%Y-%m-%d %H:%M:%S}{silent}")
