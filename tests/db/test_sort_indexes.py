"""The indexes by which records are sorted: made when people ask, dropped when nobody does."""

from __future__ import annotations

from typing import Any

from db import sort_indexes
from db.connect import Database
from db.queries import QUERIES

INDEXES = r"""
select tablename, indexdef from pg_indexes
where schemaname = 'hubspot' and indexname ~ '^sort_[0-9a-f]{32}$' order by tablename
"""


def ask(database: Database, object_type: str, name: str, kind: str = "numeric") -> None:
    row = {"portal_id": 1, "object_type": object_type, "property": name, "kind": kind}
    with database.transaction() as conn:
        conn.execute(QUERIES["ask_sort"], row | {"column_name": None})


def indexes(database: Database) -> list[dict[str, Any]]:
    with database.transaction() as conn:
        return conn.execute(INDEXES.encode()).fetchall()


def test_an_index_comes_with_the_question_and_goes_when_nobody_asks(database: Database) -> None:
    ask(database, "calls", "worth")
    ask(database, "cars", "colour", "text")  # the portal's own type
    assert sort_indexes.bring_up_to_date(database) == ["worth", "colour"]
    calls, cars = indexes(database)
    assert (calls["tablename"], cars["tablename"]) == ("hubspot_calls_raw", "hubspot_objects_raw")
    assert "property_number" in calls["indexdef"] and "(portal_id = 1)" in calls["indexdef"]
    assert "(object_type = 'cars'::text)" in cars["indexdef"]
    assert sort_indexes.bring_up_to_date(database) == [], "nothing is made twice"

    ask(database, "calls", "worth", "timestamptz")  # HubSpot's definition of it changed
    assert sort_indexes.bring_up_to_date(database) == ["worth"]
    changed, same = indexes(database)
    assert "property_datetime" in changed["indexdef"] and same == cars

    with database.transaction() as conn:
        conn.execute("update asked_sorts set asked_at = now() - interval '31 days'")
    for place in range(sort_indexes.MOST_OF_A_TYPE + 1):
        ask(database, "calls", f"property_{place:02}")
    asked = "update asked_sorts set asked_at = now() - interval '1 hour' where property ~ '_00$'"
    with database.transaction() as conn:
        conn.execute(asked.encode())
    made = sort_indexes.bring_up_to_date(database)
    assert made == [f"property_{place:02}" for place in range(1, sort_indexes.MOST_OF_A_TYPE + 1)]
    assert len(indexes(database)) == sort_indexes.MOST_OF_A_TYPE


def test_an_index_that_was_broken_off_is_made_again(database: Database) -> None:
    ask(database, "deals", "worth")
    sort_indexes.bring_up_to_date(database)
    broken = "update pg_index set indisvalid = false where indexrelid::regclass::text ~ 'sort_'"
    with database.transaction() as conn:
        conn.execute(broken.encode())
    assert sort_indexes.bring_up_to_date(database) == ["worth"]
    assert len(indexes(database)) == 1
