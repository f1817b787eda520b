"""E-mail events and visits: each stored once, late ones too, and a walk goes on where it ended."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from db import partitions, privacy_requests, stream_rows
from db.partitions import Partitioned
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES
from hubspot.streams import STREAMS
from lab.simulator.stream_events import email_event, page_visit
from operations import polled_state, removal
from tests.processes import Simulator
from tests.workers.conftest import arrive
from tests.workers.test_polling import first, later, state
from tests.workers.test_privacy import announce
from workers import clock, new_columns, streaming
from workers.context import Context
from workers.doctor import stores

Rows = Callable[..., list[dict[str, Any]]]
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


def read(context: Context, simulator: Simulator, **more: Any) -> int:
    return streaming.read(context, first(context, simulator), **more)


def put(simulator: Simulator, family: str, *events: dict[str, Any]) -> None:
    simulator.control("families", family=family, put={each["id"]: each for each in events})


def ensure(context: Context, table: Partitioned, *times_ms: int) -> None:
    times = [datetime.fromtimestamp(each / 1000, UTC) for each in times_ms]
    partitions.ensure(context.database, table, map(partitions.month_of, times))


def now_ms() -> int:
    return int(time.time() * 1000)


def test_each_event_is_stored_once_late_ones_too(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"email": "Visitor0@example.com"})
    arrive(context, simulator)
    start = now_ms() - 9 * DAY_MS
    many = (email_event(f"m{n}", "SENT", "x@y.z", start + n, 0) for n in range(1_199))
    old = email_event("old", "SENT", "x@y.z", now_ms() - 300 * DAY_MS, 0)  # its month is made
    put(simulator, "email_events", *many, old)
    assert read(context, simulator, budget=1) == 1  # one page of each would be 2
    assert read(context, simulator) == 1 + 1  # the other page, and one of visits
    assert {name: found[0] for name, found in state(rows, simulator.portal_id).items()} == {
        "email_events": 1_209,
        "web_sessions": 2,
    }
    of_one = "select * from hubspot_email_events where recipient = %s order by occurred_at"
    opened = rows(of_one, "visitor0@example.com")
    assert [each["action"] for each in opened] == ["Sent", "Delivered", "Opened"]
    assert {each["contact_id"] for each in opened} == {contact}
    assert len({(each["send_hour"], each["send_day_of_week"]) for each in opened}) == 1
    with context.database.transaction() as conn:
        assert partitions.in_rest(conn) == []
    stays = rows("select page_views, bounce, session_duration_sec from hubspot_web_sessions"
                 " order by occurred_at")  # fmt: skip
    assert [tuple(each.values()) for each in stays] == [(3, False, 1200), (1, True, 0)]

    assert read(context, simulator) == 0  # nothing is due within the hour
    later(context, timedelta(hours=1))
    late = email_event("late", "CLICK", "visitor9@example.com", now_ms() - HOUR_MS // 2, 0)
    later_still = email_event("later", "CLICK", "visitor9@example.com", now_ms() - 30 * HOUR_MS, 0)
    put(simulator, "email_events", late, later_still)
    assert read(context, simulator) == 2
    assert [each["event_id"] for each in rows(of_one, "visitor9@example.com")] == ["late"]
    simulator.create("contacts", {"email": "visitor9@example.com"})
    arrive(context, simulator)
    later(context, timedelta(days=1))
    assert read(context, simulator) == 2  # the wide look of each day
    found = rows(of_one, "visitor9@example.com")
    assert [each["event_id"] for each in found] == ["later", "late"]
    assert all(each["contact_id"] for each in found)  # adopted once it was known
    assert state(rows, simulator.portal_id)["email_events"] == (1_211, 0, None)
    known = polled_state.of_portal(context, simulator.portal_id)
    assert [each.entries for each in known if each.family in STREAMS] == [1_211, 2]


def test_a_late_visit_joins_two_sessions(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    start, who = now_ms() - 2 * HOUR_MS, "62"
    early, after = (page_visit(f"x{n}", who, start + n * 2_400_000) for n in (0, 1))
    put(simulator, "event_occurrences", early, after)
    read(context, simulator)
    of_one = (
        "select session_id, page_views, jsonb_array_length(raw_json -> 'visits') as kept"
        " from hubspot_web_sessions where contact_id = '62' order by occurred_at"
    )
    assert [tuple(each.values()) for each in rows(of_one)] == [("x0", 1, 1), ("x1", 1, 1)]
    put(simulator, "event_occurrences", page_visit("between", who, start + 1_200_000))
    later(context, timedelta(days=1))
    read(context, simulator)
    assert [tuple(each.values()) for each in rows(of_one)] == [("x0", 3, 3)]
    with context.database.transaction() as conn:  # one that begins earlier has another id
        raw = page_visit("before", who, start - 60_000)
        assert stream_rows.put_pages(conn, simulator.portal_id, [raw]) == 0
    assert [tuple(each.values()) for each in rows(of_one)] == [("before", 4, 4)]
    assert state(rows, simulator.portal_id)["web_sessions"][0] == 3


def test_without_the_plan_all_else_is_read_and_the_state_says_so(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    simulator.control("faults", api=[{"fault": "missing_scopes", "kinds": ["event_occurrences"]}])
    assert read(context, simulator) == 2
    count, _, note = state(rows, simulator.portal_id)["web_sessions"]
    assert count == 0 and note is not None
    assert note.startswith("no access: not in this portal's plan (Enterprise), or scope ")
    assert state(rows, simulator.portal_id)["email_events"] == (9, 0, None)
    simulator.control("faults", api=[{"fault": "status", "status": 400, "kinds": ["email_events"]}])
    later(context, timedelta(hours=2))
    assert read(context, simulator) == 1  # visits are asked for tomorrow
    assert "400" in str(state(rows, simulator.portal_id)["email_events"][2])
    simulator.control("faults", api=[])
    later(context, timedelta(days=1))
    assert read(context, simulator) == 2
    assert {note for _, _, note in state(rows, simulator.portal_id).values()} == {None}


def test_a_removed_portal_takes_its_rows_of_every_month_and_no_others(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Rows of different months lie at the same place of their files."""
    other = next(each for each in context.portals() if each.portal_id != simulator.portal_id)
    start = now_ms()
    for portal, months in ((simulator.portal_id, (0, 70)), (other.portal_id, (35, 105))):
        events = [email_event(f"e{n}", "SENT", "a@b.c", start - n * DAY_MS, 0) for n in months]
        ensure(context, partitions.EMAIL_EVENTS, *(each["created"] for each in events))
        with context.database.transaction() as conn:
            assert stream_rows.put_emails(conn, portal, events) == 2
    removed = removal.remove(context, simulator.portal_id)
    assert removed["hubspot_email_events"] == 2
    [left] = rows("select array_agg(distinct portal_id) as portals, count(*) as events"
                  " from hubspot_email_events")  # fmt: skip
    assert left == {"portals": [other.portal_id], "events": 2}


