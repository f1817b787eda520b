"""Deliveries as HubSpot sends them, one JSON file per kind, and the records that each tells us to
fetch again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from hubspot.events import Change, Event, parse, touched
from hubspot.objects import OBJECT_TYPES

DELIVERIES = Path(__file__).parent / "deliveries"
ALL = {name: frozenset(kind.associations) for name, kind in OBJECT_TYPES.items()}


def change(object_type: str, hubspot_id: str, *links: str) -> Change:
    return Change(object_type, hubspot_id, frozenset(links))


def back(object_type: str, hubspot_id: str, *links: str) -> Change:
    """Answer the change of a record that came back, into the links of others, too."""
    return Change(object_type, hubspot_id, frozenset(links), other_ends=True)


def links(object_type: str, hubspot_id: str, *links: str) -> Change:
    """Answer a change of nothing but the record's links."""
    return Change(object_type, hubspot_id, frozenset(links), whole=False)


def changes(events: list[Event]) -> list[Change]:
    """Answer each change once, in order of mention."""
    return list(dict.fromkeys(change for event in events for change in touched(event)))


EXPECTED = {
    "contact_creation": [change("contacts", "267448862446", *ALL["contacts"])],
    "company_deletion": [change("companies", "600")],
    "deal_property_change": [change("deals", "874716779721")],
    "contact_restore": [back("contacts", "51", *ALL["contacts"])],
    "contact_merge": [
        change("contacts", each, *ALL["contacts"]) for each in ("77", "51", "52", "53")
    ],
    "contact_association_change": [
        links("contacts", "51", "companies"),
        links("companies", "600", "contacts"),
    ],
    "contact_privacy_deletion": [change("contacts", "51")],
    "conversation_new_message": [],
    "object_creation": [change("calls", "93001", *ALL["calls"])],
    "object_deletion": [change("calls", "93001")],
    "object_property_change": [change("contacts", "51")],
    "object_restore": [back("companies", "600", *ALL["companies"])],
    "object_merge": [change("deals", each, *ALL["deals"]) for each in ("700", "701")],
    "object_association_change": [
        links("deals", "700", "contacts"),
        links("contacts", "51", "deals"),
    ],
    "object_of_a_custom_type": [change("2-1234567", "5")],
    "documented_event_type": [change("contacts", "1246965")],
    "bulk_import": [
        change("contacts", "51"),
        change("contacts", "52"),
        change("contacts", "52", *ALL["contacts"]),
    ],
}
MIRRORABLE = ("creation", "deletion", "propertyChange", "merge", "restore", "associationChange")
SUBSCRIPTIONS = [
    *(
        f"{subject}.{action}"
        for subject in ("contact", "company", "deal", "ticket", "line_item")
        for action in MIRRORABLE
    ),
    *(f"product.{action}" for action in MIRRORABLE[:-1]),
    "contact.privacyDeletion",
    *(
        f"conversation.{action}"
        for action in ("creation", "deletion", "newMessage", "privacyDeletion", "propertyChange")
    ),
    *(f"object.{action}" for action in MIRRORABLE),
    "event.completed",
]


def delivery(name: str) -> list[Event]:
    return [parse(raw) for raw in orjson.loads((DELIVERIES / f"{name}.json").read_bytes())]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_delivery_says_which_records_to_fetch(name: str) -> None:
    assert changes(delivery(name)) == EXPECTED[name]


def test_every_delivery_file_is_expected() -> None:
    assert {path.stem for path in DELIVERIES.glob("*.json")} == EXPECTED.keys()


