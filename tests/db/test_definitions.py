"""What describes the records, and the portals themselves: each refresh replaces the whole set."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import psycopg

from db import metadata as definitions
from db import portals
from db.connect import Connection, Database
from db.portals import Portal


def rows(conn: Connection, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in conn.execute(query).fetchall()]  # type: ignore[arg-type]


def as_json(*values: dict[str, Any]) -> str:
    return orjson.dumps(values).decode()


def test_owners_stay_when_they_leave_because_old_deals_name_them(database: Database) -> None:
    ada = {"id": "1", "email": "a@b.c", "firstName": "Ada", "lastName": "L", "archived": False}
    with database.transaction() as conn:
        definitions.put_owners(conn, 1, as_json(ada, {"id": "2"}))
        definitions.put_owners(conn, 1, as_json(ada | {"archived": True, "email": None}))
        found = rows(
            conn,
            "select hubspot_id, email, firstname, lastname, archived from hubspot_owners"
            " order by 1",
        )
    assert found == [("1", None, "Ada", "L", True), ("2", None, None, None, False)]


def test_a_refresh_replaces_pipelines_and_properties_of_its_type_only(database: Database) -> None:
    for names in (["a", "b"], ["b", "c"]):
        with database.transaction() as conn:
            definitions.put_pipelines(
                conn, 1, "deals", as_json(*({"id": name, "label": name.upper()} for name in names))
            )
            definitions.put_properties(
                conn, 1, "deals", as_json(*({"name": name, "type": "string"} for name in names))
            )
            if names[0] == "a":
                definitions.put_pipelines(conn, 1, "tickets", as_json({"id": "t"}))
                definitions.put_properties(conn, 2, "deals", as_json({"name": "other portal"}))
    with database.transaction() as conn:
        kept = rows(conn, "select object_type, hubspot_id, label from hubspot_pipelines order by 2")
        assert kept == [("deals", "b", "B"), ("deals", "c", "C"), ("tickets", "t", None)]
        assert definitions.property_names(conn, 1, "deals") == ["b", "c"]
        assert definitions.property_names(conn, 2, "deals") == ["other portal"]
        assert definitions.property_names(conn, 1, "contacts") == []


def test_a_portal_is_refreshed_and_keeps_its_name_its_token_and_its_pause(
    database: Database,
) -> None:
    with database.transaction() as conn:
        portals.put(conn, 1, "US/Eastern", "USD", "Acme", b"token")
        portals.pause(conn, 1, "token refused")
        portals.put(conn, 1, "UTC", "EUR")
        assert portals.all_portals(conn) == [
            Portal(
                1,
                "Acme",
                b"token",
                "UTC",
                "EUR",
                None,
                paused=True,
                paused_until=None,
                paused_reason="token refused",
            )
        ]
        portals.resume(conn, 1)
        (portal,) = portals.all_portals(conn)
    assert (portal.paused, portal.paused_reason) == (False, None)


def test_a_pause_with_an_end_ends(database: Database) -> None:
    with database.transaction() as conn:
        portals.put(conn, 1, "UTC", None)
        portals.put(conn, 2, "UTC", None)
        portals.pause(conn, 1, "daily limit", timedelta(hours=1))
        portals.pause(conn, 2, "daily limit", timedelta(hours=-1))
        assert [portal.paused for portal in portals.all_portals(conn)] == [True, False]


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    try:
        with database.transaction() as conn:
            portals.put(conn, 1, "UTC", None)
            conn.execute("select 1 / 0")
    except psycopg.errors.DivisionByZero:
        pass
    with database.transaction() as conn:
        assert portals.all_portals(conn) == []
