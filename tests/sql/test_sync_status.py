"""What an operator sees of the sync: a row for every portal and mirrored type, with or without
anything to say about it."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from hubspot.objects import OBJECT_TYPES

from .conftest import Crm

NOON, ONE = datetime(2025, 1, 1, 12, tzinfo=UTC), datetime(2025, 1, 1, 13, tzinfo=UTC)
NOTHING = (0, 0, 0, None, 0, *[None] * 6, 0, *[None] * 7, False, None)


@pytest.fixture
def portal(crm: Crm) -> Crm:
    crm.insert("portals", {"portal_id": 1})
    return crm


def test_a_row_for_every_mirrored_type_of_an_empty_portal(portal: Crm) -> None:
    assert portal.rows("sync_status") == [(1, name, *NOTHING) for name in sorted(OBJECT_TYPES)]


def test_records_of_a_portal_that_nobody_registered_are_seen(crm: Crm) -> None:
    crm.contact("1")
    assert len(crm.rows("sync_status")) == len(OBJECT_TYPES)


@pytest.mark.parametrize("name", OBJECT_TYPES)
def test_live_and_archived_rows(portal: Crm, name: str) -> None:
    for hubspot_id, columns in [
        ("1", {}),
        ("2", {}),
        ("3", {"archived": True}),
        ("4", {"merged_into": "1"}),
    ]:
        portal.record(name, hubspot_id, **columns)
    assert _of(portal, "rows, archived_rows", name) == (2, 2)
    assert sum(rows for (rows,) in portal.rows("sync_status", "rows")) == 2


def test_custom_types_have_a_row_of_their_own_even_when_hubspot_has_them_no_longer(
    portal: Crm,
) -> None:
    schema = {"portal_id": 1, "raw_json": "{}"}
    portal.insert("hubspot_schemas", schema | {"type_id": "2-1", "object_type": "cars"})
    portal.insert(
        "hubspot_schemas", schema | {"type_id": "2-2", "object_type": "boats", "gone_at": NOON}
    )
    portal.custom("cars", "1")
    portal.custom("cars", "2", archived=True)
    portal.custom("tyres", "1")
    for name, expected in [
        ("cars", (1, 1)),
        ("boats", (0, 0)),
        ("tyres", (1, 0)),
        ("contacts", (0, 0)),
    ]:
        assert _of(portal, "rows, archived_rows", name) == expected
    assert len(portal.rows("sync_status")) == len(OBJECT_TYPES) + 3


def test_pending_changes_and_the_age_of_the_oldest_even_when_it_is_postponed(portal: Crm) -> None:
    for hubspot_id, age, wait in [("1", 10, 0), ("2", 600, 3600)]:
        portal.conn.execute(
            "insert into pending_changes (portal_id, object_type, hubspot_id, marked_at,"
            " not_before) values (1, 'deals', %s, now() - %s * interval '1 s',"
            " now() + %s * interval '1 s')",
            [hubspot_id, age, wait],
        )
    assert _of(portal, "pending, oldest_pending_seconds", "deals") == (2, 600)


def test_failed_are_the_dead_letters_that_were_not_replayed_and_did_not_land(portal: Crm) -> None:
    letter = {"portal_id": 1, "kind": "record", "object_type": "deals", "reason": "no"}
    portal.insert("dead_letters", letter)
    portal.insert("dead_letters", letter | {"replayed_at": NOON})
    portal.insert("dead_letters", letter | {"landed_at": NOON})
    portal.insert("dead_letters", letter | {"kind": "delivery", "object_type": None})
    assert _of(portal, "failed", "deals") == (1,)


def test_the_last_event_is_the_one_received_last(portal: Crm) -> None:
    event = {
        "portal_id": 1,
        "subscription_type": "deal.creation",
        "object_type": "deals",
        "event": "{}",
    }
    for key, received_at in [("1" * 32, ONE), ("2" * 32, NOON)]:
        portal.insert("webhook_events", event | {"event_key": key, "received_at": received_at})
    assert _of(portal, "last_event_at", "deals") == (ONE,)


@pytest.mark.parametrize(
    ("kind", "state", "expected"),
    [
        ("reconcile", "completed", (NOON, None)),
        ("backfill", "completed", (None, NOON)),
        ("reconcile", "failed", (None, None)),
        ("backfill", "cancelled", (None, None)),
    ],
)
def test_runs_count_when_they_are_complete(
    portal: Crm, kind: str, state: str, expected: tuple[Any, ...]
) -> None:
    scan = {"portal_id": 1, "kind": kind, "object_type": "deals", "state": state}
    portal.insert("scans", scan | {"finished_at": NOON})
    portal.insert("scans", scan | {"finished_at": NOON.replace(hour=1)})
    assert _of(portal, "last_reconcile_at, last_backfill_at", "deals") == expected


def test_the_last_comparison_counts(portal: Crm) -> None:
    run = {
        "portal_id": 1,
        "object_type": "deals",
        "started_at": NOON,
        "sampled": False,
        "compared": 9,
    }
    run |= {"differences": "{}", "healed": False}
    for run_id, finished_at, unequal in [
        ("1" * 32, NOON, 3),
        ("2" * 32, ONE, 2),
        ("3" * 32, NOON, 0),
    ]:
        portal.insert(
            "verify_runs", run | {"run_id": run_id, "finished_at": finished_at, "unequal": unequal}
        )
    assert _of(portal, "last_verify_at, last_verify_unequal", "deals") == (ONE, 2)


def test_value_issues_add_up(portal: Crm) -> None:
    for name, occurrences in [("amount", 3), ("closedate", 4)]:
        columns = {
            "object_type": "deals",
            "property": name,
            "reason": "odd",
            "occurrences": occurrences,
        }
        portal.insert("value_issues", columns | {"portal_id": 1})
    assert _of(portal, "value_issues", "deals") == (7,)


@pytest.mark.parametrize("seed", range(5))
def test_percentiles_are_right_to_five_percent(portal: Crm, seed: int) -> None:
    rng = random.Random(seed)
    latencies = sorted(rng.lognormvariate(7, 1.5) for _ in range(rng.choice([1, 7, 100, 999])))
    for latency in latencies:
        _took(portal, latency, hours_ago=rng.randrange(23))
    found = _of(portal, "latency_p50_ms, latency_p95_ms, latency_p99_ms", "deals")
    for percentile, ms in zip((0.50, 0.95, 0.99), found, strict=True):
        assert float(ms) == pytest.approx(
            latencies[math.ceil(percentile * len(latencies)) - 1], rel=0.03, abs=0.1
        )


def test_latencies_of_yesterday_are_forgotten(portal: Crm) -> None:
    _took(portal, 60_000, hours_ago=25)
    assert _of(portal, "latency_p50_ms", "deals") == (None,)


def test_portals_are_told_apart(portal: Crm, other_crm: Crm) -> None:
    portal.insert("portals", {"portal_id": 2})
    portal.deal("1")
    for hubspot_id in ("1", "2"):
        other_crm.deal(hubspot_id)
    _took(portal, 1000, hours_ago=1)
    status = portal.rows(
        "sync_status where object_type = 'deals'", "portal_id, rows, latency_p50_ms is null"
    )
    assert status == [(1, 1, False), (2, 2, True)]


def _of(crm: Crm, columns: str, object_type: str) -> tuple[Any, ...]:
    [row] = crm.rows(f"sync_status where portal_id = 1 and object_type = '{object_type}'", columns)
    return row


def _took(crm: Crm, latency_ms: float, hours_ago: int) -> None:
    """Counted as the program counts it (clear_changes): bucket b is about 1.05^b milliseconds."""
    crm.conn.execute(
        "insert into sync_latency as known (portal_id, object_type, hour, bucket, changes)"
        " values (1, 'deals', date_trunc('hour', now()) - %s * interval '1 hour', %s, 1)"
        " on conflict (portal_id, object_type, hour, bucket) do update"
        " set changes = known.changes + 1",
        [hours_ago, round(math.log(max(1, latency_ms)) / math.log(1.05))],
    )
