"""Types that most portals have none of: what a portal without them pays, how one comes into use,
and what becomes of one that HubSpot refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from commands import status_copy
from db import followed_properties, optional_types
from db.portals import Portal
from hubspot.catalogue import Catalogue
from hubspot.mirrored import Mirrored
from hubspot.objects import CORE_TYPES, OBJECT_TYPES
from operations import status
from tests.processes import Simulator
from tests.workers.conftest import arrive
from tests.workers.test_history import equal, read
from workers import backfill, optional_looks, reconcile
from workers.context import Context
from workers.definitions import refresh
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]
OPTIONAL = [kind for kind in OBJECT_TYPES.values() if kind.optional]


@pytest.fixture
def portal(context: Context, simulator: Simulator) -> Portal:
    found = context.portal(simulator.portal_id)
    assert found is not None
    return found


def in_use(context: Context, portal: Portal) -> set[str]:
    return {kind.name for kind in context.types(portal).in_use if kind.optional}


def asked(simulator: Simulator, since: Counter[str]) -> Counter[str]:
    """Count requests by kind and type, since an earlier count."""
    return Counter(simulator.stats()["requests_by_type"]) - since


def look(context: Context, portal: Portal) -> Catalogue:
    types = context.types(portal)
    return optional_looks.look(context, portal, types, types.dormant, optional_looks.NOW)


def test_every_optional_type_comes_into_use_and_is_equal(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"email": "buyer@example.com"})
    for kind in OPTIONAL:
        name = next(each.property for each in kind.columns)
        made = simulator.create(kind.name, {name: "5"})
        if "contacts" in kind.associations and kind.tells:
            path = f"/crm/v4/objects/{kind.name}/{made}/associations/default/contacts/{contact}"
            simulator.call("PUT", path)
    arrive(context, simulator)
    silent = {kind.name for kind in OPTIONAL if not kind.tells}
    assert (
        in_use(context, portal)
        == {kind.name for kind in OPTIONAL} - silent
        == ({kind.name for kind in OPTIONAL} - {"projects", "marketing_events"})
    )
    types = look(context, portal)
    assert not types.dormant
    names = [kind.name for kind in OPTIONAL]
    refresh(context, portal, names)
    assert backfill.backfill(context, portal, names, lambda scan: None) == []
    found = verify(context, portal, names)
    assert {each.object_type: (each.compared, each.unequal, each.failure) for each in found} == (
        dict.fromkeys(names, (1, 0, ""))
    )
    assert rows("select title, amount, contact_ids from current_quotes") == [
        {"title": "5", "amount": None, "contact_ids": [contact]}
    ]
    assert {
        row["object_type"] for row in rows("select distinct object_type from associations")
    } >= {kind.name for kind in OPTIONAL if "contacts" in kind.associations and kind.tells}
    simulator.archive("orders", simulator.call("GET", "/crm/v3/objects/orders")["results"][0]["id"])
    arrive(context, simulator)
    assert rows("select from current_orders") == []
    pipelines = rows("select distinct object_type from pipeline_stages where portal_id = %s", 62515)
    assert {row["object_type"] for row in pipelines} >= {
        kind.name for kind in OPTIONAL if kind.has_pipelines
    }


def test_a_portal_without_them_pays_a_request_a_day_for_each(
    context: Context, simulator: Simulator, portal: Portal
) -> None:
    before = Counter(simulator.stats()["requests_by_type"])
    refresh(context, portal)
    reconcile.reconcile(context, portal)
    named = {kind.name for kind in OPTIONAL}
    hourly = [each for each in asked(simulator, before) if each.partition(" ")[2] in named]
    assert hourly == [], "they were looked at within a day"
    assert set(reconcile.reconcile(context, portal)) == {*CORE_TYPES}
    refresh(context, portal, look_every=optional_looks.NOW)
    daily = asked(simulator, before)
    assert {each: daily[each] for each in daily if each.partition(" ")[2] in named} == {
        f"list_records {kind.name}": 1 for kind in OPTIONAL
    }


def test_a_refused_type_fails_nothing_and_says_why(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    simulator.create("quotes", {"hs_title": "Ten seats"})
    arrive(context, simulator)
    fault: dict[str, Any] = {"fault": "status", "status": 403, "types": ["quotes", "users"]}
    fault["kinds"] = ["list_records", "search", "batch_read"]
    simulator.control("faults", api=[fault, {**fault, "status": 404, "types": ["leads"]}])
    look(context, portal)
    with context.database.transaction() as conn:
        conn.execute(
            "insert into scans (portal_id, kind, object_type, state, started_at, finished_at)"
            " values (%s, 'backfill', 'quotes', 'completed', now(), now())",
            [portal.portal_id],
        )
    found = reconcile.reconcile(context, portal)
    assert found["quotes"] == reconcile.NO_ACCESS and "quotes" not in in_use(context, portal)
    told = "\n".join(status_copy.optional_types(status.read(context)))
    assert "users: no access: scope crm.objects.users.read" in told
    assert "quotes: no access: scope crm.objects.quotes.read" in told
    assert "leads: not in this portal: HubSpot answered 404" in told
    assert rows("select from scans where state in ('failed', 'pending')") == []
    before = Counter(simulator.stats()["requests_by_type"])
    simulator.create("users", {"hs_email": "a@example.com"})
    arrive(context, simulator)
    assert [each for each in asked(simulator, before) if "users" in each] == ["create users"]
    with context.database.transaction() as conn:
        of = Mirrored(portal.portal_id, OBJECT_TYPES["users"])
        assert optional_types.refused_lately(conn, of, optional_looks.REFUSED_FOR)


def test_any_property_of_any_type_can_be_followed(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    company = simulator.create("companies", {"name": "A", "city": "Bonn"})
    simulator.update("companies", company, {"city": "Kiel"})
    arrive(context, simulator)
    assert rows("select from property_history where object_type = 'companies'") == []
    with context.database.transaction() as conn:
        of = Mirrored(portal.portal_id, context.types(portal)["companies"])
        assert followed_properties.follow(conn, of, "city") == len(
            rows("select from hubspot_companies_raw where portal_id = %s", portal.portal_id)
        )
    now = context.portal(portal.portal_id)
    assert now and context.types(now)["companies"].history == ("city",)
    assert read(context, simulator) > 0
    assert equal(rows, simulator, context.types(now)["companies"])
    simulator.update("companies", company, {"city": "Bonn"})
    arrive(context, simulator)
    assert [
        row["value"]
        for row in rows(
            "select value from property_history where hubspot_id = %s and object_type = 'companies'"
            " order by changed_at",
            company,
        )
    ] == ["Bonn", "Kiel", "Bonn"]
    with context.database.transaction() as conn:
        followed_properties.unfollow(conn, of, "city")
    later = context.portal(portal.portal_id)
    assert later and context.types(later)["companies"].history == ()
