"""Deliveries as HubSpot sends them: signed, gathered, ten at a time, retried; events in both
forms."""

import json
import time

import pytest

from hubspot.signature import Signed, sign_v1, verify

from .conftest import running

SECRET = "simulated-client-secret"


@pytest.fixture(scope="module")
def shared():
    with running() as started:
        yield started


@pytest.fixture
def live(shared, receiver):
    """Give a simulator that delivers to the receiver; settings and faults end with the test."""
    usual = shared.control("settings")
    shared.control("settings", deliver_to=receiver.url)
    shared.control("reset-stats")
    yield shared
    shared.control("faults", api=[], webhooks={})
    receiver.statuses.clear()
    receiver.gate.set()
    quiet(shared)
    shared.control("settings", **usual)


def of(receiver, **fields):
    """Answer the received events with these fields."""
    return [
        one
        for one in receiver.events
        if all(one.get(name) == value for name, value in fields.items())
    ]


def quiet(simulator):
    assert simulator.control("quiet", timeout=10) == {"quiet": True, "pending": 0, "in_flight": 0}


def is_signed(delivery, url, now_ms=None):
    now_ms = now_ms or time.time_ns() // 1_000_000
    v3 = delivery.headers["X-HubSpot-Signature-v3"].encode()
    timestamp = delivery.headers["X-HubSpot-Request-Timestamp"].encode()
    return verify([SECRET], Signed("POST", url, delivery.body, timestamp, v3), now_ms) == 0


def test_a_delivery_carries_both_signatures_and_the_headers_of_a_live_one(live, receiver):
    live.create("contacts", firstname="Ada")
    quiet(live)

    delivery = receiver.deliveries[0]
    assert is_signed(delivery, receiver.url)
    assert not is_signed(delivery, receiver.url + "/")
    assert delivery.headers["X-HubSpot-Signature"] == sign_v1(SECRET, delivery.body).decode()
    assert delivery.headers["X-HubSpot-Signature-Version"] == "v1"
    assert delivery.headers["X-HubSpot-Timeout-Millis"] == "10000"
    assert delivery.headers["Content-Type"] == "application/json"
    assert delivery.headers["User-Agent"].startswith(
        "HubSpot Connect 2.0 (http://dev.hubspot.com/)"
    )


def test_a_creation_is_an_event_and_so_is_each_of_its_properties(live, receiver):
    contact_id = int(live.create("contacts", firstname="Ada", phone="972"))
    quiet(live)

    creation = of(receiver, subscriptionType="contact.creation")[0]
    common = {
        "eventId", "subscriptionId", "portalId", "appId", "occurredAt", "subscriptionType",
        "attemptNumber",
        "changeSource", "sourceId", "objectId",
    }  # fmt: skip
    assert creation.keys() == common | {"changeFlag"}
    assert (creation["objectId"], creation["portalId"], creation["changeFlag"]) == (
        contact_id,
        62515,
        "CREATED",
    )
    assert abs(creation["occurredAt"] - time.time() * 1000) < 10_000
    changes = of(receiver, subscriptionType="contact.propertyChange")
    assert changes[0].keys() == common | {"propertyName", "propertyValue"}
    assert {one["propertyName"]: one["propertyValue"] for one in changes} == {
        "firstname": "Ada",
        "phone": "972",
    }
    assert len(receiver.deliveries) == 1


def test_an_update_tells_what_changed_and_nothing_else(live, receiver):
    deal_id = live.create("deals", dealname="Slate", dealstage="closedwon", pipeline="default")
    quiet(live)
    receiver.deliveries.clear()

    values = {"dealname": "Slate", "dealstage": "closedlost"}
    live.api("PATCH", f"/crm/v3/objects/deals/{deal_id}", json={"properties": values})
    quiet(live)

    assert [(one["propertyName"], one["propertyValue"]) for one in receiver.events] == [
        ("dealstage", "closedlost")
    ]


def test_types_without_a_classic_form_get_the_generic_one(live, receiver):
    call_id = int(live.create("calls", hs_call_title="Hello"))
    quiet(live)

    assert call_id > 2**33
    kinds = {one["subscriptionType"] for one in receiver.events}
    assert kinds == {"object.creation", "object.propertyChange"}
    change = of(receiver, subscriptionType="object.propertyChange")[0]
    assert (change["objectTypeId"], change["objectId"], change["isSensitive"]) == (
        "0-48",
        call_id,
        False,
    )


