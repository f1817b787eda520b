"""Schemas → object types: names, links, and how events and commands find them."""

from __future__ import annotations

from typing import Any

import pytest

from hubspot.catalogue import BUILT_IN, Catalogue, catalogue, is_custom
from hubspot.events import Change, new_pair, parse, touched
from hubspot.objects import OBJECT_TYPES, ObjectType


def schema(number: int, name: str, *linked: str, **more: Any) -> dict[str, Any]:
    type_id = f"2-{number}"
    ways = [{"fromObjectTypeId": type_id, "toObjectTypeId": each, "name": "x"} for each in linked]
    return {
        "name": name,
        "fullyQualifiedName": f"p7_{name}",
        "objectTypeId": type_id,
        "associations": ways,
    } | more


def test_a_schema_becomes_a_type_like_the_others() -> None:
    properties = [
        {"name": "plate"},
        {"name": "hs_object_id", "hubspotDefined": True},
        {"name": "hubspot_owner_id", "hubspotDefined": True},
        {"name": "age", "calculated": True},
        {"name": "former", "archived": True},
    ]
    types = catalogue(
        [schema(1, "cars", "0-1", "0-48", "2-2", properties=properties), schema(2, "tyres")]
    )
    assert list(types) == [*OBJECT_TYPES, "cars", "tyres"]
    assert types["cars"] == ObjectType(
        "cars",
        "p7_cars",
        "2-1",
        "hs_lastmodifieddate",
        (),
        associations=("contacts", "tyres"),
        possible=("calls",),
        shared=True,
        watched=("hubspot_owner_id", "plate"),
    )
    assert types["tyres"].associations == ("cars",), "whichever of the two schemas says so"
    assert types["cars"].link_columns == {"contacts": "contact_ids"}
    assert (types["cars"].table, types["cars"].key) == (
        "hubspot_objects_raw",
        {"object_type": "cars"},
    )


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        ("cars", {}, "cars"),
        ("contacts", {}, "p7_contacts"),
        ("deal", {}, "p7_deal"),
        ("a,b", {}, "2-1"),
        ("", {"fullyQualifiedName": None}, "2-1"),
        ("contacts", {"fullyQualifiedName": "contact"}, "2-1"),
        ("x" * 101, {}, "2-1"),
    ],
)
def test_a_name_that_is_taken_or_none_gives_way(
    name: str, more: dict[str, Any], expected: str
) -> None:
    (made,) = [kind for kind in catalogue([schema(1, name, **more)]).values() if kind.shared]
    assert made.name == expected


def test_a_type_with_pipelines_says_so_by_a_property() -> None:
    assert catalogue([schema(1, "cars", properties=[{"name": "hs_pipeline"}])])[
        "cars"
    ].has_pipelines


def test_a_schema_without_a_type_id_of_its_own_goes_by_its_number() -> None:
    assert catalogue([schema(1, "cars", objectTypeId=None, id="123")])["cars"].type_id == "2-123"
    assert catalogue([schema(1, "cars", objectTypeId="0-1")]).keys() == BUILT_IN.keys(), (
        "HubSpot's own are built in"
    )


@pytest.mark.parametrize("word", ["cars", "p7_cars", "2-1"])
def test_a_type_is_found_by_each_of_its_names(word: str) -> None:
    types = catalogue([schema(1, "cars")])
    assert types.find(word) is types["cars"]
    assert (BUILT_IN.find(word), types.find("trucks")) == (None, None)


@pytest.mark.parametrize(
    ("type_id", "expected"), [("2-1", True), ("0-1", False), ("2-", False), ("2-x", False)]
)
def test_custom_type_ids_are_recognised(type_id: str, expected: bool) -> None:
    assert is_custom(type_id) is expected


def test_a_pair_in_use_is_kept_at_the_end_that_lists_are_asked_about() -> None:
    types = CARS[7].with_pairs([("calls", "tickets"), ("deals", "deals"), ("contacts", "deals")])
    assert types["tickets"].learnt == ("calls",) and types["calls"] is BUILT_IN["calls"]
    assert types["deals"].associations == (*BUILT_IN["deals"].associations, "deals")
    assert types["deals"].link_columns == BUILT_IN["deals"].link_columns
    assert types["contacts"] is BUILT_IN["contacts"], "a pair that is kept anyway"
    assert types.pairs_in_use() == [("deals", "deals"), ("tickets", "calls")]
    assert (types.unused(types["deals"]), BUILT_IN.unused(BUILT_IN["deals"])) == ((), ("deals",))


def test_a_parent_and_a_child_are_both_companies() -> None:
    raw = {
        "subscriptionType": "company.associationChange",
        "associationType": "PARENT_COMPANY_TO_CHILD_COMPANY",
        "fromObjectId": 5,
        "toObjectId": 6,
    }
    event = parse({"portalId": 7} | raw, CARS)
    assert new_pair(event, CARS[7]) == ("companies", "companies")
    known = {7: CARS[7].with_pairs([("companies", "companies")])}
    assert new_pair(event, known[7]) is None
    assert [change.hubspot_id for change in touched(event, known)] == ["5", "6"]


def test_ids_of_contacts_stand_in_the_shared_table_with_or_without_own_types() -> None:
    assert ("hubspot_objects_raw", "contact_ids") in BUILT_IN.mentions("contacts")
    assert ("hubspot_tickets_raw", "contact_ids") in BUILT_IN.mentions("contacts")
    assert ("hubspot_objects_raw", "contact_ids") not in BUILT_IN.mentions("companies")


CARS = {7: catalogue([schema(1, "cars", "0-1", "2-1", "2-2"), schema(2, "tyres")])}
LINKS = frozenset(CARS[7]["cars"].associations)


def changes(raw: dict[str, Any], known: dict[int, Catalogue] = CARS) -> list[Change]:
    return list(touched(parse({"portalId": 7, "objectId": 5} | raw, known), known))


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("creation", Change("cars", "5", LINKS)),
        ("propertyChange", Change("cars", "5")),
        ("deletion", Change("cars", "5")),
        ("restore", Change("cars", "5", LINKS, other_ends=True)),
    ],
)
def test_events_find_the_type_of_their_own_portal(action: str, expected: Change) -> None:
    raw = {"subscriptionType": f"object.{action}", "objectTypeId": "2-1"}
    assert changes(raw) == [expected]
    assert changes(raw | {"portalId": 8}) == [Change("2-1", "5")], (
        "another portal knows nothing of it"
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2-1", "0-1", [("cars", "1", "contacts")]),
        ("0-1", "2-1", [("cars", "2", "contacts")]),
        ("2-1", "2-2", [("cars", "1", "tyres"), ("tyres", "2", "cars")]),
        ("2-1", "2-1", [("cars", "1", "cars"), ("cars", "2", "cars")]),
        ("2-1", "0-48", []),
    ],
)
def test_a_link_change_touches_the_ends_that_keep_such_links(
    start: str, end: str, expected: list[tuple[str, str, str]]
) -> None:
    ends = {"fromObjectId": 1, "toObjectId": 2, "fromObjectTypeId": start, "toObjectTypeId": end}
    found = changes({"subscriptionType": "object.associationChange"} | ends)
    assert found == [
        Change(name, each, frozenset({to}), whole=False) for name, each, to in expected
    ]


def test_nothing_is_erased_on_the_word_of_an_event_that_nobody_can_place() -> None:
    assert changes({"subscriptionType": "object.privacyDeletion", "objectTypeId": "2-9"}) == []
