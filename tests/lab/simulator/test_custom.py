"""Custom object types of the simulated portal: generated, described, told of by webhooks,
deleted."""

import pytest


@pytest.fixture
def portal(start, receiver):
    arguments = [
        "--custom",
        "tyres=5",
        "--custom",
        "cars=8",
        "--deliver-to",
        receiver.url,
        "--access-token",
        "a,b",
    ]
    with start(*arguments) as simulator:
        yield simulator


SCHEMAS = "/crm-object-schemas/2026-09/schemas"


def schemas(simulator, token="a"):
    found = simulator.api("GET", SCHEMAS, token=token).json()["results"]
    return {schema["name"]: schema for schema in found}


def test_generated_types_are_filled_linked_and_described(portal):
    first, second = schemas(portal), schemas(portal, token="b")
    assert {name: schema["fullyQualifiedName"] for name, schema in first.items()} == {
        "tyres": "p62515_tyres", "cars": "p62515_cars",
    }  # fmt: skip
    assert not {each["objectTypeId"] for each in first.values()} & {
        each["objectTypeId"] for each in second.values()
    }
    type_ids = {name: schema["objectTypeId"] for name, schema in first.items()}
    for name, other in (("cars", "tyres"), ("tyres", "cars")):
        ends = {
            (each["fromObjectTypeId"], each["toObjectTypeId"])
            for each in first[name]["associations"]
        }
        assert {
            (type_ids[name], type_ids[other]),
            (type_ids[other], type_ids[name]),
            ("0-1", type_ids[name]),
        } <= ends
        assert (type_ids[name], "0-48") in ends, "every custom type may be linked to activities"
    cars = portal.truth("p62515_cars", full=1)
    assert len(cars) == 8 and any(car["properties"].get("title") for car in cars.values())
    assert {to for car in cars.values() for to in car["associations"]} >= {
        "contacts",
        "companies",
        "p62515_tyres",
    }


def test_random_edits_and_their_events_cover_them(portal, receiver):
    portal.control(
        "edits",
        count=40,
        types=["p62515_cars"],
        kinds=["update", "create", "archive", "associate"],
        seed=1,
    )
    assert portal.control("quiet")["quiet"]
    type_id = schemas(portal)["cars"]["objectTypeId"]
    told = {
        event["subscriptionType"]
        for event in receiver.events
        if event.get("objectTypeId") == type_id
    }
    assert told >= {"object.creation", "object.propertyChange", "object.deletion"}
    links = [
        event
        for event in receiver.events
        if event["subscriptionType"] == "object.associationChange"
    ]
    assert type_id in {event["fromObjectTypeId"] for event in links} | {
        event["toObjectTypeId"] for event in links
    }


def test_a_type_can_be_deleted_once_its_records_are(portal):
    answer = portal.api("DELETE", f"{SCHEMAS}/p62515_cars", token="a")
    assert (answer.status_code, "still has records" in answer.text) == (400, True)
    body = {"inputs": [{"id": each} for each in portal.truth("p62515_cars")]}
    portal.api("POST", "/crm/objects/2026-09/p62515_cars/batch/archive", token="a", json=body)
    before = schemas(portal)["cars"]["objectTypeId"]
    assert portal.api("DELETE", f"{SCHEMAS}/p62515_cars", token="a").status_code == 204
    assert list(schemas(portal)) == ["tyres"] and list(schemas(portal, token="b")) == [
        "tyres",
        "cars",
    ]
    assert portal.api("GET", "/crm/objects/2026-09/p62515_cars", token="a").status_code == 400
    schema = {"name": "cars", "labels": {}, "requiredProperties": [], "properties": []}
    again = portal.api("POST", SCHEMAS, token="a", json=schema).json()
    assert again["objectTypeId"] != before, "ids are never used again"
