"""/simulator/…: what tests, benchmarks and the demo use to steer and to look behind the API. No
auth, no limits."""

import hashlib
import time
from dataclasses import asdict
from typing import Any

import gevent
from flask import Blueprint, Response, request

from hubspot.objects import ObjectType

from ..edits import Plan, edit
from ..errors import Problem
from ..events import Origin
from ..faults import DeliveryFaults, Fault
from ..imports import place
from ..kept import keep, put_back
from ..portal import Portal
from ..rendering import whole
from ..store import Record
from ..traffic import Traffic
from ..wire import dumps
from ..world import Account
from .reply import asked, reply, world

routes = Blueprint("simulator", __name__)


def portal_asked(body: dict[str, Any] | None = None) -> Portal:
    """Find the portal by `portal_id` in the body or the query string; the first portal without."""
    named = (body or {}).get("portal_id") or request.args.get("portal_id")
    try:
        return world().portal(int(named) if named else None)
    except KeyError as error:
        raise Problem(404, f"This simulator has no portal {error}") from error


@routes.get("/stats")
def stats() -> Response:
    """Answer the first portal's figures at the top, and the figures of every portal under
    `portals`."""
    each = {str(one.portal.portal_id): portal_stats(one) for one in world().accounts.values()}
    first = next(iter(each.values()))
    return reply(first | {"portals": each})


def portal_stats(account: Account) -> dict[str, Any]:
    portal, sender = account.portal, account.portal.deliveries
    state = {
        "waiting_events": len(sender.waiting),
        "pending": sender.pending,
        "in_flight": sender.in_flight,
    }
    return {
        "deliveries": asdict(sender.tally) | state,
        "records": {name: len(store.live) for name, store in portal.stores.items()},
        "archived": {name: len(store.archived) for name, store in portal.stores.items()},
        "max_admitted_in_10_s": account.rolling.peak,
        **account.traffic.told(),
    }


@routes.post("/keep")
def keep_everything() -> Response:
    """Remember the portals and the settings as they are now, for /put-back."""
    held = world()
    portals = [account.portal for account in held.accounts.values()]
    held.kept = {portal.portal_id: keep(portal) for portal in portals}
    held.kept_settings = held.settings
    return reply({"kept": len(portals)})


@routes.post("/put-back")
def put_everything_back() -> Response:
    """End all faults, wait as /quiet does, and put back what was kept: nobody is told, and nothing
    was asked yet."""
    held = world()
    held.faults.active = []
    for account in held.accounts.values():
        account.portal.deliveries.faults = DeliveryFaults()
    if held.kept_settings is None:
        raise Problem(400, "Nothing was kept: POST /simulator/keep comes first")
    held.change({"edits_per_second": 0, "latency_ms": 0})
    state = wait_until_quiet()
    held.settings = held.kept_settings
    held.change({})
    for account in held.accounts.values():
        put_back(account.portal, held.kept[account.portal.portal_id])
        account.begin_again()
    return reply(state)


@routes.post("/reset-stats")
def reset_stats() -> Response:
    for account in world().accounts.values():
        account.traffic, account.rolling.peak = Traffic(), 0
        account.portal.deliveries.tally = type(account.portal.deliveries.tally)()
    return reply({"reset": True})


@routes.post("/edits")
def edits() -> Response:
    """Make random edits; see edits.Plan for the fields. Returns when the last one is made."""
    body = asked()
    portal = portal_asked(body)
    body.pop("portal_id", None)
    try:
        plan = Plan(**body)
    except (TypeError, ValueError) as error:
        raise Problem(400, str(error)) from error
    return reply(edit(portal, plan))


@routes.post("/quiet")
def quiet() -> Response:
    """Wait until no delivery is waiting, in flight or due for a retry, at most `timeout`
    seconds."""
    return reply(wait_until_quiet())


def wait_until_quiet() -> dict[str, Any]:
    until = time.monotonic() + float(asked().get("timeout", 30))
    senders = [account.portal.deliveries for account in world().accounts.values()]
    while not all(sender.quiet for sender in senders) and time.monotonic() < until:
        gevent.sleep(0.01)
    state = {
        "pending": sum(sender.pending for sender in senders),
        "in_flight": sum(one.in_flight for one in senders),
    }
    return {"quiet": all(sender.quiet for sender in senders)} | state


