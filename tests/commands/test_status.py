"""`spoke status` and `spoke replay`: work that waits, failures and their causes, the rest of the
day's limit; and the way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import redis

import deliveries
import memory
from commands import status_work
from db import changes, dead_letters
from db.changes import Mark
from db.dead_letters import Letter
from hubspot.daily_limit import Daily, forecast, observed
from hubspot.mirrored import Mirrored
from hubspot.objects import DEALS
from hubspot.rate_limit import daily_key
from tests.commands.conftest import Spoke
from tests.processes import Simulator, address
from tests.workers.conftest import arrive
from tests.workers.test_events import send
from webhooks.refusals import Refusals
from workers import ingest
from workers.backfill import backfill
from workers.context import Context
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]
EMPTY = """\
To be mended: nothing
Processes
  no worker on backfill, fetch, ingest: start `python -m workers`
  no clock, which heals what webhooks miss: start `python -m workers.clock`
Portals: none; set HUBSPOT_ACCESS_TOKEN or run `spoke portals add`
Daily limit: nothing asked yet
Copy: empty; run `spoke backfill`
Definitions that numbers stand on: as they were
Polled: nothing yet; the clock looks hourly
Sums: no portal
Deliveries: none waiting
Running: none
Tried in vain, tried again: none
Failed runs: none
Dead letters: none
Outgoing: nothing waits, nothing is dead
Verified: never; run `spoke verify`
Swept: never; the clock does it nightly
Custom objects: none
Other objects: each looked for once a day
Values that did not fit: none
Histories: all read
New properties: every record has them
Views: a column for every property
"""


def after(output: str, title: str) -> list[list[str]]:
    """Answer the words of the lines below a title."""
    lines = output.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(title)) + 1
    ends = next(
        (place for place in range(start, len(lines)) if not lines[place].startswith(" ")),
        len(lines),
    )
    return [line.split() for line in lines[start:ends]]


def test_with_nothing_to_tell_each_section_is_a_line(run: Spoke) -> None:
    assert run("status").output == EMPTY


def test_processes_that_run_are_a_line() -> None:
    running = {"workers": {"fetch": 2, "ingest": 1}, "clock_ticks": True}
    assert status_work.processes({"processes": running}) == ["Processes: all run"]
    without = {"workers": {"fetch": 0, "ingest": 1}, "clock_ticks": True}
    assert status_work.processes({"processes": without}) == [
        "Processes",
        "  no worker on fetch: start `python -m workers`",
    ]


def test_while_redis_is_full_status_says_so_and_what_to_do(
    run: Spoke, full_redis: redis.Redis
) -> None:
    memory.note_refusal(full_redis)
    output = run("status", REDIS_URL=address(full_redis)).output
    said = " ".join(word for words in after(output, "Redis is full") for word in words)
    assert " of 0.0 MB used; deliveries are refused since 2" in said
    assert said.endswith(f"for 24 hours. {memory.CURE}")
    found = json.loads(run("status", "--json", REDIS_URL=address(full_redis)).output)["redis"]
    assert found["limit"] == 1 and found["full"] and found["refused_since"].startswith("20")


def test_what_is_here_and_what_waits(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    portal = context.portals()[0]
    backfill(context, portal, ["deals"], lambda scan: None)
    verify(context, portal, ["deals"], patience=0)
    [here] = rows(
        "select count(*) as n from hubspot_deals_raw where not archived and merged_into is null"
    )
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "deals", "5")])
    rows("update pending_changes set marked_at = now() - interval '3 minutes' returning 1")
    send(context, b"[]")
    Refusals(context.server, every_seconds=0).note("unauthorized", "/webhooks/hubspot", "a cause")
    output = run("status").output
    portal_id, deals = str(simulator.portal_id), str(here["n"])
    assert after(output, "Portals")[1] == [portal_id, "active", deals, "1", "3", "min"]
    assert after(output, "Copy")[1][:7] == [portal_id, "deals", deals, "0", "1", "3", "min"]
    assert "Deliveries: 1 waiting; refused: 1 unauthorized" in output
    assert "To be mended\n  Webhooks: 1 request was refused as unauthorized since" in output
    assert after(output, "Verified")[1][4:] == [deals, "0"]
    assert after(output, "Sums")[0][4:8] == ["fold;", "not", "built", "of"]
    assert all(len(line) <= 100 for line in output.splitlines())


def test_what_failed_says_why_in_full(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    portal_id = simulator.portal_id
    reason = (
        "HubSpot answered 400 to POST /crm/objects/2026-09/deals/batch/read: "
        + "a long explanation " * 6
    )
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(portal_id, "deals", each) for each in ("5", "6")])
        dead_letters.bury(conn, Letter("record", reason, portal_id, "deals", "7"))
        dead_letters.note_value_issues(
            conn, Mirrored(portal_id, DEALS), [("7", "amount", "not a number")]
        )
    rows("update pending_changes set error = 'HubSpot answered 503', attempts = 4 returning 1")
    rows(
        "insert into scans (portal_id, kind, object_type, state, error) values (%s, 'reconcile',"
        " 'deals', 'failed', 'Unavailable: no answer'), (%s, 'backfill', 'deals', 'crashed', null)"
        " returning 1",
        portal_id,
        portal_id,
    )
    output = run("status").output
    letters = " ".join(
        " ".join(words)
        for words in after(output, "Dead letters (1; `spoke replay` brings them back)")
    )
    assert letters.endswith(f"portal {portal_id}, deals 7: {reason.strip()}")
    [waiting] = after(output, "Tried in vain")[1:]
    assert waiting[:4] == [str(portal_id), "deals", "2", "4"] and waiting[-3:] == [
        "HubSpot",
        "answered",
        "503",
    ]
    assert after(output, "Failed runs")[1:] == [
        [str(portal_id), "backfill", "deals", "crashed", "its", "worker", "died"],
        [str(portal_id), "reconcile", "deals", "failed", "Unavailable:", "no", "answer"],
    ]
    assert after(output, "Values")[1] == [
        str(portal_id),
        "deals.amount",
        "1",
        "7",
        "not",
        "a",
        "number",
    ]


def test_a_run_tells_its_pace_and_what_is_left(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    rows(
        "insert into scans (portal_id, kind, object_type, state, records, total, started_at,"
        " heartbeat_at) values (%s, 'backfill', 'calls', 'running', 20000, 80000,"
        " now() - interval '10 s', now()) returning 1",
        simulator.portal_id,
    )
    assert after(run("status").output, "Running")[1] == [
        *[str(simulator.portal_id), "backfill", "calls", "20,000", "2,000/s", "25%", "30", "s"]
    ]


def test_when_everything_was_last_swept_and_how_the_last_night_went(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    portal = context.portals()[0]
    backfill(context, portal, ["deals", "companies", "calls"], lambda scan: None)
    here = {
        name: rows(f"select count(*) as n from {name}")[0]["n"]
        for name in ("deals", "companies", "calls")
    }
    night = (
        "insert into scans (portal_id, kind, object_type, state, checkpoint, records,"
        " finished_at) values"
    )
    rows(
        f"{night} (%(p)s, 'nightly', 'deals', 'completed', 'end', {here['deals']}, '2026-01-02 "
        "02:40Z'),"
        f" (%(p)s, 'nightly', 'calls', 'completed', '5', {here['calls'] - 1}, now()),"
        " (%(p)s, 'nightly', 'companies', 'failed', '5', 4, now()) returning 1".replace(
            "%(p)s", str(portal.portal_id)
        )
    )
    calls, companies, deals = after(run("status").output, "Swept")[1:]
    portal_id = str(portal.portal_id)
    assert calls[:4] == [portal_id, "calls", "never", f"{here['calls'] - 1:,}"]
    assert calls[4:] == ["of", f"{here['calls']:,}:", "everything", "within", "2", "nights"]
    assert companies == [portal_id, "companies", "never", "4", "failed"]
    assert deals == [portal_id, "deals", "2026-01-02", "02:40:00", f"{here['deals']:,}"]


def test_the_same_as_json(run: Spoke, context: Context, simulator: Simulator, rows: Rows) -> None:
    rows(
        "insert into sync_latency values (%s, 'deals', now(), 100, 1), (%s, 'calls', now(), 100,"
        " 1) returning 1",
        simulator.portal_id,
        simulator.portal_id,
    )
    found = json.loads(run("status", "--json").output)
    assert found["portals"][0]["portal_id"] == simulator.portal_id
    assert {row["latency_p95_ms"] for row in found["copy"]} == {None, 131.5}
    assert (
        found["deliveries"]
        == {
            "waiting": 0,
            "refused": {},
            "lately_refused": [],
            "unknown_portals": [],
        }
        and found["dead_letters"] == 0
    )


def test_the_daily_limit_is_what_hubspot_last_said(
    run: Spoke, context: Context, simulator: Simulator
) -> None:
    portal = context.portals()[0]
    context.client(portal).account()
    words = after(run("status").output, "Daily limit")[1]
    assert words[:1] + words[2:4] == [str(simulator.portal_id), "of", "1,000,000"]
    assert words[-4:] == ["until", "midnight", "in", "US/Eastern"]
    assert context.server.hget(daily_key(str(simulator.portal_id)), "limit") == b"1000000"


NOON = datetime(2026, 6, 1, 16, tzinfo=UTC)  # noon in US/Eastern


@pytest.mark.parametrize(
    ("remaining", "spent_at"),
    [(1_000, None), (600, None), (499, "23:57"), (400, "20:00"), (0, "12:00")],
    ids=["unused", "enough", "just not", "by evening", "spent"],
)
def test_todays_pace_is_drawn_on_to_midnight_in_the_accounts_zone(
    remaining: int, spent_at: str | None
) -> None:
    told = forecast(Daily(1_000, remaining, NOON), "US/Eastern", NOON)
    assert (told.used, told.remaining) == (1_000 - remaining, remaining)
    assert (f"{told.spent_at:%H:%M}" if told.spent_at else None) == spent_at
    assert told.resets_at.isoformat() == "2026-06-02T00:00:00-04:00"


def test_what_was_seen_yesterday_is_given_back() -> None:
    told = forecast(Daily(1_000, 3, datetime(2026, 6, 1, 3, 59, tzinfo=UTC)), "US/Eastern", NOON)
    assert (told.used, told.remaining, told.spent_at) == (0, 1_000, None)


def test_a_zone_nobody_knows_is_utc() -> None:
    assert (
        forecast(Daily(10, 5, NOON), "Mars/Olympus", NOON).resets_at.isoformat()
        == "2026-06-02T00:00:00+00:00"
    )


def test_answers_without_a_daily_limit_say_nothing() -> None:
    assert observed({}, NOON) is None
    assert (
        observed(
            {"X-HubSpot-RateLimit-Daily": "x", "X-HubSpot-RateLimit-Daily-Remaining": "5"}, NOON
        )
        is None
    )


def bury(context: Context, portal_id: int, *hubspot_ids: str) -> None:
    with context.database.transaction() as conn:
        for hubspot_id in hubspot_ids:
            dead_letters.bury(conn, Letter("record", "refused", portal_id, "deals", hubspot_id))


def marked(rows: Rows) -> list[str]:
    return [row["hubspot_id"] for row in rows("select hubspot_id from pending_changes order by 1")]


def test_one_letter_comes_back_by_its_id(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    bury(context, simulator.portal_id, "5", "6")
    [second] = rows("select letter_id from dead_letters where hubspot_id = '6'")
    assert (
        run("replay", "--id", str(second["letter_id"])).output
        == "1 dead letter is on its way again.\n"
    )
    assert marked(rows) == ["6"]
    assert after(run("status").output, "Dead letters")[0][-2:] == ["5:", "refused"]


def test_letters_come_back_by_time(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    bury(context, simulator.portal_id, "5", "6")
    rows("update dead_letters set created_at = '2026-01-01' where hubspot_id = '5' returning 1")
    assert run("replay", "--since", "2026-02-01").output == "1 dead letter is on its way again.\n"
    assert marked(rows) == ["6"]


def test_letters_come_back_by_kind_and_portal_and_all(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    bury(context, simulator.portal_id, "5")
    bury(context, simulator.portal_id + 1, "6")
    send(context, b"not json")
    ingest.run(context)
    assert (
        run("replay", "--portal", str(simulator.portal_id)).output
        == "1 dead letter is on its way again.\n"
    )
    assert marked(rows) == ["5"]
    assert run("replay", "--kind", "delivery").output == "1 dead letter is on its way again.\n"
    assert deliveries.waiting(context.server) == 1
    assert run("replay", "--all").output == "1 dead letter is on its way again.\n"
    assert marked(rows) == ["5", "6"]
    assert run("replay", "--all").output == "0 dead letters are on their way again.\n"


def test_a_replayed_record_arrives(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    deal = simulator.create("deals", {"dealname": "back again"})
    simulator.quiet()
    context.server.flushdb()
    bury(context, simulator.portal_id, deal)
    run("replay", "--all")
    arrive(context, simulator)
    assert rows("select dealname from hubspot_deals_raw") == [{"dealname": "back again"}]


def test_replay_wants_to_know_which(run: Spoke) -> None:
    result = run("replay")
    assert result.exit_code == 2 and "Say which" in result.output


def test_a_time_zone_that_nobody_knows_is_to_be_mended(run: Spoke, context: Context) -> None:
    with context.database.transaction() as conn:
        conn.execute("update portals set time_zone = 'Mars/Olympus'")
    for command in ("status", "doctor"):
        said = " ".join(run(command).output.split())
        assert "does not know the zone Mars/Olympus" in said, command
