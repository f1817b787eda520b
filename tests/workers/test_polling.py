"""Lists, forms and all else that no webhook tells of: read once, then only what changed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from db import privacy_requests
from db.portals import Portal
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES
from hubspot.polled import FAMILIES
from lab.simulator.families import member, submission, subscription_change
from tests.processes import Simulator
from tests.workers.conftest import arrive
from tests.workers.test_privacy import announce
from workers import polled_verify, polling, privacy
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
FORM = "0f1d1a4e-6f5c-4b61-9f5e-1c1f7a7a0001"
OWN = len([family for family in FAMILIES.values() if not family.parent])
LISTS, FORMS = 3, 2  # as the simulator makes them


def first(context: Context, simulator: Simulator) -> Portal:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    return portal


def poll(context: Context, simulator: Simulator, budget: int = polling.BUDGET) -> int:
    return polling.poll(context, first(context, simulator), budget)


def later(context: Context, wait: timedelta) -> None:
    """Let time go by since the last looks."""
    with context.database.transaction() as conn:
        conn.execute(
            "update polled_walks set completed_at = completed_at - %(wait)s,"
            " whole_at = whole_at - %(wait)s, not_before = not_before - %(wait)s",
            {"wait": wait},
        )


def state(rows: Rows, portal_id: int) -> dict[str, tuple[int, int, str | None]]:
    found = rows(
        "select object_type, rows, archived_rows, note from sync_status"
        " where is_polled and portal_id = %s",
        portal_id,
    )
    return {row["object_type"]: (row["rows"], row["archived_rows"], row["note"]) for row in found}


def members(rows: Rows, list_id: str = "1") -> list[str]:
    asked = (
        "select record_id from list_memberships where portal_id = 62515 and list_id = %s"
        " order by record_id::bigint"
    )
    return [row["record_id"] for row in rows(asked, list_id)]


def differences(
    context: Context, simulator: Simulator, heal: bool = False
) -> dict[str, dict[str, list[str]]]:
    """Compare every family with HubSpot; each could be read."""
    reports = polled_verify.verify(context, first(context, simulator), heal=heal)
    assert [report.object_type for report in reports] == list(FAMILIES)
    assert not any(report.failure for report in reports)
    assert all(report.compared for report in reports)
    return {report.object_type: report.differences for report in reports if report.unequal}


def put_members(simulator: Simulator, count: int) -> None:
    """Make a list longer than a page, with ids whose texts and numbers sort differently."""
    times = {"updatedAt": "2026-11-01T00:00:00Z"}
    put = {str(each): member(each, times) for each in range(1, count + 1)}
    simulator.control("families", family="list_memberships", parent="3", put=put)


def put_changes(simulator: Simulator, count: int) -> None:
    """Make as many changes of e-mail preferences, half of them in one millisecond."""
    put = {
        f"more-{each}": subscription_change(each, 0)
        | {"timestamp": 1_700_000_000_000 + max(0, each - count // 2)}
        for each in range(count)
    }
    simulator.control("families", family="subscription_changes", put=put)


def test_all_is_read_once_and_then_only_what_changed(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    portal_id = simulator.portal_id
    put_members(simulator, 600)
    put_changes(simulator, 2_600)
    # 600 members are three pages; of the changes two are newer ones, and two those of one time
    assert poll(context, simulator) == OWN + LISTS + 2 + FORMS + 3
    counts = {name: found[:2] for name, found in state(rows, portal_id).items()}
    assert counts == {
        "lists": (3, 0),
        "list_memberships": (len(members(rows, "1")) + len(members(rows, "2")) + 600, 0),
        "forms": (2, 0),
        "form_submissions": (6, 0),
        "marketing_emails": (2, 0),
        "campaigns": (2, 0),
        "subscription_types": (3, 0),
        "subscription_changes": (2_603, 0),
        "hubspot_users": (3, 0),
        "hubspot_teams": (2, 0),
        "hubspot_roles": (2, 0),
        "workflows": (2, 0),
    }
    assert members(rows, "3") == [str(each) for each in range(1, 601)]
    [email] = rows("select * from marketing_emails where email_id = '1'")
    assert (email["sent"], email["opened"], float(email["open_rate"])) == (100, 48, 0.5)
    [sent] = rows("select * from form_submissions where submission_id = '0001-2'")
    assert (sent["email"], sent["form_name"]) == ("visitor2@example.com", "Form 1")
    assert sent["values"]["message"] == "Question 2"
    [named, of_all] = rows(
        "select * from subscription_changes where email = 'visitor2@example.com'"
        " and changed_at > '2024-01-01' order by change_number"
    )
    assert named["subscription_name"] == "News of kind 1" and named["change"] == "UNSUBSCRIBED"
    assert of_all["change_type"] == "PORTAL_STATUS" and of_all["subscription_type_id"] is None
    [all_of_them] = rows("select count(distinct change_id) from subscription_changes")
    assert all_of_them["count"] == 2_603

    assert differences(context, simulator) == {}
    [other] = rows("select key from hubspot_polled where family = 'forms' and key <> %s", FORM)
    with context.database.transaction() as conn:
        conn.execute("delete from hubspot_polled where family = 'forms' and key <> %s", [FORM])
        conn.execute("update hubspot_polled set raw_json = '{}' where family = 'campaigns'")
        conn.execute("delete from hubspot_list_memberships where record_id = 600 and list_id = '3'")
        conn.execute(
            "insert into hubspot_list_memberships (portal_id, list_id, record_id, object_type)"
            " values (%s, '3', 601, 'contacts')",
            [portal_id],
        )
    found = differences(context, simulator, heal=True)
    assert found == {
        "list_memberships": {"missing": ["3/600"], "extra": ["3/601"]},
        "forms": {"missing": [other["key"]]},
        "campaigns": {"values": ["1", "2"]},
    }
    assert poll(context, simulator) > 0
    assert differences(context, simulator) == {}
    assert poll(context, simulator) == 0  # nothing is due within the hour
    later(context, timedelta(hours=1))
    late = subscription_change(10, int(time.time() * 1000))
    simulator.control("families", family="subscription_changes", put={"late": late})
    # lists, forms, e-mails, campaigns, changes, workflows, and a page of each form's newest
    assert poll(context, simulator) == 6 + FORMS
    assert state(rows, portal_id)["subscription_changes"][:2] == (2_604, 0)


def test_what_left_is_told_and_what_joined_is_read(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    poll(context, simulator)
    gone, *kept = members(rows)
    simulator.call("PUT", "/crm/lists/2026-09/1/memberships/remove", [gone])
    simulator.call("PUT", "/crm/lists/2026-09/1/memberships/add", ["999999"])
    simulator.call("DELETE", f"/marketing/forms/2026-09/{FORM}")
    late = submission("late", 9, 1_790_000_000_000)
    other = FORM[:-1] + "2"
    simulator.control("families", family="form_submissions", parent=other, put={"late": late})
    later(context, timedelta(hours=1))
    assert poll(context, simulator) == 6 + 1 + 1  # the list that changed, the form that is left
    assert members(rows) == [*kept, "999999"]
    [left] = rows("select gone_at from hubspot_list_memberships where record_id::text = %s"
                  " and list_id = '1'", gone)  # fmt: skip
    assert left["gone_at"]
    [form] = rows("select gone_at from forms where form_id = %s", FORM)
    assert form["gone_at"]
    assert state(rows, simulator.portal_id)["forms"][:2] == (1, 1)
    assert state(rows, simulator.portal_id)["form_submissions"][0] == 7

    # Only a whole walk tells that a submission is gone.
    simulator.control("families", family="form_submissions", parent=other, remove=["late"])
    later(context, timedelta(weeks=1))
    poll(context, simulator)
    [sent] = rows("select gone_at from form_submissions where submission_id = 'late'")
    assert sent["gone_at"]


def test_a_run_goes_on_where_budget_or_stop_ended_it(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    put_members(simulator, 600)
    assert poll(context, simulator, budget=3) == 3
    assert set(state(rows, simulator.portal_id)) == {"lists", "forms", "marketing_emails"}
    answers = iter([False] * (OWN - 3 + LISTS) + [True])
    portal = first(context, simulator)
    asked = polling.poll(context, portal, stop=lambda: next(answers, True))
    assert asked == OWN - 3 + LISTS
    [walk] = rows("select * from polled_walks where family = 'list_memberships' and cursor <> '0'"
                  " and cursor is not null")  # fmt: skip
    assert (walk["parent_key"], walk["above"]) == ("3", 250)
    assert poll(context, simulator) == 2 + FORMS  # the other two pages
    assert len(members(rows, "3")) == 600


def test_without_the_scope_the_rest_is_read_and_the_state_says_so(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    refused = ["list_members", "workflows"]
    simulator.control("faults", api=[{"fault": "missing_scopes", "kinds": refused}])
    assert poll(context, simulator) == OWN + 1 + FORMS  # one list is enough to know
    note = state(rows, simulator.portal_id)["workflows"][2]
    assert note is not None and note.startswith("no access: scope automation")
    note = state(rows, simulator.portal_id)["list_memberships"][2]
    assert note is not None and note.startswith("no access: scope crm.lists.read")
    simulator.control("faults", api=[])
    later(context, timedelta(hours=1))
    poll(context, simulator)
    assert members(rows) == []  # asked for again rarely
    later(context, timedelta(days=1))
    poll(context, simulator)
    assert members(rows) != []
    assert {note for _, _, note in state(rows, simulator.portal_id).values()} == {None}


def test_two_portals_stay_apart_and_a_paused_one_is_not_asked(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    other = next(each for each in context.portals() if each.portal_id != simulator.portal_id)
    with context.database.transaction() as conn:
        conn.execute(
            "update portals set paused_at = now(), paused_reason = 'test' where portal_id = %s",
            [other.portal_id],
        )
    simulator.control("reset-stats")
    polling.run(context)
    asked = simulator.stats()["portals"]
    assert state(rows, other.portal_id) == {} != state(rows, simulator.portal_id)
    assert asked[str(other.portal_id)]["requests"] == {}
    simulator.control("families", portal_id=other.portal_id, family="workflows", remove=["1", "2"])
    with context.database.transaction() as conn:
        conn.execute("update portals set paused_at = null, paused_reason = null")
    polling.run(context)
    assert state(rows, other.portal_id)["workflows"] == (0, 0, None)
    assert state(rows, simulator.portal_id)["workflows"] == (2, 0, None)


def test_an_erased_person_leaves_lists_and_forms_and_stays_away(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"firstname": "Ann", "email": "Visitor1@example.com"})
    arrive(context, simulator)
    simulator.call("PUT", "/crm/lists/2026-09/1/memberships/add", [contact])
    poll(context, simulator)
    named = "select submission_id from form_submissions where email = 'visitor1@example.com'"
    changed = "select * from subscription_changes where email = 'visitor1@example.com'"
    assert contact in members(rows) and (len(rows(named)), len(rows(changed))) == (2, 2)

    announce(context, simulator, contact)
    assert contact not in members(rows) and rows(named) == rows(changed) == []
    later(context, timedelta(weeks=1))
    poll(context, simulator)  # HubSpot shows all of it still
    assert contact not in members(rows) and rows(named) == rows(changed) == []

    body = {"objectId": contact}
    simulator.call("POST", "/crm/objects/2026-09/contacts/gdpr-delete", body)
    with context.database.transaction() as conn:
        conn.execute("update privacy_requests set next_at = now()")
    privacy.run(context)
    assert rows("select * from privacy_requests") == []
    new = submission("new", 1, 32_503_680_000_000)  # the same person comes back, years later
    simulator.control("families", family="form_submissions", parent=FORM, put={"new": new})
    later(context, timedelta(weeks=1))
    poll(context, simulator)
    assert contact not in members(rows)
    assert [row["submission_id"] for row in rows(named)] == ["new"] and rows(changed) == []
    kept = rows("select raw_json from hubspot_polled where family = 'form_submissions'")
    assert "Question 1" in json.dumps([row["raw_json"] for row in kept if row])

    # Taken back after it was carried out: what HubSpot still shows of the person comes again.
    contacts = Mirrored(simulator.portal_id, OBJECT_TYPES["contacts"])
    with context.database.transaction() as conn:
        assert privacy_requests.undo(conn, contacts, contact, "by mistake")
    later(context, timedelta(hours=1))
    poll(context, simulator)
    assert (len(rows(named)), len(rows(changed))) == (3, 2)
    assert contact in members(rows) and rows("select * from purges") == []
