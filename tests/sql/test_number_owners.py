"""A call without an owner is its number's owner's, where calls with owners left no doubt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .conftest import Crm

OURS = "+1 415 555 0100"
LAST_WEEK = datetime.now(UTC) - timedelta(days=7)


def learn(crm: Crm) -> None:
    crm.conn.execute("select refresh_number_owners()")


def with_owner(crm: Crm, start: int, count: int, owner: str | None, **columns: Any) -> None:
    told = {"call_direction": "OUTBOUND", "call_from_number": OURS, "call_timestamp": LAST_WEEK}
    for number in range(start, start + count):
        crm.call(str(number), **(told | {"hubspot_owner_id": owner} | columns))


@pytest.mark.parametrize(
    ("of_ann", "of_bob", "owner"),
    [
        pytest.param(5, 0, "1", id="five of one owner"),
        pytest.param(4, 0, None, id="too few"),
        pytest.param(9, 1, "1", id="nine in ten"),
        pytest.param(8, 1, None, id="too many of another"),
    ],
)
def test_a_number_is_the_owners_who_makes_its_calls(
    crm: Crm, of_ann: int, of_bob: int, owner: str | None
) -> None:
    crm.owner("1", "Ann")
    with_owner(crm, 100, of_ann, "1")
    with_owner(crm, 200, of_bob, "2", call_direction="INBOUND", call_to_number=OURS)
    crm.call("900", call_direction="INBOUND", call_to_number="001 415 555 0100")
    crm.call("901", call_direction="OUTBOUND", call_from_number=OURS, hubspot_owner_id="3")
    learn(crm)
    asked = "calls_readable where call_id in ('900', '901')"
    assert crm.rows(asked, "call_id, owner_id, owner_name, owner_method") == [
        ("900", owner, owner and "Ann", owner and "number"),
        ("901", "3", "3", "call"),
    ]


def test_what_is_no_longer_so_is_forgotten(crm: Crm) -> None:
    """Calls of another year, of the other party's number, or without direction teach nothing."""
    with_owner(crm, 100, 5, "1")
    with_owner(crm, 200, 5, "1", call_from_number="+14155550111", call_direction=None)
    with_owner(crm, 300, 5, "1", call_from_number=None, call_to_number="+14155550122")
    old = datetime.now(UTC) - timedelta(days=400)
    with_owner(crm, 400, 5, "1", call_from_number="+14155550133", call_timestamp=old)
    learn(crm)
    assert crm.rows("number_owners") == [(1, "14155550100", "1", 5, 5)]
    written = crm.rows("number_owners", "xmin::text")
    learn(crm)
    assert crm.rows("number_owners", "xmin::text") == written
    crm.conn.execute("update hubspot_calls_raw set archived = true where hubspot_id = '100'")
    learn(crm)
    assert crm.rows("number_owners") == []


def test_a_contact_without_a_name_is_called_unknown(crm: Crm) -> None:
    crm.contact("9", firstname=" ", email="ann@example.com")
    crm.contact("10", firstname="Ann")
    crm.call("500", contact_ids=["9"])
    crm.call("501", contact_ids=["10"])
    crm.call("502")
    assert crm.rows("calls_readable", "call_id, contact_name") == [
        ("500", "Unknown"),
        ("501", "Ann"),
        ("502", None),
    ]
