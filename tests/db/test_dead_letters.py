"""What failed for good: kept with its reason, found again, replayed once; and the count of values
that did not fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from db import dead_letters
from db.connect import Database
from db.dead_letters import Letter
from db.queries import QUERIES
from hubspot.mirrored import Mirrored
from hubspot.objects import DEALS, OBJECT_TYPES

ALL = {"portal_id": None, "letter_id": None, "kind": None, "since": None}


def bury(database: Database) -> None:
    with database.transaction() as conn:
        dead_letters.bury(conn, Letter("record", "refused", 1, "contacts", "7"))
        dead_letters.bury(conn, Letter("delivery", "not JSON", payload='{"base64": "eA=="}'))


def unreplayed(database: Database, **wanted: Any) -> list[dict[str, Any]]:
    with database.transaction() as conn:
        return conn.execute(QUERIES["unreplayed_letters"], ALL | wanted).fetchall()


def test_letters_are_kept_whole(database: Database) -> None:
    bury(database)
    found = unreplayed(database)
    kept = [
        {name: value for name, value in letter.items() if name not in ("letter_id", "created_at")}
        for letter in found
    ]
    record = {
        "portal_id": 1,
        "kind": "record",
        "object_type": "contacts",
        "hubspot_id": "7",
        "reason": "refused",
    }
    delivery = {
        "portal_id": 0,
        "kind": "delivery",
        "object_type": None,
        "hubspot_id": None,
        "reason": "not JSON",
    }
    assert kept == [record | {"payload": None}, delivery | {"payload": {"base64": "eA=="}}]


@pytest.mark.parametrize(
    ("wanted", "reasons"),
    [
        ({"portal_id": 1}, ["refused"]),
        ({"kind": "delivery"}, ["not JSON"]),
        ({"since": datetime.now(UTC) + timedelta(days=1)}, []),
        ({"since": datetime(2020, 1, 1, tzinfo=UTC)}, ["refused", "not JSON"]),
        ({"letter_id": -1}, []),
    ],
)
def test_letters_are_chosen_by_what_is_known_of_them(
    database: Database, wanted: dict[str, Any], reasons: list[str]
) -> None:
    bury(database)
    assert [letter["reason"] for letter in unreplayed(database, **wanted)] == reasons


def test_a_replayed_letter_does_not_come_again(database: Database) -> None:
    bury(database)
    first, _ = unreplayed(database)
    with database.transaction() as conn:
        conn.execute(
            QUERIES["mark_replayed"],
            {"portal_id": first["portal_id"], "letter_id": first["letter_id"]},
        )
    assert [letter["reason"] for letter in unreplayed(database)] == ["not JSON"]


@pytest.mark.parametrize(
    ("about", "later", "landed"),
    [
        (("contacts", "7"), 1, {"7"}),
        (("contacts", "7"), -1, set()),
        (("contacts", "8"), 1, set()),
        (("deals", "7"), 1, set()),
    ],
    ids=["read later", "read before", "another record", "another type"],
)
def test_a_letter_lands_with_a_read_of_its_record_that_began_later(
    database: Database, about: tuple[str, str], later: int, landed: set[str]
) -> None:
    bury(database)
    read_at = datetime.now(UTC) + timedelta(hours=later)
    of, hubspot_id = Mirrored(1, OBJECT_TYPES[about[0]]), about[1]
    with database.transaction() as conn:
        assert dead_letters.land(conn, of, [hubspot_id], read_at) == landed
        assert dead_letters.land(conn, of, [hubspot_id], read_at) == set(), "once"
    assert (
        [letter["reason"] for letter in unreplayed(database)] == ["not JSON"]
        if landed
        else ["refused", "not JSON"]
    )


def test_a_letter_of_no_known_kind_is_refused(database: Database) -> None:
    with pytest.raises(psycopg.errors.CheckViolation), database.transaction() as conn:
        dead_letters.bury(conn, Letter("parcel", "?", 1))  # type: ignore[arg-type]


def test_value_issues_are_counted_by_property_and_reason(database: Database) -> None:
    with database.transaction() as conn:
        dead_letters.note_value_issues(
            conn,
            Mirrored(1, DEALS),
            [("7", "amount", "a"), ("8", "amount", "a"), ("8", "amount", "b")],
        )
        dead_letters.note_value_issues(conn, Mirrored(1, DEALS), [("9", "amount", "a")])
        dead_letters.note_value_issues(conn, Mirrored(1, DEALS), [])
        rows = conn.execute(
            "select property, reason, occurrences, last_hubspot_id from value_issues"
            " order by reason"
        ).fetchall()
    assert [tuple(row.values()) for row in rows] == [
        ("amount", "a", 3, "9"),
        ("amount", "b", 1, "8"),
    ]
