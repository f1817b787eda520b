"""What describes the records, and the portals themselves: each refresh replaces the whole set."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import psycopg
import pytest

from db import metadata as definitions
from db import portals, zones
from db.connect import Connection, Database
from db.portals import Portal, Registration
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS, DEALS, TICKETS


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


def test_what_hubspot_lists_twice_is_written_once(database: Database) -> None:
    """An owner may stand in both lists, of the owners who work and of the owners who left."""
    owner = {"id": "5", "email": "a@x.test", "firstName": "A", "archived": False}
    with database.transaction() as conn:
        for _ in range(2):
            definitions.put_owners(
                conn, 1, as_json(owner | {"archived": True}, owner, {"id": None})
            )
            definitions.put_pipelines(
                conn,
                Mirrored(1, DEALS),
                as_json({"id": "p", "label": "1"}, {"id": "p", "label": "2"}, {}),
            )
            new = definitions.put_properties(
                conn,
                Mirrored(1, DEALS),
                as_json({"name": "x", "type": "number"}, {"name": "x"}, {}),
            )
        assert rows(conn, "select hubspot_id, archived from hubspot_owners") == [("5", False)]
        assert rows(conn, "select hubspot_id, label from hubspot_pipelines") == [("p", "1")]
        assert rows(conn, "select name, type from hubspot_properties") == [("x", "number")]
        assert new == set()


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        ({"firstName": "", "lastName": "", "archived": True}, ("Mia Roe", True)),
        ({"firstName": None, "email": "", "archived": True}, ("Mia Roe", True)),
        ({"firstName": "Mia", "lastName": "Poe", "archived": True}, ("Mia Poe", True)),
        ({"firstName": "", "lastName": "", "archived": False}, ("mia@x.test", False)),
        (None, ("Mia Roe", False)),
    ],
    ids=["blanked", "missing", "renamed", "works on without a name", "not listed"],
)
def test_an_owner_who_leaves_keeps_the_name(
    database: Database, later: dict[str, Any] | None, shown: tuple[str, bool]
) -> None:
    mia = {"id": "5", "email": "mia@x.test", "firstName": "Mia", "lastName": "Roe"}
    told = [] if later is None else [{"id": "5", "email": "mia@x.test", "userId": None} | later]
    query = "select owner_name, archived, gone_at is not null as gone from owners"
    expected = [("Mia Roe", False, False), (*shown, later is None), ("Mia Roe", False, False)]
    for listed, here in zip(([mia], told, [mia]), expected, strict=True):
        with database.transaction() as conn:
            definitions.put_owners(conn, 1, as_json(*listed))
            assert rows(conn, query) == [here]


def stage(stage_id: str, probability: str) -> dict[str, Any]:
    closed = str(probability in ("0.0", "1.0")).lower()
    return {
        "id": stage_id,
        "label": f"Stage {stage_id}",
        "metadata": {"isClosed": closed, "probability": probability},
    }


def test_a_pipeline_or_stage_that_hubspot_lists_no_more_keeps_its_meaning(
    database: Database,
) -> None:
    new, won, other = stage("11", "0.1"), stage("12", "1.0"), stage("13", "0.0")
    pipeline = {"id": "p1", "label": "Old"}
    steps: list[tuple[list[dict[str, Any]], list[str]]] = [
        ([pipeline | {"stages": [new, won]}], []),
        ([pipeline | {"stages": [new]}], ["12"]),
        ([pipeline | {"stages": [other]}], ["11", "12"]),
        ([pipeline | {"stages": [other]}], ["11", "12"]),
        ([pipeline | {"stages": [new, other]}], ["12"]),
        ([], ["11", "12", "13"]),
        ([pipeline | {"stages": [won]}], ["11", "13"]),
    ]
    with database.transaction() as conn:
        portals.put(conn, 1, Registration("UTC"))
        conn.execute(
            "insert into hubspot_deals_raw (portal_id, hubspot_id, amount, dealstage, pipeline,"
            " closedate, raw_json, fetched_at, updated_at)"
            " values (1, '1', 500, '12', 'p1', now(), '{}', now(), now())"
        )
    for listed, gone in steps:
        with database.transaction() as conn:
            definitions.put_pipelines(conn, Mirrored(1, DEALS), as_json(*listed))
            query = "select stage_id from pipeline_stages where gone_at is not null order by 1"
            assert [each for (each,) in rows(conn, query)] == gone
            query = "select pipeline_label, stage_label, is_won from pipeline_stages"
            assert rows(conn, f"{query} where stage_id = '12'") == [("Old", "Stage 12", True)]
            assert rows(conn, 'select "totalSales" from sales_metrics()') == [(500,)]
    with database.transaction() as conn:
        definitions.put_pipelines(conn, Mirrored(1, DEALS), as_json())
        query = "select stage_id, stage_label, deals, is_won from deals_by_stage()"
        assert rows(conn, query) == [("12", "Stage 12", 1, True)]


def test_a_refresh_replaces_pipelines_and_properties_of_its_type_only(database: Database) -> None:
    for names in (["a", "b"], ["b", "c"]):
        with database.transaction() as conn:
            definitions.put_pipelines(
                conn,
                Mirrored(1, DEALS),
                as_json(*({"id": name, "label": name.upper()} for name in names)),
            )
            definitions.put_properties(
                conn,
                Mirrored(1, DEALS),
                as_json(*({"name": name, "type": "string"} for name in names)),
            )
            if names[0] == "a":
                definitions.put_pipelines(conn, Mirrored(1, TICKETS), as_json({"id": "t"}))
                definitions.put_properties(
                    conn, Mirrored(2, DEALS), as_json({"name": "other portal"})
                )
    with database.transaction() as conn:
        kept = rows(conn, "select object_type, hubspot_id, label from hubspot_pipelines order by 2")
        assert kept == [
            ("deals", "a", "A"),  # gone, and still what old deals name
            ("deals", "b", "B"),
            ("deals", "c", "C"),
            ("tickets", "t", None),
        ]
        gone = rows(conn, "select hubspot_id from hubspot_pipelines where gone_at is not null")
        assert gone == [("a",)]
        assert definitions.property_names(conn, Mirrored(1, DEALS)) == ["b", "c"]
        assert definitions.property_names(conn, Mirrored(2, DEALS)) == ["other portal"]
        assert definitions.property_names(conn, Mirrored(1, CONTACTS)) == []


def test_a_portal_is_refreshed_and_keeps_its_name_its_token_and_its_pause(
    database: Database,
) -> None:
    with database.transaction() as conn:
        portals.put(conn, 1, Registration("US/Eastern", "USD", "Acme", b"token"))
        portals.pause(conn, 1, "token refused")
        portals.put(conn, 1, Registration("UTC", "EUR"))
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
        portals.put(conn, 1, Registration("UTC"))
        portals.put(conn, 2, Registration("UTC"))
        portals.pause(conn, 1, "daily limit", timedelta(hours=1))
        portals.pause(conn, 2, "daily limit", timedelta(hours=-1))
        assert [portal.paused for portal in portals.all_portals(conn)] == [True, False]


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    try:
        with database.transaction() as conn:
            portals.put(conn, 1, Registration("UTC"))
            conn.execute("select 1 / 0")
    except psycopg.errors.DivisionByZero:
        pass
    with database.transaction() as conn:
        assert portals.all_portals(conn) == []


@pytest.mark.parametrize(
    ("known", "said", "expected"),
    [
        (["America/New_York"], "US/Eastern", "America/New_York"),
        (["America/New_York", "US/Eastern"], "US/Eastern", "US/Eastern"),
        (["Europe/Kiev"], "Europe/Kyiv", "Europe/Kiev"),  # an older PostgreSQL
        (["Asia/Kolkata"], "Asia/Calcutta", "Asia/Kolkata"),
        (["UTC"], "Etc/UCT", "UTC"),
        (["UTC"], "US/Eastern", "US/Eastern"),
        (["UTC"], "Mars/Olympus", "Mars/Olympus"),
    ],
)
def test_a_zone_is_called_as_this_postgres_knows_it(
    database: Database, known: list[str], said: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A view of ours stands for the list of a PostgreSQL that has other names; nothing is known of
    it yet, and nothing is kept."""
    monkeypatch.setattr(zones, "KNOWN", {})
    with database.transaction() as conn:
        names = ", ".join(f"('{name}')" for name in known)
        conn.execute(
            "create temporary view pg_timezone_names as"
            f" select name from (values {names}) as known (name)".encode()
        )
        conn.execute("set local search_path = pg_temp, hubspot, pg_catalog")
        portals.put(conn, 1, Registration(said, "USD"))
        portals.put(conn, 2, Registration("UTC", "USD"))
        portals.describe(conn, 2, said, None)
        portals.describe(conn, 2, None, "EUR")
        portals.describe(conn, 3, said, "EUR")
        found = rows(conn, "select portal_id, time_zone, currency from portals order by 1")
        assert found == [(1, expected, "USD"), (2, expected, "EUR")]
        lost = {} if expected in known else {1: expected, 2: expected}
        assert zones.unknown(conn) == lost
