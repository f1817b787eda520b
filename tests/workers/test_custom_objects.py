"""Custom objects by the same paths as every other type: discovery, webhooks, backfill, reconcile,
verify, erasure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import jobs
from db.portals import Portal
from hubspot.mirrored import Mirrored
from lab import embedded
from operations.replay import replay
from settings import WEBHOOK_PATH, Settings
from tests import processes
from tests.processes import OTHER_TOKEN, Simulator
from tests.workers.conftest import arrive, describing, fetch_now
from tests.workers.custom_types import defined, shown
from tests.workers.test_events import event, send
from tests.workers.test_found_pairs import labelled, named
from tests.workers.test_lifecycle import link
from workers import backfill, ingest, privacy
from workers.context import Context
from workers.definitions import refresh
from workers.reconcile import _scan
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]
OBJECTS = (
    "select * from hubspot_objects_raw where portal_id = %s and object_type = %s"
    " and hubspot_id = %s"
)


@pytest.fixture(scope="module")
def shared_simulator(simulator_with_custom_objects: Simulator) -> Simulator:
    return simulator_with_custom_objects


@pytest.fixture(scope="module")
def described(
    servers: embedded.Servers, template: str, shared_simulator: Simulator
) -> Iterator[str]:
    with describing(servers, template, shared_simulator) as name:
        yield name


@pytest.fixture(autouse=True)
def receiver(web: processes.Web, simulator: Simulator) -> str:
    """Give the address where webhooks go."""
    return web.url + WEBHOOK_PATH


@pytest.fixture
def portal(context: Context, simulator: Simulator) -> Portal:
    found = context.portal(simulator.portal_id)
    assert found is not None
    return found


def fetched(context: Context, portal: Portal) -> None:
    assert backfill.backfill(context, portal, tuple(context.types(portal)), lambda scan: None) == []


def unequal(context: Context, portal: Portal) -> dict[str, dict[str, list[str]]]:
    return {
        report.object_type: report.differences
        for report in verify(context, portal, patience=0)
        if report.unequal
    }


def test_each_portal_has_its_own_types_though_their_names_are_the_same(
    context: Context, simulator: Simulator
) -> None:
    first, second = (context.types(portal) for portal in context.portals())
    assert [kind.name for kind in first.values() if kind.shared] == ["cars", "p62515_deal", "tyres"]
    assert [kind.name for kind in second.values() if kind.shared] == [
        "cars",
        "p62516_deal",
        "tyres",
    ]
    assert first["cars"].type_id != second["cars"].type_id
    assert first["cars"].associations == (
        "contacts",
        "companies",
        "deals",
        "tickets",
        "p62515_deal",
        "tyres",
    )
    assert first["deals"] is second["deals"]


def test_backfill_and_verify_see_them_and_nothing_crosses(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    simulator.control("reset-stats")
    for portal in context.portals():
        fetched(context, portal)
        assert unequal(context, portal) == {}
    asked = set(simulator.stats()["requests_by_type"])
    assert "list_records p62515_cars" in asked
    assert not [each for each in asked if each.split()[-1] in ("cars", "tyres", "deal")], (
        "short names are not promised"
    )
    found = rows("select portal_id, object_type, rows from sync_status where rows > 0")
    assert {(row["portal_id"], row["object_type"]): row["rows"] for row in found} == shown(
        context, simulator
    )
    linked = rows(
        "select contact_ids, raw_json from hubspot_objects_raw where object_type = 'cars'"
    )
    assert any(row["contact_ids"] for row in linked)
    assert any(row["raw_json"]["associations"]["tyres"]["results"] for row in linked)


def test_everything_that_happens_to_a_record_arrives_by_webhook(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    car = simulator.create("p62515_cars", {"title": "Beetle", "amount": "7"})
    other = simulator.create("p62515_cars", {"title": "Mini"})
    arrive(context, simulator)
    (row,) = rows(OBJECTS, simulator.portal_id, "cars", car)
    assert (row["contact_ids"], row["raw_json"]["properties"]["amount"]) == ([], "7")
    changed_and_linked(context, simulator, rows, car)
    archived_and_restored(context, simulator, rows, car)
    merged(context, simulator, rows, (car, other))
    fetched(context, portal)
    arrive(context, simulator)
    assert unequal(context, portal) == {}
    assert rows("select from hubspot_objects_raw where portal_id = 62516") == []


def changed_and_linked(context: Context, simulator: Simulator, rows: Rows, car: str) -> None:
    """Change a car, and link it with a contact and with another custom record."""
    contact = simulator.create("contacts", {})
    tyre = simulator.create("p62515_tyres", {"title": "Winter"})
    simulator.update("p62515_cars", car, {"amount": "8"})
    schema = simulator.call("GET", "/crm-object-schemas/2026-09/schemas/p62515_cars")
    ids = {each["name"]: int(each["id"]) for each in schema["associations"]}
    link(simulator, "p62515_cars", car, "contacts", contact, ids["cars_to_contact"])
    link(simulator, "p62515_tyres", tyre, "p62515_cars", car, ids["tyres_to_cars"])
    arrive(context, simulator)
    (row,) = rows(OBJECTS, simulator.portal_id, "cars", car)
    assert (row["contact_ids"], row["raw_json"]["properties"]["amount"]) == ([contact], "8")
    (tyres,) = rows(OBJECTS, simulator.portal_id, "tyres", tyre)
    assert [each["id"] for each in row["raw_json"]["associations"]["tyres"]["results"]] == [tyre]
    assert [each["id"] for each in tyres["raw_json"]["associations"]["cars"]["results"]] == [car]


def archived_and_restored(context: Context, simulator: Simulator, rows: Rows, car: str) -> None:
    simulator.archive("p62515_cars", car)
    arrive(context, simulator)
    assert rows(OBJECTS, simulator.portal_id, "cars", car)[0]["archived"]
    shown = "select from custom_objects where hubspot_id = %s and object_type = 'cars'"
    assert rows(shown, car) == []
    simulator.control("restore", type="p62515_cars", ids=[car])
    arrive(context, simulator)
    assert rows(
        "select properties ->> 'title' as title from custom_objects where hubspot_id = %s", car
    ) == [{"title": "Beetle"}]


def merged(context: Context, simulator: Simulator, rows: Rows, cars: tuple[str, str]) -> None:
    body = dict(zip(("primaryObjectId", "objectIdToMerge"), cars, strict=True))
    survivor = str(simulator.call("POST", "/crm/objects/2026-09/p62515_cars/merge", body)["id"])
    arrive(context, simulator)
    found = [row for each in cars for row in rows(OBJECTS, 62515, "cars", each)]
    assert {row["merged_into"] for row in found} == {survivor}
    old = rows(
        "select old_id from merged_records where object_type = 'cars' and hubspot_id = %s", survivor
    )
    assert {row["old_id"] for row in old} == set(cars)


@pytest.mark.parametrize("end", ["contacts", "p62515_tyres"])
def test_an_archived_record_leaves_the_links_of_custom_records_though_only_it_is_told_of(
    context: Context, simulator: Simulator, rows: Rows, end: str
) -> None:
    simulator.control("settings", removals_tell_associations=False)
    car, far = simulator.create("p62515_cars", {}), simulator.create(end, {})
    body = {"inputs": [{"from": {"id": car}, "to": {"id": far}}]}
    simulator.call(
        "POST", f"/crm/associations/2026-09/p62515_cars/{end}/batch/associate/default", body
    )
    arrive(context, simulator)
    assert _links(rows, car, end) == [far]
    simulator.archive(end, far)
    arrive(context, simulator)
    assert _links(rows, car, end) == []


def test_a_restored_record_is_back_in_the_links_of_the_custom_records_that_it_is_linked_to(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    simulator.control("settings", removals_tell_associations=False)
    car, tyre = simulator.create("p62515_cars", {}), simulator.create("p62515_tyres", {})
    body = {"inputs": [{"from": {"id": car}, "to": {"id": tyre}}]}
    simulator.call(
        "POST", "/crm/associations/2026-09/p62515_cars/p62515_tyres/batch/associate/default", body
    )
    arrive(context, simulator)
    simulator.archive("p62515_tyres", tyre)
    arrive(context, simulator)
    simulator.control("restore", type="p62515_tyres", ids=[tyre])
    arrive(context, simulator)
    assert _links(rows, car, "p62515_tyres") == [tyre]


def _links(rows: Rows, car: str, end: str) -> list[str]:
    (row,) = rows(OBJECTS, 62515, "cars", car)
    return [
        each["id"]
        for each in row["raw_json"]["associations"][end.removeprefix("p62515_")]["results"]
    ]


def test_a_type_that_is_new_is_learnt_from_its_first_event_and_then_fetched_whole(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, receiver: str
) -> None:
    fetched(context, portal)
    simulator.control("settings", deliver_to="")
    type_id = defined(simulator, "lorries")
    simulator.create("p62515_lorries", {"title": "unheard of"})
    simulator.control("settings", deliver_to=receiver)
    lorry = simulator.create("p62515_lorries", {"title": "Old"})
    simulator.quiet()
    ingest.run(context)
    assert rows("select distinct object_type from pending_changes") == [{"object_type": type_id}]
    assert context.types(portal).find(type_id) is None
    arrive(context, simulator)
    (row,) = rows(OBJECTS, simulator.portal_id, "lorries", lorry)
    assert (row["contact_ids"], row["raw_json"]["properties"]["title"]) == ([], "Old")
    assert {
        row["object_type"] for row in rows("select object_type, ignored from webhook_events")
    } == {"lorries"}
    assert rows("select object_type, gone_at from hubspot_schemas where type_id = %s", type_id) == [
        {"object_type": "lorries", "gone_at": None}
    ]
    waiting = "select object_type from scans where state = 'pending' order by 1"
    read = [each["object_type"] for each in rows(waiting)]
    assert read == ["cars", "lorries"], "cars may be linked to lorries now"
    assert jobs.queued(context.server, jobs.BACKFILL) == {(simulator.portal_id,)}
    backfill.run(context, simulator.portal_id)
    assert rows(waiting) == []
    assert unequal(context, portal) == {}


def test_events_of_a_type_that_hubspot_does_not_show_are_kept_and_ask_for_it_once_a_minute(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    simulator.control("reset-stats")
    for number in (1, 2):
        raw = event(
            simulator.portal_id,
            subscriptionType="object.creation",
            objectTypeId="2-999",
            objectId=number,
        )
        send(context, json.dumps([raw]).encode())
        ingest.run(context)
        fetch_now(context, simulator.portal_id, "2-999")
    assert simulator.stats()["requests"]["schemas"] == 1
    assert rows(
        "select object_type, hubspot_id, ignored from webhook_events order by hubspot_id"
    ) == [
        {
            "object_type": "2-999",
            "hubspot_id": "1",
            "ignored": "not among the types that HubSpot shows us",
        },
        {"object_type": "2-999", "hubspot_id": "2", "ignored": None},
    ]
    (waiting,) = rows(
        "select hubspot_id, error, not_before > now() + interval '50 s' as later"
        " from pending_changes"
    )
    assert waiting == {
        "hubspot_id": "2",
        "error": "HubSpot was asked for new types just now",
        "later": True,
    }


def test_hubspot_out_of_reach_while_it_is_asked_for_a_type_costs_no_mark(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    simulator.control("faults", api=[{"fault": "status", "status": 503, "kinds": ["schemas"]}])
    raw = event(simulator.portal_id, subscriptionType="object.creation", objectTypeId="2-999")
    send(context, json.dumps([raw]).encode())
    ingest.run(context)
    fetch_now(context, simulator.portal_id, "2-999")
    (waiting,) = rows("select error, not_before > now() as later from pending_changes")
    assert waiting["later"] and "503" in waiting["error"]


def test_a_token_that_may_not_see_schemas_goes_on_with_what_is_known(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    simulator.control("faults", api=[{"fault": "status", "status": 403, "kinds": ["schemas"]}])
    assert "cars" in refresh(context, portal)
    (known,) = rows("select schemas_error from portals where portal_id = %s", simulator.portal_id)
    assert "403" in known["schemas_error"]
    simulator.control("faults", api=[])
    refresh(context, portal)
    assert rows("select from portals where schemas_error is not null") == []


def test_a_refresh_that_finds_nothing_new_leaves_what_others_remember_valid(
    context: Context, portal: Portal, rows: Rows
) -> None:
    known = "select schemas_changed_at from portals order by portal_id"
    before = rows(known)
    refresh(context, portal)
    assert rows(known) == before


def test_a_type_that_is_back_is_mirrored_again(
    context: Context, portal: Portal, rows: Rows
) -> None:
    rows("update hubspot_schemas set gone_at = now() where object_type = 'tyres' returning 1")
    rows("update portals set schemas_changed_at = clock_timestamp() returning 1")
    [seen] = [each for each in context.portals() if each.portal_id == portal.portal_id]
    assert "tyres" not in context.types(seen)
    assert "tyres" in refresh(context, seen)
    assert (
        rows(
            "select from hubspot_schemas where gone_at is not null and portal_id = %s",
            portal.portal_id,
        )
        == []
    )


def test_what_one_process_learns_all_others_know_and_read_it_once(
    context: Context, simulator: Simulator, portal: Portal, settings: Settings
) -> None:
    other = Context.open(settings, connections=2)
    before = other.types(portal)
    defined(simulator, "boats")
    refresh(context, portal)
    seen = other.portal(simulator.portal_id)
    assert seen is not None
    assert ("boats" in before, "boats" in other.types(seen)) == (False, True)
    assert other.types(seen) is other.types(portal), (
        "an older view of the portal asks for nothing older"
    )
    with other.database.transaction() as conn:
        assert ingest._known(other, conn)[simulator.portal_id] is other.types(seen)
    other.close()


def test_a_type_that_disappears_keeps_its_rows_and_is_not_asked_for(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    type_id = defined(simulator, "boats")
    boat = simulator.create("p62515_boats", {"title": "Gone"})
    arrive(context, simulator)
    simulator.archive("p62515_boats", boat)
    arrive(context, simulator)
    simulator.call("DELETE", f"/crm-object-schemas/2026-09/schemas/{type_id}")
    rows(
        "insert into scans (portal_id, kind, object_type, state) values (%s, 'nightly', 'boats',"
        " 'running') returning 1",
        simulator.portal_id,
    )
    assert "boats" not in refresh(context, portal)
    assert rows("select state from scans where kind = 'nightly'") == [{"state": "cancelled"}]
    assert rows(
        "select gone_at is not null as gone from hubspot_schemas where type_id = %s", type_id
    ) == [{"gone": True}]
    assert len(rows(OBJECTS, simulator.portal_id, "boats", boat)) == 1
    assert rows("select archived_rows from sync_status where object_type = 'boats'") == [
        {"archived_rows": 1}
    ]
    simulator.control("reset-stats")
    raw = event(
        simulator.portal_id,
        subscriptionType="object.deletion",
        objectTypeId=type_id,
        objectId=int(boat),
    )
    send(context, json.dumps([raw]).encode())
    context.server.delete(f"spoke:schemas:{simulator.portal_id}")
    arrive(context, simulator)
    assert set(simulator.stats()["requests"]) == {"schemas"}


def test_the_backfill_of_a_type_that_disappeared_ends(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    rows(
        "insert into scans (portal_id, kind, object_type, state) values (%s, 'backfill', 'former',"
        " 'pending') returning 1",
        simulator.portal_id,
    )
    backfill.run(context, simulator.portal_id)
    assert rows("select state, error from scans") == [
        {"state": "failed", "error": "HubSpot has this type no longer"}
    ]


def test_reconcile_heals_what_no_webhook_told(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    cars = [simulator.create("p62515_cars", {"title": name}) for name in ("changed", "archived")]
    simulator.quiet()
    fetched(context, portal)
    arrive(context, simulator)
    simulator.control("settings", deliver_to="")
    simulator.update("p62515_cars", cars[0], {"title": "New"})
    simulator.archive("p62515_cars", cars[1])
    assert _scan(context, portal, context.types(portal)["cars"], datetime.now(UTC)) == 2
    arrive(context, simulator)
    assert rows(OBJECTS, 62515, "cars", cars[0])[0]["raw_json"]["properties"]["title"] == "New"
    assert rows(OBJECTS, 62515, "cars", cars[1])[0]["archived"]


def test_verify_finds_and_heals_a_custom_record(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    car = simulator.create("p62515_cars", {})
    fetched(context, portal)
    arrive(context, simulator)
    rows(
        "delete from hubspot_objects_raw where object_type = 'cars' and hubspot_id = %s"
        " returning 1",
        car,
    )
    [report] = verify(context, portal, ["cars"], heal=True, patience=0)
    assert report.differences == {"missing": [car]}
    arrive(context, simulator)
    assert verify(context, portal, ["cars"], patience=0)[0].differences == {}


def test_an_erased_contact_leaves_no_trace_in_custom_records_of_any_kind(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows
) -> None:
    contact, car = simulator.create("contacts", {}), simulator.create("p62515_cars", {})
    body = {"inputs": [{"from": {"id": car}, "to": {"id": contact}}]}
    simulator.call(
        "POST", "/crm/associations/2026-09/p62515_cars/contacts/batch/associate/default", body
    )
    arrive(context, simulator)
    copied = (
        "insert into hubspot_objects_raw (portal_id, object_type, hubspot_id, contact_ids,"
        " raw_json, archived, fetched_at, updated_at) select %s, %s, hubspot_id, contact_ids,"
        " raw_json, true, fetched_at, updated_at from hubspot_objects_raw where portal_id = %s"
        " and object_type = 'cars' and hubspot_id = %s returning 1"
    )
    for where in ((62515, "former"), (62516, "cars")):
        rows(copied, *where, 62515, car)
    simulator.call("POST", "/crm/objects/2026-09/contacts/gdpr-delete", {"objectId": contact})
    arrive(context, simulator)
    kept = rows(
        "select portal_id, object_type, contact_ids,"
        " raw_json #> '{associations,contacts,results}' as links from hubspot_objects_raw"
        " where hubspot_id = %s order by 1, 2",
        car,
    )
    assert [(row["portal_id"], row["object_type"], row["contact_ids"]) for row in kept] == [
        (62515, "cars", []), (62515, "former", []), (62516, "cars", [contact]),
    ]  # fmt: skip
    assert [len(row["links"]) for row in kept] == [0, 0, 1], (
        "the same id in another portal is another record"
    )


def test_a_refused_custom_record_is_a_dead_letter_and_comes_back(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    simulator.control("faults", api=[{"fault": "status", "status": 400, "kinds": ["batch_read"]}])
    car = simulator.create("p62515_cars", {})
    arrive(context, simulator)
    assert rows("select object_type, hubspot_id from dead_letters") == [
        {"object_type": "cars", "hubspot_id": car}
    ]
    simulator.control("faults", api=[])
    assert replay(context, kind="record") == 1
    arrive(context, simulator)
    assert len(rows(OBJECTS, simulator.portal_id, "cars", car)) == 1


def test_a_type_of_another_portal_is_not_ours(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """An id is of the portal that defined it: the other's event cannot mean our type."""
    theirs = defined(simulator, "barges", OTHER_TOKEN)
    raw = event(
        simulator.portal_id, subscriptionType="object.creation", objectTypeId=theirs, objectId=1
    )
    send(context, json.dumps([raw]).encode())
    arrive(context, simulator)
    assert rows("select from hubspot_objects_raw") == []
    assert {
        row["portal_id"]
        for row in rows("select portal_id from hubspot_schemas where object_type = 'barges'")
    } in (
        set(),
        {62516},
    )


@pytest.mark.parametrize("other", ["calls", "p62515_tyres", "contacts", "p62515_cars"])
def test_labelled_links_of_own_types_are_here_and_go_with_an_erasure(
    context: Context, simulator: Simulator, portal: Portal, rows: Rows, other: str
) -> None:
    car, end = labelled(context, simulator, "p62515_cars", other)
    assert (car, end) in named(rows, "Knows")
    of = Mirrored(portal.portal_id, context.types(portal)[other.removeprefix("p62515_")])
    with context.database.transaction() as conn:
        privacy.erase(conn, of, end, context.types(portal))
    mentions = rows(
        "select 1 from hubspot_objects_raw where hubspot_id = %s and raw_json -> 'associations'"
        " -> %s @> %s",
        car,
        of.name,
        json.dumps({"results": [{"id": end}]}),
    )
    assert (named(rows, "Knows"), mentions) == (set(), [])
