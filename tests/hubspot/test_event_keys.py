"""What makes two events one: HubSpot delivers at least once, and its eventId is not unique."""

from __future__ import annotations

import orjson
import pytest

from hubspot.events import parse

LINK = {
    "eventId": 1, "subscriptionId": 9, "portalId": 62515, "appId": 3, "occurredAt": 1769081993375,
    "attemptNumber": 0,
    "subscriptionType": "object.associationChange", "fromObjectId": 51, "toObjectId": 600,
    "fromObjectTypeId": "0-1",
    "toObjectTypeId": "0-2", "associationTypeId": 280, "associationCategory": "HUBSPOT_DEFINED",
    "associationRemoved": False, "isPrimaryAssociation": False,
}  # fmt: skip
MERGE = {
    "eventId": 1,
    "subscriptionType": "contact.merge",
    "objectId": 77,
    "mergedObjectIds": [52],
    "newObjectId": 77,
}
CHANGE = {
    "eventId": 1,
    "subscriptionType": "contact.propertyChange",
    "objectId": 7,
    "propertyName": "a",
    "propertyValue": "b",
}


@pytest.mark.parametrize("event", [LINK, MERGE, CHANGE])
def test_another_attempt_is_the_same_event(event: dict[str, object]) -> None:
    again = dict(reversed((event | {"attemptNumber": 7}).items()))
    assert parse(again).key == parse(event).key == parse(orjson.loads(orjson.dumps(event))).key


@pytest.mark.parametrize(
    ("event", "different"),
    [
        *((LINK, {name: 4}) for name in LINK if name != "attemptNumber"),
        (LINK, {"associationRemoved": True}),
        (MERGE, {"mergedObjectIds": [53]}),
        (MERGE, {"newObjectId": 78}),
        (MERGE, {"primaryObjectId": 51}),
        (CHANGE, {"propertyName": "b"}),
        (CHANGE, {"propertyValue": "a"}),
        (CHANGE, {"propertyName": "a\x1fb", "propertyValue": ""}),
        (CHANGE, {"propertyValue": None}),
        (CHANGE, {"somethingNew": 1}),
    ],
)
def test_any_other_difference_makes_it_another_event(
    event: dict[str, object], different: dict[str, object]
) -> None:
    assert parse(event | different).key != parse(event).key


def test_characters_that_cannot_be_encoded_have_a_key_too() -> None:
    assert len(parse(CHANGE | {"propertyValue": "\ud800"}).key) == 32