def test_every_type_can_be_told_in_the_generic_form(start, receiver):
    with start("--deliver-to", receiver.url, "--webhooks", "generic") as simulator:
        simulator.create("contacts", firstname="Ada")
        quiet(simulator)

    assert {(one["subscriptionType"], one["objectTypeId"]) for one in receiver.events} == {
        ("object.creation", "0-1"),
        ("object.propertyChange", "0-1"),
    }


def test_archive_and_restore_are_told(live, receiver):
    company_id = live.create("companies", name="Acorn")
    live.api("DELETE", f"/crm/v3/objects/companies/{company_id}")
    live.control("restore", type="companies", ids=[company_id])
    quiet(live)

    for kind in ("company.deletion", "company.restore"):
        assert [one["objectId"] for one in of(receiver, subscriptionType=kind)] == [int(company_id)]


def link_primary(simulator):
    contact_id, company_id = simulator.create("contacts"), simulator.create("companies")
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    body = {"inputs": [{"from": {"id": contact_id}, "to": {"id": company_id}, "types": types}]}
    simulator.post("/crm/associations/2026-09/contacts/companies/batch/create", body)
    return int(contact_id), int(company_id)


def test_a_primary_company_fires_for_both_labels_on_both_sides(live, receiver):
    contact_id, company_id = link_primary(live)
    quiet(live)

    there = of(receiver, subscriptionType="contact.associationChange")
    back = of(receiver, subscriptionType="company.associationChange")
    assert (
        [one["isPrimaryAssociation"] for one in there]
        == [one["isPrimaryAssociation"] for one in back]
        == [False, True]
    )
    assert {(one["fromObjectId"], one["toObjectId"], one["associationType"]) for one in there} == {
        (contact_id, company_id, "CONTACT_TO_COMPANY")
    }
    assert {(one["fromObjectId"], one["toObjectId"], one["associationType"]) for one in back} == {
        (company_id, contact_id, "COMPANY_TO_CONTACT")
    }
    assert not [one for one in there + back if one["associationRemoved"] or "objectId" in one]


def test_links_with_calls_are_told_in_the_generic_form(live, receiver):
    contact_id, call_id = int(live.create("contacts")), int(live.create("calls"))
    body = {"inputs": [{"from": {"id": contact_id}, "to": {"id": call_id}}]}
    live.post("/crm/associations/2026-09/contacts/calls/batch/associate/default", body)
    quiet(live)

    there, back = of(receiver, subscriptionType="object.associationChange")
    assert (there["fromObjectTypeId"], there["toObjectTypeId"], there["associationTypeId"]) == (
        "0-1",
        "0-48",
        193,
    )
    assert (back["fromObjectTypeId"], back["toObjectTypeId"], back["associationTypeId"]) == (
        "0-48",
        "0-1",
        194,
    )
    assert (back["fromObjectId"], back["toObjectId"]) == (call_id, contact_id)
    assert there["associationCategory"] == "HUBSPOT_DEFINED"


def test_user_defined_labels_fire_nothing_beyond_the_plain_link(live, receiver):
    labels = "/crm/associations/2026-09/contacts/companies/labels"
    label = live.post(labels, {"name": "boss_of", "label": "Boss"})["results"][0]
    contact_id, company_id = live.create("contacts"), live.create("companies")
    types = [{"associationCategory": "USER_DEFINED", "associationTypeId": label["typeId"]}]
    body = {"inputs": [{"from": {"id": contact_id}, "to": {"id": company_id}, "types": types}]}
    live.post("/crm/associations/2026-09/contacts/companies/batch/create", body)
    quiet(live)

    assert len(of(receiver, subscriptionType="contact.associationChange")) == 1


@pytest.mark.parametrize(("told", "removals"), [(True, 2), (False, 0)])
def test_whether_archiving_tells_the_neighbours_is_a_setting(live, receiver, told, removals):
    live.control("settings", removals_tell_associations=told)
    contact_id, _ = link_primary(live)
    live.api("DELETE", f"/crm/v3/objects/contacts/{contact_id}")
    quiet(live)

    assert (
        len(of(receiver, subscriptionType="company.associationChange", associationRemoved=True))
        == removals
    )


