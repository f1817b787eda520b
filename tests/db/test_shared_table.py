"""Types that share a table: ids repeat from type to type, and nothing that is done to one type
touches another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from db import corrections, purges, scans, stored
from db import upserts as mirrored
from db.connect import Connection, Database
from hubspot import records
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS, ObjectType

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)
CARS, TYRES = (
    ObjectType(
        name, f"p1_{name}", type_id, "hs_lastmodifieddate", (), ("contacts", other), shared=True
    )
    for name, type_id, other in (("cars", "2-1", "tyres"), ("tyres", "2-2", "cars"))
)
LINKS = {"contacts": [{"id": "101"}, {"id": "102"}], "tyres": [{"id": "1"}]}


def put(
    conn: Connection, kind: ObjectType, hubspot_id: str = "1", at: datetime = NOON, **more: Any
) -> None:
    links = {to: LINKS[to] for to in kind.associations if to in LINKS}
    record = {
        "id": hubspot_id,
        "properties": {"name": kind.name},
        "updatedAt": at.isoformat(),
    } | more
    mirrored.upsert(conn, Mirrored(1, kind), [records.row(kind, record, links)], at)


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    """Give a car and a tyre of the same id in portal 1."""
    with database.transaction() as opened:
        for kind in (CARS, TYRES):
            put(opened, kind)
        yield opened


def row(conn: Connection, object_type: str) -> dict[str, Any]:
    (found,) = conn.execute(
        "select * from hubspot_objects_raw where object_type = %s", [object_type]
    ).fetchall()
    return found


WRITES: dict[str, Callable[[Connection], object]] = {
    "upsert": lambda conn: put(conn, CARS, at=LATER),
    "relink": lambda conn: corrections.relink(
        conn, Mirrored(1, CARS), [records.links("1", {"contacts": []})], LATER
    ),
    "archive": lambda conn: corrections.archive_missing(conn, Mirrored(1, CARS), ["1"], LATER),
    "merge": lambda conn: corrections.merge(conn, Mirrored(1, CARS), {"1": "2"}, LATER),
    "erase": lambda conn: purges.erase(conn, Mirrored(1, CARS), set(), ["1"]),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_write_touches_its_own_type_only(conn: Connection, write: str) -> None:
    before = {name: row(conn, name) for name in ("cars", "tyres")}
    WRITES[write](conn)
    assert row(conn, "tyres") == before["tyres"]
    assert conn.execute(
        "select * from hubspot_objects_raw where object_type = 'cars'"
    ).fetchall() != [before["cars"]]


def test_links_without_a_column_are_replaced_and_kept_in_raw_json(conn: Connection) -> None:
    only_tyres = ObjectType(
        "cars", "p1_cars", "2-1", "hs_lastmodifieddate", (), ("tyres",), shared=True
    )
    assert corrections.relink(
        conn, Mirrored(1, only_tyres), [records.links("1", {"tyres": [{"id": "7"}]})], LATER
    ) == {"1"}
    assert row(conn, "cars")["raw_json"]["associations"] == {
        "contacts": {"results": LINKS["contacts"]},
        "tyres": {"results": [{"id": "7"}]},
    }


def test_a_read_sees_its_own_type_only(conn: Connection) -> None:
    put(conn, TYRES, "2")
    scan = scans.begin(conn, 1, "backfill", "cars")
    assert scan is not None
    conn.execute("update scans set started_at = %s", [LATER])
    assert stored.unmet(conn, Mirrored(1, CARS), UUID(str(scan.scan_id)), "", 9) == ["1"]
    conn.execute(
        "update hubspot_objects_raw set archived = true, archived_at = now()"
        " where object_type = 'tyres'"
    )
    assert stored.visible(conn, Mirrored(1, CARS), ["1", "2"]) == {"1": True}
    assert stored.archived_ids(conn, Mirrored(1, CARS), timedelta(days=9), "0", None) == set()
    assert stored.modified_times(conn, Mirrored(1, CARS), ["1", "2"]) == {"1": (NOON, False)}
    assert list(stored.rows_between(conn, Mirrored(1, CARS), "0", None)) == ["1"]
    assert list(stored.rows_between(conn, Mirrored(1, CARS), "0", "9")) == ["1"]
    assert stored.standing(conn, Mirrored(1, CARS), "2") is None
    conn.execute(
        "update hubspot_objects_raw set merged_into = '1' where object_type = 'tyres'"
        " and hubspot_id = '2'"
    )
    assert purges.known_as(conn, Mirrored(1, CARS), "1") == {"1"}


def test_links_are_found_from_both_ends_with_a_column_and_without(conn: Connection) -> None:
    put(conn, CARS, "2", properties={}, id="2")
    corrections.relink(
        conn, Mirrored(1, TYRES), [records.links("1", {"contacts": [{"id": "103"}]})], LATER
    )
    assert set(stored.linked(conn, Mirrored(1, CARS), ["1"])) == {
        ("contacts", "101"),
        ("contacts", "102"),
        ("tyres", "1"),
    }
    assert stored.linking(conn, Mirrored(1, CARS), "contacts", ["102", "9"]) == ["1", "2"]
    assert stored.linking(conn, Mirrored(1, CARS), "tyres", ["1"]) == ["1", "2"]
    assert stored.linking(conn, Mirrored(1, CARS), "tyres", ["101"]) == [], "an id is of its type"
    assert (
        stored.linked(conn, Mirrored(2, CARS), ["1"]) == []
        and stored.linking(conn, Mirrored(2, CARS), "tyres", ["1"]) == []
    )


def test_a_mention_is_erased_in_every_type_and_records_of_the_same_id_are_left_alone(
    conn: Connection,
) -> None:
    corrections.relink(
        conn, Mirrored(1, TYRES), [records.links("1", {"contacts": [{"id": "102"}]})], LATER
    )
    before = row(conn, "tyres")
    purges.erase(conn, Mirrored(1, CONTACTS), {("hubspot_objects_raw", "contact_ids")}, ["101"])
    assert row(conn, "tyres") == before
    car = row(conn, "cars")
    assert (car["contact_ids"], car["raw_json"]["associations"]["contacts"]) == (
        ["102"],
        {"results": [{"id": "102"}]},
    )
    assert "101" not in json.dumps(car["raw_json"])
