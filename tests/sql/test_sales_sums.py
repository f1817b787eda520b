"""Calls and contacts added up by day say what counting says, after any change by any role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from db.connect import Connection, Database
from lab import embedded
from tests.databases import copy_of

from .conftest import Crm

PERIODS = [
    "'2025-10-20', '2025-11-12'",
    "'2025-10-25', '2025-12-31'",
    "'2025-11-02', '2025-11-02'",
    "null, null",
]
# Postgres plans every function again for each, which takes 5 to 10 ms: an owner's are the same sums
# as everybody's, so one period with an end and the one without will do.
QUESTIONS = [
    *(
        f"{name}(null, {period}, 1)"
        for name in ("sales_metrics", "first_response")
        for period in PERIODS
    ),
    *(
        f"{name}('7', {period}, 1)"
        for name in ("sales_metrics", "first_response")
        for period in PERIODS[::3]
    ),
    *(f"call_to_close(null, {period}, 1)" for period in PERIODS[::3]),
    *(f"sales_timeline({owner}, '2025-10-28', '2025-11-05', 1)" for owner in ("null", "'7'")),
]
Answers = dict[str, list[dict[str, Any]]]
BEGAN = datetime(2025, 10, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(servers: embedded.Servers, template: str) -> Iterator[Database]:
    """Give a database with twenty contacts and sixty calls within a month in which clocks change,
    and a portal with the same ids."""
    with copy_of(servers.database_url, template) as url, Database(url) as opened:
        with opened.transaction() as conn:
            _fill(conn)
        yield opened


@pytest.fixture
def portal(filled: Database) -> Iterator[Crm]:
    """Give the first portal; what a test writes is rolled back."""
    with filled.transaction() as opened, opened.transaction(force_rollback=True):
        yield Crm(opened)


def _fill(conn: Connection) -> None:
    random = Random(7)
    for each, zone in ((Crm(conn), "America/New_York"), (Crm(conn, 2), "Asia/Kolkata")):
        each.portal(zone)
        for number in range(1, 21):
            each.contact(str(number), **_contact(random))
        for number in range(1, 61):
            each.call(str(number), **_call(random))
        for number in range(1, 13):
            each.record("emails", str(number), **_email(random))
            each.record("meetings", str(number), **_meeting(random))


def _contact(random: Random) -> dict[str, Any]:
    return {
        "createdate": _moment(random),
        "hubspot_owner_id": random.choice([None, "7", "8"]),
        "lifecyclestage": random.choice(["lead", "customer"]),
        "phone": f"+1415555{random.randint(0, 9):04}",
    }


def _call(random: Random) -> dict[str, Any]:
    return {
        "call_timestamp": _moment(random),
        "call_duration": random.choice([None, 0, 1000, 300_000]),
        "call_disposition": random.choice([None, "f240bbac-87c9-4f6e-bf70-924b57d47db7"]),
        "hubspot_owner_id": random.choice([None, "7", "8"]),
        "contact_ids": random.choice([[], [str(random.randint(1, 20))]]),
        "call_to_number": f"+1415555{random.randint(0, 12):04}",
    }


def _email(random: Random) -> dict[str, Any]:
    direction = random.choice(["EMAIL", "EMAIL", "INCOMING_EMAIL"])
    to = [str(random.randint(1, 20))]
    return {"email_timestamp": _moment(random), "direction": direction, "contact_ids": to}


def _meeting(random: Random) -> dict[str, Any]:
    outcome = random.choice([None, "CANCELED"])
    return {
        "start_time": random.choice([_moment(random), datetime.now(UTC) + timedelta(days=9)]),
        "outcome": outcome,
        "contact_ids": [str(random.randint(1, 20)), "3"],
    }


def _moment(random: Random) -> datetime | None:
    return random.choice([None, *[BEGAN + timedelta(hours=random.randint(0, 24 * 25))] * 9])


EDITS = [
    "update hubspot_calls_raw set call_timestamp = call_timestamp + interval '3 days'"
    " where hubspot_id = %(id)s",
    "update hubspot_calls_raw set call_timestamp = null where hubspot_id = %(id)s",
    "update hubspot_calls_raw set call_duration = 400000, call_disposition = 'x'"
    " where hubspot_id = %(id)s",
    "update hubspot_calls_raw set contact_ids = '{3}' where hubspot_id = %(id)s",
    "update hubspot_calls_raw set contact_ids = '{}', call_to_number = '972'"
    " where hubspot_id = %(id)s",
    "update hubspot_calls_raw set hubspot_owner_id = '8' where hubspot_id = %(id)s",
    "update hubspot_calls_raw set archived = not archived where hubspot_id = %(id)s",
    "delete from hubspot_calls_raw where hubspot_id = %(id)s",
    "update hubspot_contacts_raw set createdate = createdate - interval '5 days'"
    " where hubspot_id = %(id)s",
    "update hubspot_contacts_raw set createdate = null where hubspot_id = %(id)s",
    "update hubspot_contacts_raw set hubspot_owner_id = '8' where hubspot_id = %(id)s",
    "update hubspot_contacts_raw set hubspot_owner_id = null where hubspot_id = %(id)s",
    "update hubspot_contacts_raw set lifecyclestage = 'customer' where hubspot_id = %(id)s",
    "update hubspot_contacts_raw set archived = not archived where hubspot_id = %(id)s",
    "update hubspot_contacts_raw set merged_into = '1' where hubspot_id = %(id)s"
    " and hubspot_id <> '1'",
    "update hubspot_contacts_raw set phone = '+14155550003' where hubspot_id = %(id)s",
    "delete from hubspot_contacts_raw where hubspot_id = %(id)s",
    "update hubspot_calls_raw set call_direction = 'OUTBOUND' where hubspot_id = %(id)s",
    "update hubspot_emails_raw set email_timestamp = '2025-10-01', direction = 'EMAIL'"
    " where hubspot_id = %(id)s",
    "update hubspot_emails_raw set email_timestamp = '2025-12-01', direction = 'EMAIL',"
    " contact_ids = array(select n::text from generate_series(1, 20) as n)"
    " where hubspot_id = %(id)s",
    "delete from hubspot_emails_raw where hubspot_id = %(id)s",
    "update hubspot_meetings_raw set outcome = 'CANCELED' where hubspot_id = %(id)s",
    "update hubspot_meetings_raw set archived = not archived where hubspot_id = %(id)s",
    "update hubspot_meetings_raw set start_time = now() - interval '1 minute'"
    " where hubspot_id = %(id)s",
    "update portals set time_zone = 'Pacific/Auckland'",
    "update metric_settings set connected_dispositions = '{x}'",
    "insert into metric_settings (portal_id, connected_dispositions) values (1, '{x}')",
    "delete from metric_settings",
]


@pytest.mark.parametrize("edit", EDITS)
def test_after_an_edit(portal: Crm, edit: str) -> None:
    """Before and after it is settled, with marks of both portals."""
    if "settings set" in edit or "delete from metric_settings" in edit:
        portal.insert("metric_settings", {"portal_id": 1, "yes_words": ["ja"]})
    _settle(portal.conn)
    for hubspot_id in ("1", "9") if "%(id)s" in edit else ("",):
        portal.conn.execute(edit, {"id": hubspot_id} if hubspot_id else None)
    counted = _same_as_counted(portal.conn)
    _settle(portal.conn)
    assert portal.rows("sales_marks") == []
    assert _answers(portal.conn) == counted


def test_after_any_edits(portal: Crm) -> None:
    random = Random(11)
    _settle(portal.conn)
    for number in range(25):
        edit = random.choice([edit for edit in EDITS if "%(id)s" in edit])
        portal.conn.execute(edit, {"id": str(random.randint(1, 20))})
        portal.call(f"1{number:03}", **_call(random))
        portal.contact(f"1{number:03}", **_contact(random))
        if number % 7 == 0:
            portal.conn.execute("select settle_days(portal_id, 2) from portals")
            _same_as_counted(portal.conn)
    _same_as_counted(portal.conn)


def test_sums_are_what_is_answered(portal: Crm) -> None:
    """Else the other tests would hold the counting against itself."""
    _settle(portal.conn)
    portal.conn.execute(
        "update sales_call_days set ms = ms + 3600000 where owner_id = '*' and day = '2025-11-02'"
    )
    portal.conn.execute(
        "update sales_contact_days set contacts = contacts + 1 where owner_id = '7'"
    )
    before, after = (
        portal.rows(f"sales_metrics('7', {PERIODS[0]}, 1)", '"totalContactsCreated"'),
        portal.rows(f"sales_metrics(null, {PERIODS[2]}, 1)", '"totalCallTime"'),
    )
    portal.conn.execute("update sales_sums set built_at = null")
    assert before != portal.rows(f"sales_metrics('7', {PERIODS[0]}, 1)", '"totalContactsCreated"')
    assert after != portal.rows(f"sales_metrics(null, {PERIODS[2]}, 1)", '"totalCallTime"')


def test_a_planned_meeting_is_a_response_once_it_took_place(crm: Crm) -> None:
    """Nothing changes then but the time, so the day says when its next response is."""
    crm.portal()
    crm.contact("1", createdate="2025-11-02")
    crm.record("meetings", "1", start_time=datetime.now(UTC) + timedelta(days=1),
               contact_ids=["1"])  # fmt: skip
    _settle(crm.conn)
    assert crm.rows("first_response()", "contacts, contacted") == [(1, 0)]
    crm.conn.execute("set local session_replication_role = replica")  # no marks
    crm.conn.execute("update hubspot_meetings_raw set start_time = '2025-11-03'")
    assert crm.rows("first_response()", "contacts, contacted") == [(1, 0)]
    crm.conn.execute("update sales_contact_days set next_response_at = '2025-11-03'")
    assert crm.rows("first_response()", "contacts, contacted") == [(1, 1)]


def test_an_edit_that_changes_no_metric_leaves_no_mark(portal: Crm) -> None:
    _settle(portal.conn)
    portal.conn.execute(
        "update hubspot_contacts_raw set email = 'new@example.com', fetched_at = now()"
    )
    portal.conn.execute("update hubspot_calls_raw set fetched_at = now()")
    assert portal.rows("sales_marks") == []


def test_too_many_marks_mean_counting(portal: Crm) -> None:
    _settle(portal.conn)
    assert portal.rows("unsettled_marks(1) as marks", "marks is null") == [(False,)]
    portal.conn.execute(
        "insert into sales_marks (portal_id, created_at) select 1, now() from generate_series(1,"
        " 501)"
    )
    assert portal.rows("unsettled_marks(1) as marks", "marks is null") == [(True,)]
    _same_as_counted(portal.conn)


def test_a_flood_of_marks_goes_in_slices_and_then_every_day_is_due(portal: Crm) -> None:
    _settle(portal.conn)
    due = (
        "built_at is null as unbuilt, cardinality(due_call_days) > 1 as due,"
        " (select count(*) from sales_marks where portal_id = 1) as marks"
    )
    portal.conn.execute(
        "insert into sales_marks (portal_id, created_at)"
        " select 1, now() from generate_series(1, 20001)"
    )
    assert portal.rows("settle_days(1, 1)") == [(20_000,)]
    assert portal.rows("sales_sums where portal_id = 1", due) == [(True, False, 1)]
    assert portal.rows("settle_days(1, 1)") == [(1,)]
    assert portal.rows("sales_sums where portal_id = 1", due) == [(False, True, 0)]
    _same_as_counted(portal.conn)
    _settle(portal.conn)
    _same_as_counted(portal.conn)


@pytest.mark.parametrize("first", ["settling", "editing"])
def test_days_are_added_up_and_edited_at_once(database: Database, first: str) -> None:
    """The edit that commits while days are added up leaves a mark that is seen afterwards, in
    either order."""
    with database.transaction() as conn:
        Crm(conn).portal()
        Crm(conn).owner("7")
        Crm(conn).contact("1", createdate="2025-11-02")
    with _transaction(database) as settling, _transaction(database) as editing:
        if first == "settling":
            settling.execute("select settle_days(1)")
        Crm(editing).call("1", call_timestamp="2025-11-02 12:00Z", contact_ids=["1"])
        if first == "editing":
            settling.execute("select settle_days(1)")
        between, last = (editing, settling) if first == "settling" else (settling, editing)
        between.commit()
        assert _calls(database) == (1 if first == "settling" else 0)
        last.commit()
    assert _calls(database) == 1
    with database.transaction() as conn:
        _same_as_counted(conn)


def _calls(database: Database) -> int:
    with database.transaction() as conn:
        [(calls,)] = Crm(conn).rows("sales_metrics()", '"totalCalls"')
        return calls


def test_one_adds_up_at_a_time_and_nobody_waits(database: Database) -> None:
    with database.transaction() as conn:
        Crm(conn).portal()
        _settle(conn)
    with _transaction(database) as one, _transaction(database) as other:
        one.execute("select settle_days(1)")
        assert Crm(other).rows("settle_days(1)") == [(None,)]


def _transaction(database: Database) -> Any:
    """Give a transaction that is begun, and ends when the test says so; it waits for no lock longer
    than 5 s."""
    conn = psycopg.connect(database.url, row_factory=psycopg.rows.dict_row)
    conn.execute(
        "set local search_path = hubspot, extensions, public; set local lock_timeout = '5s'"
    )
    return conn


def _settle(conn: Connection) -> None:
    conn.execute("select settle_days(portal_id) from portals")


def _same_as_counted(conn: Connection) -> Answers:
    """Compare the sums with counting, and answer both."""
    added_up = _answers(conn)
    with conn.transaction(force_rollback=True):
        conn.execute("update sales_sums set built_at = null")
        assert added_up == _answers(conn)
    return added_up


def _answers(conn: Connection) -> Answers:
    return {each: conn.execute(f"select * from {each}".encode()).fetchall() for each in QUESTIONS}
