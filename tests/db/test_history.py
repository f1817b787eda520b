"""HubSpot's history against what events told: it wins where it reaches, and nothing else is
touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db import property_history as history
from db.connect import Connection, Database
from hubspot.mirrored import Mirrored
from hubspot.objects import DEALS
from hubspot.versions import Version

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def version(
    seconds: float, value: str | None, source: str = "CRM", name: str = "amount"
) -> Version:
    return Version("7", name, NOON + timedelta(seconds=seconds), value, source, None)


def kept(conn: Connection) -> list[tuple[float, str | None, str]]:
    rows = conn.execute("select * from property_history order by property, changed_at").fetchall()
    return [
        ((row["changed_at"] - NOON).total_seconds(), row["value"], row["source"]) for row in rows
    ]


def test_between_its_first_and_last_version_hubspots_history_is_all_there_is(
    database: Database,
) -> None:
    """A time that is a little off is corrected; what HubSpot dropped long ago and what came
    meanwhile stay."""
    told = [
        version(-9, "old"),
        version(0.001, "a"),
        version(5, "b"),
        version(7, "lost"),
        version(20, "new"),
    ]
    with database.transaction() as conn:
        history.append(
            conn, [(1, "deals", each) for each in [*told, version(6, "x", name="pipeline")]]
        )
        read = [
            version(0, "a", "API"),
            version(5, "B", "API"),
            version(9, "c", "API"),
            version(9, "d", "API"),
        ]
        history.replace(conn, Mirrored(1, DEALS), read)
        history.append(conn, [(1, "deals", version(5, "late event"))])
        assert kept(conn) == [
            (-9, "old", "CRM"),
            (0, "a", "API"),
            (5, "B", "API"),
            (9, "d", "API"),
            (20, "new", "CRM"),
            (6, "x", "CRM"),
        ]


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ([(0.005, "a")], []),  # the event's clock is 5 ms ahead
        ([(-0.005, "a")], []),
        ([(0.005, "b")], [(0.005, "b")]),
        ([(1, "b"), (2, "a")], [(1, "b"), (2, "a")]),  # set again, later
        ([(-2, "a"), (-1, "b")], [(-2, "a"), (-1, "b")]),
    ],
)
def test_a_change_that_two_clocks_tell_is_one_version(
    database: Database, told: list[tuple[float, str]], left: list[tuple[float, str]]
) -> None:
    with database.transaction() as conn:
        history.append(conn, [(1, "deals", version(*each)) for each in told])
        history.replace(conn, Mirrored(1, DEALS), [version(0, "a", "API")])
        found = [(at, value) for at, value, _ in kept(conn)]
        assert found == sorted([*left, (0, "a")])


def test_a_history_that_does_not_end_with_the_present_value_is_due(database: Database) -> None:
    present = [("7", "amount", "2"), ("8", "amount", None), ("9", "amount", "1")]
    with database.transaction() as conn:
        history.append(conn, [(1, "deals", version(0, "1")), (1, "deals", version(1, "2"))])
        history.mark(conn, Mirrored(1, DEALS), ["7", "9"], timedelta(days=1))
        history.mark_holes(conn, Mirrored(1, DEALS), present)
        assert {
            each: mark.generation
            for each, mark in history.claim(conn, Mirrored(1, DEALS), 50).items()
        } == {"9": 2}


def test_a_claim_never_holds_more_than_a_batch(database: Database) -> None:
    with database.transaction() as conn:
        history.mark(conn, Mirrored(1, DEALS), [str(number) for number in range(200)])
    with database.transaction() as conn:
        conn.execute("analyze history_marks")
        claims = [len(history.claim(conn, Mirrored(1, DEALS), 50)) for _ in range(5)]
    assert claims == [50, 50, 50, 50, 0]


def marks(database: Database) -> list[tuple[object, ...]]:
    """Answer each mark: its record, its generation, whether it is due, and why it failed."""
    with database.transaction() as conn:
        found = conn.execute(
            "select hubspot_id, generation, not_before <= now(), error from history_marks"
            " order by hubspot_id"
        ).fetchall()
    return [tuple(row.values()) for row in found]


def claimed(database: Database) -> history.Claims:
    with database.transaction() as conn:
        return history.claim(conn, Mirrored(1, DEALS), 50)


def marked(database: Database, *hubspot_ids: str, wait: timedelta = timedelta(0)) -> None:
    with database.transaction() as conn:
        history.mark(conn, Mirrored(1, DEALS), hubspot_ids, wait)


def test_what_was_marked_again_while_it_could_not_be_read_is_due(database: Database) -> None:
    marked(database, "7", "8")
    claims = claimed(database)
    marked(database, "8", wait=timedelta(days=1))
    with database.transaction() as conn:
        history.postpone(conn, Mirrored(1, DEALS), claims, timedelta(hours=1), "refused")
    assert marks(database) == [("7", 1, False, "refused"), ("8", 2, True, None)]


@pytest.mark.parametrize("ends", ["clear", "postpone"])
def test_a_reader_that_outlived_its_lease_touches_no_younger_mark(
    database: Database, ends: str
) -> None:
    marked(database, "7")
    late = claimed(database)
    with database.transaction() as conn:
        conn.execute("update history_marks set not_before = now()")
        history.clear(conn, Mirrored(1, DEALS), history.claim(conn, Mirrored(1, DEALS), 50))
    marked(database, "7", wait=timedelta(days=1))
    with database.transaction() as conn:
        if ends == "clear":
            history.clear(conn, Mirrored(1, DEALS), late)
        else:
            history.postpone(conn, Mirrored(1, DEALS), late, timedelta(0), "refused")
    assert marks(database) == [("7", 1, False, None)]