def test_deliveries_hold_at_most_a_hundred_events_and_ten_are_in_flight(live, receiver):
    receiver.gate.clear()
    done = live.control("edits", count=700, seed=3, kinds=["create"])
    assert receiver.wait_for(lambda: len(receiver.deliveries) == 10)
    assert done["events"] > 2_000
    assert live.stats()["deliveries"]["in_flight"] == 10
    assert not receiver.wait_for(lambda: len(receiver.deliveries) > 10, seconds=0.2)

    receiver.gate.set()
    quiet(live)

    assert max(len(one.events) for one in receiver.deliveries) == 100
    assert len(receiver.events) == done["events"] == live.stats()["deliveries"]["events_delivered"]


def test_a_refused_delivery_is_retried_with_a_fresh_timestamp_and_signature(live, receiver):
    live.control("settings", retry_scale=0.00001)
    receiver.statuses += [500, 404, 302]
    live.create("contacts", firstname="Ada")
    quiet(live)

    attempts = [{event["attemptNumber"] for event in one.events} for one in receiver.deliveries]
    assert attempts == [{0}, {1}, {2}, {3}]
    timestamps = [one.headers["X-HubSpot-Request-Timestamp"] for one in receiver.deliveries]
    assert timestamps == sorted(set(timestamps))
    assert all(is_signed(one, receiver.url) for one in receiver.deliveries)
    assert {event["eventId"] for one in receiver.deliveries for event in one.events} == {
        event["eventId"] for event in receiver.deliveries[0].events
    }
    deliveries = live.stats()["deliveries"]
    assert (deliveries["attempts"], deliveries["ok"], deliveries["failed"]) == (4, 1, 3)


def test_after_ten_retries_a_delivery_is_given_up(live, receiver):
    live.control("settings", retry_scale=0)
    receiver.statuses += [503] * 20
    live.create("contacts", firstname="Ada")
    quiet(live)

    assert len(receiver.deliveries) == 11
    assert live.stats()["deliveries"]["given_up"] == 1


def test_an_answer_that_comes_too_late_counts_as_a_failure(live, receiver):
    live.control("settings", timeout_ms=100, retry_scale=0)
    receiver.gate.clear()
    live.create("contacts", firstname="Ada")
    assert receiver.wait_for(lambda: len(receiver.deliveries) == 2, seconds=3)
    receiver.gate.set()
    quiet(live)

    assert live.stats()["deliveries"]["ok"] == 1


def test_a_stream_of_edits_keeps_its_pace(start, receiver):
    with start("--deliver-to", receiver.url, "--edits-per-second", "40") as simulator:
        began = time.monotonic()
        assert receiver.wait_for(lambda: len({one["occurredAt"] for one in receiver.events}) > 40)
        took = time.monotonic() - began
        simulator.control("settings", edits_per_second=0)

    assert 0.5 < took < 3


def test_without_a_target_nothing_is_sent_or_kept(start):
    with start() as simulator:
        simulator.create("contacts", firstname="Ada")
        assert simulator.stats()["deliveries"]["events"] == 0


def test_dropped_deliveries_never_arrive(live, receiver):
    live.control("faults", webhooks={"dropped": 1})
    live.create("contacts", firstname="Ada")
    quiet(live)

    assert receiver.deliveries == []
    assert live.stats()["deliveries"]["dropped"] == 1


def test_duplicates_arrive_twice(live, receiver):
    live.control("faults", webhooks={"duplicates": 1})
    live.create("contacts", firstname="Ada")
    quiet(live)

    first, second = receiver.deliveries
    assert first.body == second.body


def test_disorder_shuffles_the_events_of_a_delivery(live, receiver):
    live.control("faults", webhooks={"disorder": 1, "disorder_ms": 1})
    live.control("edits", count=30, types=["contacts"], kinds=["create"], seed=1)
    quiet(live)

    assert len(of(receiver, subscriptionType="contact.creation")) == 30
    orders = [[event["objectId"] for event in one.events] for one in receiver.deliveries]
    assert all(order != sorted(order) for order in orders)


def test_a_lost_answer_makes_hubspot_send_again(live, receiver):
    live.control("settings", retry_scale=0)
    live.control("faults", webhooks={"lost_answers": 1})
    live.create("contacts", firstname="Ada")
    assert receiver.wait_for(lambda: len(receiver.deliveries) > 1)

    assert json.loads(receiver.deliveries[1].body)[0]["attemptNumber"] == 1