def test_an_event_is_read_whole() -> None:
    (event,) = delivery("contact_creation")
    when = datetime(2026, 1, 22, 11, 39, 53, 375_000, UTC)
    raw = orjson.loads((DELIVERIES / "contact_creation.json").read_bytes())[0]
    assert event == Event(
        62515, "contact.creation", "contacts", "creation", "267448862446", when, raw
    )


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS)
def test_each_subscription_type_touches_its_record_where_we_mirror_it(subscription: str) -> None:
    event = parse(
        {"portalId": 1, "subscriptionType": subscription, "objectId": 7, "objectTypeId": "0-1"}
    )
    subject, _, action = subscription.partition(".")
    mirrored = subject == "object" or subject in {kind.singular for kind in OBJECT_TYPES.values()}
    expected = {"7"} if mirrored and action != "associationChange" else set()
    assert {each.hubspot_id for each in touched(event)} == expected
    assert (event.subscription_type, event.action) == (subscription, action)


def test_hubspot_has_48_subscription_types() -> None:
    assert len(set(SUBSCRIPTIONS)) == 48


@pytest.mark.parametrize(
    ("object_id", "hubspot_id"),
    [
        (123, "123"),
        ("123", "123"),
        (874716779721, "874716779721"),
        ("874716779721", "874716779721"),
        (2**59, str(2**59)),
    ],
)
def test_ids_outgrow_32_bits_and_may_be_text(object_id: object, hubspot_id: str) -> None:
    event = parse(
        {"portalId": "62515", "subscriptionType": "contact.creation", "objectId": object_id}
    )
    assert (event.portal_id, event.hubspot_id) == (62515, hubspot_id)
    assert list(touched(event)) == [Change("contacts", hubspot_id, ALL["contacts"])]


@pytest.mark.parametrize(
    ("association", "expected"),
    [
        (
            "CONTACT_TO_COMPANY",
            [links("contacts", "1", "companies"), links("companies", "2", "contacts")],
        ),
        (
            "COMPANY_TO_CONTACT",
            [links("companies", "1", "contacts"), links("contacts", "2", "companies")],
        ),
        (
            "DEAL_TO_CONTACT_UNLABELED",
            [links("deals", "1", "contacts"), links("contacts", "2", "deals")],
        ),
        ("CONTACT_TO_POSTAL_MAIL", []),
        ("POSTAL_MAIL_TO_CONTACT", []),
        ("nonsense", []),
        (None, []),
        (7, []),
    ],
)
def test_a_classic_link_change_touches_both_ends_with_that_link_only(
    association: object, expected: list[Change]
) -> None:
    raw = {"subscriptionType": "contact.associationChange", "fromObjectId": 1, "toObjectId": 2}
    assert list(touched(parse(raw | {"associationType": association}))) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("0-1", "0-2", [links("contacts", "1", "companies"), links("companies", "2", "contacts")]),
        ("0-48", "0-3", [links("calls", "1", "deals")]),
        ("0-1", "2-1234567", [Change("2-1234567", "2")]),
        ("2-1234567", "0-1", [Change("2-1234567", "1")]),
        ("0-1", "0-116", []),
        ("0-1", None, [links("contacts", "1", *ALL["contacts"])]),
    ],
)
def test_a_generic_link_change_names_the_ends_by_type_id(
    start: str, end: object, expected: list[Change]
) -> None:
    raw = {"subscriptionType": "object.associationChange", "fromObjectId": 1, "toObjectId": 2}
    assert (
        list(touched(parse(raw | {"fromObjectTypeId": start, "toObjectTypeId": end}))) == expected
    )


def test_a_merge_touches_every_id_that_it_names_once() -> None:
    ids = {"objectId": 1, "primaryObjectId": 2, "newObjectId": 3, "mergedObjectIds": [4, "5", 2]}
    events = [parse({"subscriptionType": "contact.merge"} | ids)]
    assert changes(events) == [change("contacts", each, *ALL["contacts"]) for each in "12345"]


def test_a_contact_and_a_company_with_one_id_are_two_records() -> None:
    events = [
        parse({"subscriptionType": f"{kind}.deletion", "objectId": 5})
        for kind in ("contact", "company")
    ]
    assert changes(events) == [change("contacts", "5"), change("companies", "5")]
