"""Long work goes in slices that commit: ended after one, it goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.rounds import ROUNDS
from hubspot.objects import OBJECT_TYPES
from operations import relink
from operations.stopping import Stop, Stopped
from tests.sql.conftest import Crm
from workers import clock, sums
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
DAYS = 5


class StopAfter(Stop):
    """A process that is told to end when it has looked so often whether it is."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._looks = looks

    def check(self) -> None:
        if not self._looks:
            self.ask()
        self._looks -= 1
        super().check()


def _calls(context: Context) -> None:
    with context.database.transaction() as conn:
        crm = Crm(conn, 1)
        crm.portal()
        for day in range(1, DAYS + 1):
            crm.contact(str(day), createdate=f"2026-01-0{day}")
            crm.call(str(day), call_timestamp=f"2026-01-0{day} 12:00Z", contact_ids=["1"])


def _events(context: Context) -> None:
    with context.database.transaction() as conn:
        conn.execute(
            "insert into webhook_events (portal_id, event_key, subscription_type, object_type,"
            " received_at, event) select 1, gen_random_uuid(), 'kept', 'deals',"
            " now() - interval '91 days', '{}' from generate_series(1, %s)",
            [DAYS],
        )


def _teams(context: Context) -> None:
    with context.database.transaction() as conn:
        for number in range(DAYS):
            Crm(conn).team(str(number), f"Team {number}")


def _users(context: Context) -> None:
    """Make a company whose users are a view: no trigger keeps their keys."""
    with context.database.transaction() as conn:
        for number in range(DAYS):
            Crm(conn).insert("business.users", {"user_id": str(number), "email": "a@b.example"})
        conn.execute("delete from user_keys")


def _doubts(context: Context) -> None:
    with context.database.transaction() as conn:
        crm = Crm(conn)
        crm.portal()
        crm.user("u1", "double@b.example")
        crm.user("u2", "double@b.example")
        for number in range(DAYS):
            crm.contact(str(number), email="double@b.example")


def _deleted(context: Context) -> None:
    with context.database.transaction() as conn:
        for number in range(DAYS):
            at = datetime.now(UTC) - timedelta(days=31)
            Crm(conn).contact(str(number), archived=True, archived_at=at)


def _tidy_deleted(context: Context, at_most: int) -> None:
    settings = replace(context.settings, retain_deleted_days=30)
    clock.tidy(replace(context, settings=settings), at_most)


# what stands behind it, the job in slices of one, and how many are done
JOBS: dict[str, tuple[Any, Any, str]] = {
    "sums": (_calls, sums.run, "select count(distinct day) as n from sales_call_days"),
    "tidy": (_events, clock.tidy, f"select {DAYS} - count(*) as n from webhook_events"),
    "teams": (_teams, relink.look_at_teams, "select count(*) as n from team_keys"),
    "users": (_users, relink.look_at_teams, "select count(*) as n from user_keys"),
    "doubts": (_doubts, relink.look_at_doubts, "select count(*) as n from link_doubts"),
    "deleted": (
        _deleted,
        _tidy_deleted,
        f"select {DAYS} - count(*) as n from hubspot_contacts_raw",
    ),
}


# How often a run looks whether it is to end before it comes to this: it finds nothing else to do.
BEFORE = {
    "tidy": len(clock.KEEP),
    "teams": 1,
    "doubts": list(ROUNDS).index("contact_user"),
    "deleted": len(clock.KEEP) + list(OBJECT_TYPES).index("contacts"),
}


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_is_ended_after_a_slice_goes_on_from_there(
    context: Context, rows: Rows, job: str
) -> None:
    begin, run, done = JOBS[job]
    begin(context)
    looks = 1 + BEFORE.get(job, 0)
    with pytest.raises(Stopped):
        run(replace(context, stop=StopAfter(looks)), at_most=1)
    first = rows(done)[0]["n"]
    assert 0 < first < DAYS
    with pytest.raises(Stopped):
        run(replace(context, stop=StopAfter(looks)), at_most=1)
    assert first < rows(done)[0]["n"] < DAYS
    run(context, at_most=1)
    assert rows(done) == [{"n": DAYS}]


@pytest.mark.parametrize(
    ("job", "table"),
    [("sums", "sales_call_days"), ("teams", "team_keys"), ("users", "user_keys")],
)
def test_a_backlog_is_worked_off_in_several_transactions(
    context: Context, rows: Rows, job: str, table: str
) -> None:
    begin, run, _ = JOBS[job]
    begin(context)
    run(context, at_most=2)
    assert rows(f"select count(distinct xmin::text) as n from {table}") == [{"n": 3}]


def test_what_is_not_added_up_yet_is_counted_by_who_asks(context: Context, rows: Rows) -> None:
    _calls(context)
    with pytest.raises(Stopped):
        sums.run(replace(context, stop=StopAfter(1)), at_most=1)
    half = rows("select sales_metrics(portal => 1) as found, cardinality(due_call_days) as due"
                " from sales_sums where portal_id = 1")  # fmt: skip
    sums.run(context, at_most=1)
    whole = rows("select sales_metrics(portal => 1) as found, cardinality(due_call_days) as due"
                 " from sales_sums where portal_id = 1")  # fmt: skip
    assert [row["due"] for row in half + whole] == [DAYS - 1, 0]
    assert half[0]["found"] == whole[0]["found"]
