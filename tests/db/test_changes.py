"""Pending changes: marks grow, claims are leased, and what came in meanwhile stays pending."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db import changes, fetch_delays, portals
from db.changes import Claims, Mark
from db.connect import Database
from db.portals import Registration
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS, OBJECT_TYPES

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BATCH = 100


def mark(
    database: Database,
    *hubspot_ids: str,
    object_type: str = "contacts",
    portal_id: int = 1,
    **more: Any,
) -> None:
    with database.transaction() as conn:
        changes.mark(conn, [Mark(portal_id, object_type, each, **more) for each in hubspot_ids])


def claim(
    database: Database, batch: int = BATCH, object_type: str = "contacts", portal_id: int = 1
) -> Claims | None:
    with database.transaction() as conn:
        return changes.claim(conn, Mirrored(portal_id, OBJECT_TYPES[object_type]), batch)


def claimed(database: Database, **more: Any) -> Claims:
    claims = claim(database, **more)
    assert claims is not None
    return claims


def clear(database: Database, claims: Claims, done: set[str]) -> None:
    with database.transaction() as conn:
        changes.clear(conn, claims, done)


def rest(database: Database, object_type: str = "contacts") -> float | None:
    with database.transaction() as conn:
        return changes.rest(conn, Mirrored(1, OBJECT_TYPES[object_type]))


def pending(database: Database, columns: str = "hubspot_id") -> list[tuple[Any, ...]]:
    with database.transaction() as conn:
        rows = conn.execute(
            f"select {columns} from pending_changes order by portal_id, hubspot_id"
        ).fetchall()  # type: ignore[arg-type]
    return [tuple(row.values()) for row in rows]


def execute(database: Database, statement: str) -> None:
    with database.transaction() as conn:
        conn.execute(statement)  # type: ignore[arg-type]


def test_a_second_mark_grows_the_first(database: Database) -> None:
    mark(database, "7", associations=frozenset({"deals"}), event_at=NOON)
    mark(database, "7", associations=frozenset({"calls", "deals"}), event_at=NOON - MINUTE)
    mark(database, "7", event_at=NOON + MINUTE)
    mark(database, "7")
    (claimed_one,) = claimed(database).batch
    assert claimed_one == changes.Claim("7", 4, frozenset({"calls", "deals"}), 1)
    assert pending(database, "event_at") == [(NOON - MINUTE,)]


def test_a_mark_without_event_takes_the_time_of_the_next_one(database: Database) -> None:
    mark(database, "7")
    mark(database, "7", event_at=NOON)
    assert pending(database, "event_at") == [(NOON,)]


def test_no_marks_are_no_statement(database: Database) -> None:
    mark(database)
    assert pending(database) == []


def test_a_claim_takes_a_batch_of_one_type_of_one_portal_oldest_first(database: Database) -> None:
    for each in ("3", "1", "2"):
        mark(database, each)
    mark(database, "8", object_type="deals")
    mark(database, "9", portal_id=2)
    assert sorted(claimed(database, batch=2).ids) == ["1", "3"]
    assert claim(database, object_type="calls") is None
    assert claimed(database, portal_id=2).ids == ["9"]


def test_what_is_leased_is_nobody_elses_until_the_lease_ends(database: Database) -> None:
    mark(database, "7")
    first = claimed(database)
    assert claim(database) is None
    execute(database, "update pending_changes set leased_until = now() - interval '1 ms'")
    second = claimed(database)
    assert (first.batch[0].attempts, second.batch[0].attempts) == (1, 2)


def test_a_lease_holds_when_its_fetch_is_slow(database: Database) -> None:
    mark(database, "7", "8")
    claimed(database, batch=1)
    execute(
        database,
        "update pending_changes set leased_until = now() + interval '1 s'"
        " where leased_until is not null",
    )
    assert claimed(database).ids == ["8"]


def test_two_connections_claim_different_records(database: Database) -> None:
    mark(database, *(str(number) for number in range(1, 31)))
    with database.transaction() as one, database.transaction() as other:
        first, second = (
            changes.claim(one, Mirrored(1, CONTACTS), 2),
            changes.claim(other, Mirrored(1, CONTACTS), 2),
        )
        assert first is not None and second is not None
        assert set(first.ids).isdisjoint(second.ids) and len(first.ids) == len(second.ids) == 2


@pytest.mark.parametrize(("waiting", "second"), [(11, None), (12, 3)])
def test_a_second_fetch_begins_when_four_batches_wait(
    database: Database, waiting: int, second: int | None
) -> None:
    mark(database, *(str(number) for number in range(waiting)))
    assert len(claimed(database, batch=3).ids) == 3
    again = claim(database, batch=3)
    assert (again and len(again.ids)) == second


def test_a_crowd_of_one_type_does_not_hold_up_another(database: Database) -> None:
    mark(database, "7")
    mark(database, "7", object_type="deals")
    assert claimed(database).ids == claimed(database, object_type="deals").ids == ["7"]


def test_clearing_leaves_what_grew_and_frees_it(database: Database) -> None:
    mark(database, "7", "8", "9")
    claims = claimed(database)
    mark(database, "8", associations=frozenset({"deals"}))
    clear(database, claims, {"7", "8"})
    assert pending(database, "hubspot_id, generation, attempts, leased_until") == [
        ("8", 2, 0, None),
        ("9", 1, 0, None),
    ]
    assert claimed(database).ids == ["9"]


def test_what_grew_rests_for_a_moment_so_that_a_storm_on_one_record_shares_its_fetches(
    database: Database,
) -> None:
    mark(database, "7")
    claims = claimed(database)
    mark(database, "7")
    clear(database, claims, {"7"})
    assert 0 < (rest(database) or 0) <= fetch_delays.REST.total_seconds()
    assert claim(database) is None and rest(database, object_type="deals") is None
    over = "not_before = now() - interval '10 ms', marked_at = now() - interval '1 s'"
    execute(database, f"update pending_changes set {over}")
    assert rest(database) == 0  # it may be over since the last claim looked
    assert claimed(database).ids == ["7"] and rest(database) is None


def test_what_was_just_marked_or_must_wait_for_hubspot_does_not_rest(database: Database) -> None:
    mark(database, "7")
    assert rest(database) is None
    with database.transaction() as conn:
        claims = changes.claim(conn, Mirrored(1, CONTACTS), BATCH)
        assert claims is not None
        changes.postpone(conn, claims, fetch_delays.REST / 2, "HubSpot is away")
    assert rest(database) is None


def test_clearing_nothing_frees_all(database: Database) -> None:
    mark(database, "7")
    clear(database, claimed(database), set())
    assert claimed(database).ids == ["7"]


def test_postponed_work_waits_with_its_reason(database: Database) -> None:
    mark(database, "7", "8")
    with database.transaction() as conn:
        claims = changes.claim(conn, Mirrored(1, CONTACTS), BATCH)
        assert claims is not None
        changes.postpone(conn, claims, MINUTE, "HubSpot is away")
    assert claim(database) is None
    assert (
        pending(database, "error, leased_until, not_before > now() + interval '50 s', attempts")
        == [("HubSpot is away", None, True, 1)] * 2
    )
    execute(database, "update pending_changes set not_before = now()")
    assert [each.attempts for each in claimed(database).batch] == [2, 2]


def postpone(database: Database, claims: Claims) -> None:
    with database.transaction() as conn:
        changes.postpone(conn, claims, MINUTE, "HubSpot is away")


def drop(database: Database, claims: Claims) -> set[str]:
    with database.transaction() as conn:
        return changes.drop(conn, claims)


def rest_of(database: Database, seconds: float) -> list[tuple[Any, ...]]:
    """Answer each mark that is free within these seconds, as it stands."""
    soon = f"not_before < now() + interval '{seconds} s'"
    return pending(database, f"hubspot_id, generation, attempts, leased_until, error, {soon}")


def test_what_grew_while_it_was_tried_in_vain_waits_for_no_back_off(database: Database) -> None:
    mark(database, "7", "8")
    claims = claimed(database)
    mark(database, "8")
    postpone(database, claims)
    assert rest_of(database, 10) == [
        ("7", 1, 1, None, "HubSpot is away", False),
        ("8", 2, 0, None, None, True),
    ]
    assert rest(database) is not None


def test_dropped_marks_are_forgotten_unless_they_grew(database: Database) -> None:
    mark(database, "7", "8", "9")
    claims = claimed(database, batch=2)
    mark(database, "8")
    assert drop(database, claims) == {"7"}
    assert rest_of(database, 10) == [("8", 2, 0, None, None, True), ("9", 1, 0, None, None, True)]
    assert rest(database) is not None


LATE = {
    "clear": lambda database, claims: clear(database, claims, {"7"}),
    "release": lambda database, claims: clear(database, claims, set()),
    "postpone": postpone,
    "drop": drop,
}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE.keys())
@pytest.mark.parametrize("times", [1, 2])
def test_a_fetch_that_outlived_its_lease_touches_no_mark_that_is_younger_than_its_claim(
    database: Database, late: Callable[[Database, Claims], object], times: int
) -> None:
    """Generations begin at 1 again: the first mark was cleared by another fetch, and the second
    looks the same."""
    mark(database, "7")
    claims = claimed(database)
    execute(database, "update pending_changes set leased_until = now() - interval '1 ms'")
    clear(database, claimed(database), {"7"})
    for _ in range(times):
        mark(database, "7", event_at=NOON)
    claimed(database)
    before = pending(database, "*")
    late(database, claims)
    assert pending(database, "*") == before


def test_latency_is_counted_once_per_change_in_buckets_of_five_percent(database: Database) -> None:
    with database.transaction() as conn:
        now = conn.execute("select clock_timestamp() as now").fetchone()
    assert now is not None
    mark(database, "1", "2", event_at=now["now"] - timedelta(seconds=10))
    mark(database, "3", event_at=now["now"] + MINUTE)  # HubSpot's clock is ahead of ours
    mark(database, "4")
    clear(database, claimed(database), {"1", "2", "3", "4"})
    with database.transaction() as conn:
        rows = conn.execute("select bucket, changes from sync_latency order by bucket").fetchall()
    assert [row["changes"] for row in rows] == [1, 2]
    assert rows[0]["bucket"] == 0 and 10_000 <= 1.05 ** rows[1]["bucket"] * 1.025 < 11_500


def test_what_was_only_looked_at_has_no_latency_even_when_read_twice(database: Database) -> None:
    mark(database, "7")
    clear(database, claimed(database), set())
    clear(database, claimed(database), {"7"})
    with database.transaction() as conn:
        assert conn.execute("select * from sync_latency").fetchall() == []


def test_work_of_paused_portals_does_not_wait(database: Database) -> None:
    with database.transaction() as conn:
        for portal_id in (1, 2, 3, 4):
            portals.put(conn, portal_id, Registration("UTC"))
        portals.pause(conn, 2, "token refused")
        portals.pause(conn, 3, "daily limit", MINUTE)
        portals.pause(conn, 4, "over already", -MINUTE)
    for portal_id in (1, 2, 3, 4, 5):
        mark(database, "7", portal_id=portal_id)
    mark(database, "8", object_type="deals")
    with database.transaction() as conn:
        assert sorted(changes.waiting(conn)) == [(1, "contacts"), (1, "deals"), (4, "contacts")]
    claimed(database)
    with database.transaction() as conn:
        assert sorted(changes.waiting(conn)) == [(1, "deals"), (4, "contacts")]


def test_many_marks_of_a_record_are_one_with_all_that_they_ask_for(database: Database) -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    marks = [
        Mark(1, "contacts", "51", frozenset({"companies"}), late, whole=False),
        Mark(1, "contacts", "51", frozenset({"deals"}), early, whole=False),
        Mark(1, "contacts", "52", whole=False),
        Mark(1, "contacts", "52", other_ends=True),
        Mark(1, "contacts", "52"),
    ]
    with database.transaction() as conn:
        changes.mark(conn, marks)
        found = conn.execute(
            "select hubspot_id, associations, event_at, whole, other_ends, generation"
            " from pending_changes"
        ).fetchall()
    assert {
        row["hubspot_id"]: (
            set(row["associations"]),
            row["event_at"],
            row["whole"],
            row["other_ends"],
            row["generation"],
        )
        for row in found
    } == {
        "51": ({"companies", "deals"}, early, False, False, 1),
        "52": (set(), None, True, True, 1),
    }


def test_a_mark_of_the_whole_record_is_not_taken_back_by_one_of_its_links(
    database: Database,
) -> None:
    with database.transaction() as conn:
        changes.mark(conn, [Mark(1, "contacts", "51", other_ends=True)])
        changes.mark(conn, [Mark(1, "contacts", "51", frozenset({"deals"}), whole=False)])
        assert changes.claim(conn, Mirrored(1, CONTACTS), 100, whole=False) is None
        claims = changes.claim(conn, Mirrored(1, CONTACTS), 100)
    assert claims
    [claim] = claims.batch
    assert (claim.associations, claim.other_ends) == ({"deals"}, True)
