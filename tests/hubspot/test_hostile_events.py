"""Events that no specification allows: nothing raises, and nothing that is not an id becomes
one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubspot import json_text
from hubspot.events import parse, touched

FIELDS = (
    "portalId", "subscriptionType", "eventType", "objectId", "objectTypeId", "occurredAt",
    "primaryObjectId",
    "mergedObjectIds", "newObjectId", "fromObjectId", "toObjectId", "fromObjectTypeId",
    "toObjectTypeId",
    "associationType", "attemptNumber", "eventId", "propertyValue",
)  # fmt: skip
KINDS = (
    "contact.creation",
    "deal.merge",
    "object.merge",
    "company.associationChange",
    "object.associationChange",
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(KINDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NO_IDS = [
    None,
    "",
    "abc",
    "-5",
    -5,
    0,
    "0",
    5.0,
    5.5,
    "5.5",
    True,
    False,
    [],
    [5],
    {},
    {"id": 5},
    10**18,
    "9" * 19,
    10**400,
    "1e3",
    " 5",
    "5\n",
    "٣",
    "²",
    "\x00",
    "\ud800",
    float("nan"),
    float("inf"),
]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(), JSON, max_size=17))
def test_no_json_object_raises(raw: dict[str, object]) -> None:
    event = parse(raw)
    assert all(
        change.hubspot_id.isascii() and change.hubspot_id.isdigit() for change in touched(event)
    )
    assert len(event.key) == 32


@pytest.mark.parametrize("value", NO_IDS, ids=lambda value: ascii(value)[:20])
@pytest.mark.parametrize("field", ["objectId", "primaryObjectId", "newObjectId", "fromObjectId"])
def test_what_is_not_an_id_names_no_record(field: str, value: object) -> None:
    raw = {"subscriptionType": "contact.merge", field: value}
    link = {
        "subscriptionType": "contact.associationChange",
        "associationType": "CONTACT_TO_COMPANY",
        field: value,
    }
    assert (list(touched(parse(raw))), list(touched(parse(link)))) == ([], [])


@pytest.mark.parametrize("merged", [None, 52, "52", {"52": 1}, [None, "x", [52], 5.5, True]])
def test_a_merge_keeps_the_ids_that_are_ids(merged: object) -> None:
    raw = {"subscriptionType": "contact.merge", "objectId": 51, "mergedObjectIds": merged}
    assert [change.hubspot_id for change in touched(parse(raw))] == ["51"]


@pytest.mark.parametrize(
    ("occurred_at", "moment"),
    [
        (1769081993375, datetime(2026, 1, 22, 11, 39, 53, 375_000, UTC)),
        ("1769081993375", datetime(2026, 1, 22, 11, 39, 53, 375_000, UTC)),
        (253_402_300_799_000, datetime(9999, 12, 31, 23, 59, 59, 0, UTC)),
        *(
            (value, None)
            for value in (253_402_300_800_000, 10**17, 10**400, 0, -1, "soon", None, 1.5, [], True)
        ),
    ],
)
def test_a_time_that_no_calendar_has_is_none(occurred_at: object, moment: datetime | None) -> None:
    assert parse({"occurredAt": occurred_at}).occurred_at == moment


@pytest.mark.parametrize(
    "raw", [{}, {"subscriptionType": None}, {"subscriptionType": "."}, {"eventType": [1]}]
)
def test_an_event_without_a_kind_belongs_to_no_portal_and_touches_nothing(
    raw: dict[str, object],
) -> None:
    event = parse(raw)
    assert (event.portal_id, event.hubspot_id, list(touched(event))) == (0, None, [])


def test_the_name_of_an_unknown_kind_fits_into_an_index() -> None:
    named = [
        {"subscriptionType": "x" * 100_000 + ".creation"},
        {"subscriptionType": "object.creation", "objectTypeId": "2" * 9_999},
    ]
    assert [len(parse(raw).object_type) for raw in named] == [100, 100]


def test_deeply_nested_values_are_cut_before_they_are_read() -> None:
    raw = json_text.loads(
        b'{"objectId":' + b"[" * 900 + b"]" * 900 + b',"subscriptionType":"contact.creation"}'
    )
    event = parse(json_text.storable(raw)[0])
    assert (event.hubspot_id, len(event.key)) == (None, 32)
