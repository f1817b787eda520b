"""The upsert: newer wins, links that were not read stay, and batches in any order never
deadlock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from db import corrections
from db import stored as reading
from db import upserts as records
from db.connect import Database
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from hubspot.records import Row, row

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)
SCAN = UUID(int=7)


def contact(
    name: str = "Ada",
    at: datetime = NOON,
    hubspot_id: str = "7",
    links: dict[str, list[str]] | None = None,
    **more: Any,
) -> Row:
    found = {to: [{"id": each, "typeId": 1} for each in ids] for to, ids in (links or {}).items()}
    record = {
        "id": hubspot_id,
        "properties": {"firstname": name},
        "updatedAt": at.isoformat(),
        "archived": False,
    }
    return row(CONTACTS, record | more, found)


def put(
    database: Database,
    *rows: Row,
    at: datetime = NOON,
    portal_id: int = 1,
    scan_id: UUID | None = None,
) -> Any:
    with database.transaction() as conn:
        return records.upsert(conn, Mirrored(portal_id, CONTACTS), rows, at, scan_id)


def stored(database: Database, hubspot_id: str = "7", portal_id: int = 1) -> dict[str, Any]:
    with database.transaction() as conn:
        found = conn.execute(
            "select * from hubspot_contacts_raw where portal_id = %s and hubspot_id = %s",
            [portal_id, hubspot_id],
        ).fetchone()
    assert found is not None
    return found


def test_a_row_is_stored_whole(database: Database) -> None:
    record = {
        "id": "7", "createdAt": "2025-01-01T00:00:00Z", "updatedAt": NOON.isoformat(),
        "archived": True,
        "archivedAt": "2026-01-02T00:00:00Z",
        "properties": {"email": "a@b.c", "vsl_watched": "true", "vsl_watch_duration": "12",
            "createdate": "2025-01-01"},
    }  # fmt: skip
    ada = row(CONTACTS, record, {"deals": [{"id": "9", "typeId": 4}], "companies": []})
    put(database, ada, at=NOON + SECOND, scan_id=SCAN)
    found = stored(database)
    assert found.pop("synced_at") is not None
    unset = dict.fromkeys(
        [*(column.name for column in CONTACTS.columns), *CONTACTS.link_columns.values()]
    )
    links = {"deals": {"results": [{"id": "9", "typeId": 4}]}, "companies": {"results": []}}
    assert found == unset | {
        "portal_id": 1, "hubspot_id": "7", "email": "a@b.c", "createdate": datetime(2025, 1, 1,
            tzinfo=UTC),
        "vsl_watched": True, "vsl_watch_duration": 12, "company_ids": [], "deal_ids": ["9"],
        "archived": True,
        "archived_at": datetime(2026, 1, 2, tzinfo=UTC), "merged_into": None,
        "fetched_at": NOON + SECOND,
        "updated_at": NOON, "scan_id": SCAN, "raw_json": record | {"associations": links},
        "phone_e164": None, "mobile_e164": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("updated", "fetched", "wins"),
    [
        (SECOND, SECOND, True),  # newer
        (SECOND, -SECOND, True),  # newer, though its fetch began earlier
        (-SECOND, SECOND, False),  # older, though fetched later: HubSpot answered from behind
        (-SECOND, -SECOND, False),
        (
            0 * SECOND,
            SECOND,
            True,
        ),  # a tie: links and calculated properties do not move the modified time
        (0 * SECOND, 0 * SECOND, True),  # the very same fetch again
        (0 * SECOND, -SECOND, False),  # a tie that was fetched before what is stored
    ],
)
def test_the_newer_version_wins(
    database: Database, updated: timedelta, fetched: timedelta, wins: bool
) -> None:
    put(database, contact("first"), at=NOON)
    answer = put(database, contact("second", NOON + updated), at=NOON + fetched)
    assert answer == records.Upserted(frozenset({"7"} if wins else ()), frozenset())
    found = stored(database)
    assert (found["firstname"], found["raw_json"]["properties"]["firstname"]) == (
        ("second", "second") if wins else ("first", "first")
    )
    assert (found["updated_at"], found["fetched_at"]) == (
        (NOON + updated, NOON + fetched) if wins else (NOON, NOON)
    )


def test_the_answer_tells_new_rows_from_replaced_ones(database: Database) -> None:
    assert put(database, contact()) == records.Upserted(frozenset({"7"}), frozenset({"7"}))
    both = put(database, contact(), contact(hubspot_id="8"))
    assert both == records.Upserted(frozenset({"7", "8"}), frozenset({"8"}))
    assert put(database) == records.Upserted(frozenset(), frozenset())


def test_a_cleared_property_becomes_null(database: Database) -> None:
    put(database, contact("Ada"))
    put(database, contact(""), at=NOON + SECOND)
    assert stored(database)["firstname"] is None


def test_links_that_were_not_read_stay_in_the_column_and_in_raw_json(database: Database) -> None:
    put(database, contact(links={"deals": ["1", "2"], "companies": ["3"]}))
    put(database, contact("new", NOON + SECOND, links={"companies": []}), at=NOON + SECOND)
    found = stored(database)
    assert (found["firstname"], found["deal_ids"], found["company_ids"], found["call_ids"]) == (
        "new",
        ["1", "2"],
        [],
        None,
    )
    assert found["raw_json"]["associations"] == {
        "deals": {"results": [{"id": "1", "typeId": 1}, {"id": "2", "typeId": 1}]},
        "companies": {"results": []},
    }


def test_arrays_and_raw_json_hold_the_same_links(database: Database) -> None:
    put(database, contact(links={"deals": ["1", "2"], "companies": [], "calls": ["5"]}))
    found = stored(database)
    for to, column in (("deals", "deal_ids"), ("companies", "company_ids"), ("calls", "call_ids")):
        assert found[column] == [
            link["id"] for link in found["raw_json"]["associations"][to]["results"]
        ]


def test_an_older_row_does_not_bring_its_links(database: Database) -> None:
    put(database, contact(links={"deals": ["1"]}))
    put(
        database,
        contact(at=NOON - SECOND, links={"deals": ["2"], "calls": ["9"]}),
        at=NOON + SECOND,
    )
    found = stored(database)
    assert (found["deal_ids"], found["call_ids"], set(found["raw_json"]["associations"])) == (
        ["1"],
        None,
        {"deals"},
    )


@pytest.mark.parametrize("order", [1, -1])
def test_of_doubles_in_one_batch_the_newest_counts(database: Database, order: int) -> None:
    put(
        database, *[contact("old"), contact("new", NOON + SECOND), contact(hubspot_id="8")][::order]
    )
    assert (stored(database)["firstname"], stored(database)["updated_at"]) == ("new", NOON + SECOND)


def test_archive_and_restore(database: Database) -> None:
    put(database, contact())
    with database.transaction() as conn:
        corrections.archive_missing(conn, Mirrored(1, CONTACTS), {"7", "8"}, NOON + SECOND)
    hidden = stored(database)
    assert (hidden["archived"], hidden["archived_at"] is None, hidden["fetched_at"]) == (
        True,
        False,
        NOON + SECOND,
    )
    put(database, contact(), at=NOON + 2 * SECOND)
    back = stored(database)
    assert (back["archived"], back["archived_at"]) == (False, None)


def test_a_record_that_was_read_later_than_it_was_missed_is_not_archived(
    database: Database,
) -> None:
    put(database, contact(), at=NOON)
    with database.transaction() as conn:
        corrections.archive_missing(conn, Mirrored(1, CONTACTS), {"7"}, NOON - SECOND)
    assert stored(database)["archived"] is False


def test_portals_with_equal_ids_do_not_meet(database: Database) -> None:
    put(database, contact("one"), portal_id=1)
    put(database, contact("two", NOON - SECOND), portal_id=2)
    assert [stored(database, portal_id=each)["firstname"] for each in (1, 2)] == ["one", "two"]


def test_two_workers_with_the_same_records_in_opposite_order_never_deadlock(
    database: Database,
) -> None:
    rows = [contact(hubspot_id=str(number)) for number in range(1, 201)]
    orders = {0: rows, 1: rows[::-1]}

    def work(turn: int) -> int:
        return sum(
            len(put(database, *orders[turn], at=NOON + round_ * SECOND).kept) > 0
            for round_ in range(40)
        )

    with ThreadPoolExecutor(2) as threads:
        assert min(threads.map(work, (0, 1))) > 0
    assert stored(database)["fetched_at"] == NOON + 39 * SECOND


def test_rows_between_walks_ids_as_numbers(database: Database) -> None:
    put(database, *(contact(hubspot_id=each) for each in ("9", "10", "99", "100", "101")))
    expected = {("0", "99"): ["9", "10", "99"], ("99", None): ["100", "101"], ("10", "99"): ["99"],
                ("9", "100"): ["10", "99", "100"]}  # fmt: skip
    with database.transaction() as conn:
        found = {
            walk: reading.rows_between(conn, Mirrored(1, CONTACTS), *walk) for walk in expected
        }
    assert {walk: sorted(rows, key=int) for walk, rows in found.items()} == expected


def test_archived_ids_are_those_of_a_range_that_were_archived_lately(database: Database) -> None:
    for each in ("9", "10", "99", "100", "101"):
        put(database, contact(hubspot_id=each, archived=each != "10"))
    with database.transaction() as conn:
        conn.execute(
            "update hubspot_contacts_raw set archived_at = now() - interval '3 days' where archived"
        )
        expected = {
            ("0", "99"): {"9", "99"},
            ("99", None): {"100", "101"},
            ("100", "100"): set(),
            ("100", "101"): {"101"},
        }
        of_a_week = {
            walk: reading.archived_ids(conn, Mirrored(1, CONTACTS), WEEK, *walk)
            for walk in expected
        }
        assert of_a_week == expected
        assert reading.archived_ids(conn, Mirrored(1, CONTACTS), WEEK / 7, "0", None) == set()


def test_stored_times_answers_for_what_is_there(database: Database) -> None:
    put(database, contact(), contact(hubspot_id="8", archived=True))
    with database.transaction() as conn:
        found = reading.modified_times(conn, Mirrored(1, CONTACTS), ["7", "8", "9"])
    assert found == {"7": (NOON, False), "8": (NOON, True)}


def test_the_json_that_is_stored_is_the_json_that_came(database: Database) -> None:
    ada = replace(
        contact(),
        raw_json=orjson.dumps(
            {"id": "7", "x": [1, 2.5, None, {"y": "ü😀"}], "associations": {}}
        ).decode(),
    )
    put(database, ada)
    assert stored(database)["raw_json"] == orjson.loads(ada.raw_json)


def test_a_row_that_was_read_since_is_not_set_back(database: Database) -> None:
    """Of three rows the second was read after the first sighting; the third is of another
    portal."""
    put(database, contact("new"), contact("new", hubspot_id="8"), at=NOON)
    put(database, contact("newer read", hubspot_id="8"), at=NOON + 3 * SECOND)
    put(database, contact("new"), at=NOON, portal_id=2)
    believed = dict.fromkeys(("7", "8", "9"), (NOON - SECOND, NOON + 2 * SECOND))
    with database.transaction() as conn:
        assert corrections.set_back(conn, Mirrored(1, CONTACTS), believed) == {"7"}
    times = [stored(database, *of)["updated_at"] for of in (("7",), ("8",), ("7", 2))]
    assert times == [NOON - SECOND, NOON, NOON]
    put(database, contact("old", NOON - SECOND), at=NOON + 4 * SECOND)
    assert stored(database)["firstname"] == "old"