def test_an_erased_person_leaves_the_streams_and_stays_away(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"email": "Visitor1@example.com"})
    arrive(context, simulator)
    put(simulator, "event_occurrences", page_visit("his", contact, now_ms() - HOUR_MS))
    read(context, simulator)
    mails = "select event_id from hubspot_email_events where recipient = 'visitor1@example.com'"
    visits = "select session_id from hubspot_web_sessions where contact_id = %s"
    assert (len(rows(mails)), len(rows(visits, contact))) == (3, 1)
    announce(context, simulator, contact)
    assert rows(mails) == rows(visits, contact) == []
    later(context, timedelta(days=1))
    read(context, simulator)  # HubSpot shows all of it still
    assert rows(mails) == rows(visits, contact) == []
    contacts = Mirrored(simulator.portal_id, OBJECT_TYPES["contacts"])
    with context.database.transaction() as conn:
        assert privacy_requests.undo(conn, contacts, contact, "by mistake")
    assert read(context, simulator) == 2
    assert (len(rows(mails)), len(rows(visits, contact))) == (3, 1)


def test_new_columns_are_filled_from_what_was_read(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """As the upsert fills them, a slice at a time; a value that does not fit stays NULL."""
    told = {"hubspotscore": "7.5", "jobtitle": "CTO", "num_conversion_events": "2"}
    told |= {"hs_analytics_first_timestamp": "2026-01-02T03:04:05Z"}
    raws = [told, {"hubspotscore": "many", "num_conversion_events": "99999999999"}, {}]
    for place, properties in enumerate(raws):
        rows(
            "insert into hubspot_contacts_raw"
            " (portal_id, hubspot_id, raw_json, fetched_at, updated_at)"
            " values (%s, %s, jsonb_build_object('properties', %s::jsonb), now(), now())"
            " returning 1",
            simulator.portal_id,
            f"{place}",
            json.dumps(properties),
        )
    rows(
        "insert into column_rereads (portal_id, object_type)"
        " values (%s, 'contacts'), (%s, 'deals') returning 1",
        simulator.portal_id,
        simulator.portal_id,
    )
    new_columns.run(context, batch=2)
    found = rows(
        "select jobtitle, lead_score::float, num_form_submissions, first_touch_at, region"
        " from hubspot_contacts_raw order by hubspot_id"
    )
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert tuple(found[0].values()) == ("CTO", 7.5, 2, at, None)
    assert [set(each.values()) for each in found[1:]] == [{None}, {None}]
    assert rows("select * from column_rereads") == []


def test_months_pass_with_the_night(context: Context, simulator: Simulator, rows: Rows) -> None:
    read(context, simulator)
    ensure(context, partitions.WEB_SESSIONS, DAY_MS)
    gone = "select to_regclass('hubspot_web_sessions_1970_01')::text as name"
    stray = "insert into hubspot_web_sessions (portal_id, session_id, occurred_at)"
    rows(stray + " values (1, 'stray', '1999-12-31') returning 1")
    months = [each for each in stores.postgres(context) if each.name == "Months"]
    assert [each.found for each in months] == [
        "hubspot_web_sessions_rest has rows of months without a partition"
    ]
    clock.tidy(context)
    assert rows(gone) == [{"name": "hubspot_web_sessions_1970_01"}]  # by default all is kept
    kept = replace(context.settings, retain_stream_days=400)
    clock.tidy(replace(context, settings=kept))
    assert rows(gone) == [{"name": None}]
    assert len(rows("select from hubspot_web_sessions where portal_id <> 1")) == 2