@routes.get("/records/<object_type>")
def records(object_type: str) -> Response:
    """Answer the truth for equality checks: {"records": {id: {...}}, "next": id or null}; `full=1`
    for whole records."""
    portal = portal_asked()
    kind, full = portal.kind(object_type), request.args.get("full") == "1"
    store, limit = portal.stores[kind.name], int(request.args.get("limit", 1_000_000))
    after = int(request.args.get("after", 0))
    ids = sorted(one for one in store.records if one > after)
    show = whole if full else digest
    found = {str(one): show(portal, kind, store.records[one]) for one in ids[:limit]}
    return reply({"records": found, "next": str(ids[limit - 1]) if len(ids) > limit else None})


def digest(portal: Portal, kind: ObjectType, record: Record) -> dict[str, Any]:
    """Answer the SHA-1 over the sorted [name, value] pairs of all set properties, as compact
    JSON."""
    pairs = dumps(sorted(record.properties.items()))
    return {
        "updatedAt": record.updated_at,
        "archived": record.archived_at is not None,
        "properties_hash": hashlib.sha1(pairs).hexdigest(),
    }


@routes.post("/settings")
def settings() -> Response:
    """Change settings (see settings.Settings); an empty body only shows them."""
    try:
        world().change(asked())
    except KeyError as error:
        raise Problem(400, f"There is no setting {error}") from error
    return reply(asdict(world().settings))


@routes.post("/faults")
def faults() -> Response:
    """Take {"api": [Fault], "webhooks": DeliveryFaults}; replace the given kind and tell which
    faults are active; see faults.py."""
    body, held = asked(), world()
    try:
        if "api" in body:
            held.faults.active = [Fault(**one) for one in body["api"]]
        if "webhooks" in body:
            for account in held.accounts.values():
                account.portal.deliveries.faults = DeliveryFaults(**body["webhooks"])
    except (TypeError, ValueError) as error:
        raise Problem(400, str(error)) from error
    return reply({"api": held.faults.told(), "webhooks": asdict(portal_asked().deliveries.faults)})


@routes.get("/exports/<int:portal_id>/<task_id>.csv")
def exported(portal_id: int, task_id: str) -> Response:
    """Answer a file of an export: its address is open, as HubSpot's are."""
    try:
        kept = world().portal(portal_id).families["exports"][""][task_id]
    except KeyError as error:
        raise Problem(404, f"There is no export {error}") from error
    return Response(kept["content"], content_type="text/csv;charset=utf-8")


@routes.get("/families")
def every_family() -> Response:
    """Answer family → parent → key → entry, as they are now."""
    return reply(portal_asked().families)


@routes.post("/families")
def families() -> Response:
    """Take {"family", "parent", "put", "remove"}: entries to put by their keys, and keys to remove,
    as people do in HubSpot. Members of lists have their own API."""
    body = asked()
    held = portal_asked(body).families.setdefault(body["family"], {})
    held = held.setdefault(body.get("parent", ""), {})
    held.update(body.get("put", {}))
    for key in body.get("remove", []):
        held.pop(key, None)
    return reply({"entries": len(held)})


@routes.post("/restore")
def restore() -> Response:
    """Restore {"type", "ids"}, as a person does in HubSpot's recycle bin; there is no API for
    it."""
    body = asked()
    portal = portal_asked(body)
    kind = portal.kind(body["type"])
    found = [portal.stores[kind.name].get(int(one), archived=True) for one in body["ids"]]
    restored = [record for record in found if record is not None]
    for record in restored:
        portal.restore(kind, record, Origin(portal.now(), "CRM_UI", "userId:52530071"))
    return reply({"restored": [str(record.id) for record in restored]})


@routes.post("/restore-property")
def restore_property() -> Response:
    """Restore {"type", "property"}, as a person does in HubSpot's list of archived properties. It
    is as it was, dates included."""
    body = asked()
    portal = portal_asked(body)
    kind = portal.kind(body["type"])
    name = body["property"]
    portal.properties[kind.name][name] = found = portal.archived_properties.pop((kind.name, name))
    portal.define(kind)
    return reply(found)


@routes.post("/import")
def import_records() -> Response:
    """Take {"type", "records", "events": false, "seconds_ago": 0}: see imports.place for a
    record. All of one request share one modified time, as records that HubSpot's own nightly
    jobs touch do."""
    body = asked()
    portal = portal_asked(body)
    at_ms = portal.now() - int(1_000 * body.get("seconds_ago", 0))
    kind, origin = portal.kind(body["type"]), Origin(at_ms, "IMPORT", "importId:1")
    portal.muted = not body.get("events", False)
    try:
        placed = [place(portal, kind, one, origin) for one in body["records"]]
    finally:
        portal.muted = False
    return reply({"ids": [str(record.id) for record in placed]})
