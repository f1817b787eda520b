"""`spoke portals`: tokens tried out, encrypted and never shown; pauses that hold; removal that
leaves nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from db import changes
from db.changes import Mark
from hubspot.client import Client
from hubspot.mirrored import Mirrored
from hubspot.objects import DEALS
from tests.commands.conftest import KEY, Spoke
from tests.processes import ACCESS_TOKEN, OTHER_TOKEN, Simulator
from workers import tokens
from workers.__main__ import _register
from workers.backfill import backfill
from workers.context import Context
from workers.definitions import register_configured

Rows = Callable[..., list[dict[str, Any]]]


def test_a_portal_is_added_beside_the_one_of_the_environment(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    other = simulator.portal_id + 1
    result = run("portals", "add", "--country", "il", typed=OTHER_TOKEN + "\n")
    assert result.output.splitlines() == [
        f"Portal {other} (US/Eastern) is registered; its token is stored encrypted.",
        f"Next: spoke backfill --portal {other}",
    ]
    [kept] = rows("select country, token_encrypted from portals where portal_id = %s", other)
    assert kept["country"] == "IL"
    assert OTHER_TOKEN.encode() not in kept["token_encrypted"]
    assert tokens.decrypt(kept["token_encrypted"], KEY) == OTHER_TOKEN
    assert rows("select 1 as n from hubspot_properties where portal_id = %s limit 1", other)
    assert [line.split() for line in run("portals", "list").output.splitlines()] == [
        ["portal", "token", "limit", "rows", "pending", "oldest", "state", "reason"],
        [str(simulator.portal_id), "environment", "100,000", "0", "0", "active"],
        [str(other), "its", "own", "100,000", "0", "0", "active"],
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("not-the-right-token", "401"),
        ("two words here", "no access token"),
        ("tökén-wörd", "no acc"),
    ],
)
def test_a_token_that_is_not_accepted_is_not_stored(
    run: Spoke, rows: Rows, typed: str, words: str
) -> None:
    result = run("portals", "add", typed=typed + "\n")
    assert result.exit_code == 1 and words in result.output
    assert rows("select * from portals") == []


def test_without_a_key_no_token_is_taken(run: Spoke, rows: Rows) -> None:
    result = run("portals", "add", typed=OTHER_TOKEN + "\n", ENCRYPTION_KEY="")
    assert result.output == "Error: Settings: ENCRYPTION_KEY is not set. See .env.example.\n"
    assert rows("select * from portals") == []


def test_a_replaced_token_is_used_by_processes_that_run(
    context: Context, simulator: Simulator, run: Spoke
) -> None:
    run("portals", "add", typed=OTHER_TOKEN + "\n")
    portal = context.portal(simulator.portal_id + 1)
    assert portal is not None
    first = context.client(portal)
    assert context.client(portal) is first
    run("portals", "add", typed=OTHER_TOKEN + "\n")
    again = context.portal(simulator.portal_id + 1)
    assert again is not None and context.client(again) is not first


def test_portals_have_limits_of_their_own_which_running_processes_obey(
    run: Spoke, context: Context, simulator: Simulator
) -> None:
    run("portals", "add", "--rate-limit", "100", typed=OTHER_TOKEN + "\n")
    first, other = context.portals()
    before = context.client(other)
    assert (interval(context.client(first)), interval(before)) == (
        pytest.approx(1e-4, rel=0.01),
        10 / 95,
    )
    raised = run("portals", "limit", str(other.portal_id), "250")
    assert raised.output == f"Portal {other.portal_id}: 250 requests per 10 seconds.\n"
    assert interval(context.client(context.portals()[1])) == 10 / 245
    run("portals", "add", typed=OTHER_TOKEN + "\n")  # a new token says nothing of the limit
    assert run("portals", "list").output.splitlines()[2].split()[3] == "250"
    default = run("portals", "limit", str(other.portal_id), "default", HUBSPOT_RATE_LIMIT="110")
    assert (
        default.output
        == f"Portal {other.portal_id}: 110 requests per 10 seconds, as HUBSPOT_RATE_LIMIT says.\n"
    )
    assert context.portals()[1].rate_limit is None


def interval(client: Client) -> float:
    return client._limit._interval


@pytest.mark.parametrize("text", ["0", "-5", "1.5", "many", "²", "9" * 40])
def test_a_limit_that_is_no_number_is_refused(run: Spoke, context: Context, text: str) -> None:
    result = run("portals", "limit", "--", str(context.portals()[0].portal_id), text)
    assert result.exit_code == 2 and "above 0" in result.output


def test_what_an_operator_pauses_stays_paused_until_an_operator_resumes_it(
    run: Spoke, context: Context, simulator: Simulator
) -> None:
    portal_id = str(simulator.portal_id)
    run("portals", "pause", portal_id, "--reason", "the auditors are here")
    register_configured(context)
    assert run("portals", "list").output.splitlines()[1].endswith("paused  the auditors are here")
    resumed = run("portals", "resume", portal_id)
    assert resumed.output == f"Portal {portal_id} goes on; what waits is fetched within seconds.\n"
    assert run("portals", "list").output.splitlines()[1].endswith("active")


def test_a_pause_for_a_bad_token_ends_when_the_token_is_accepted(
    run: Spoke, context: Context, rows: Rows
) -> None:
    rows("update portals set paused_at = now(), paused_reason = '401' returning 1")
    register_configured(context)
    assert run("portals", "list").output.splitlines()[1].endswith("active")


def test_a_stored_token_outlives_every_start_and_every_migration(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Also that of the environment's own portal, and though the environment's token works."""
    stored = "select token_encrypted from portals where portal_id = %s"
    run("portals", "add", typed=ACCESS_TOKEN + "\n")
    [kept] = rows(stored, simulator.portal_id)
    assert tokens.decrypt(kept["token_encrypted"], KEY) == ACCESS_TOKEN
    assert "is registered" in run("migrate").output
    with context.database.transaction() as conn:
        conn.execute("drop schema hubspot_dbt cascade")
        conn.execute("create schema hubspot_dbt create view mine as select 1")
    said = run("migrate", REDIS_URL="").output
    assert "registered yet: that needs REDIS_URL" in said
    assert "The models of docs/dbt.md are left out. The schema hubspot_dbt is not Spoke's: " in said
    _register(context)
    assert rows(stored, simulator.portal_id) == [kept]
    assert run("portals", "list").output.splitlines()[1].split()[1:3] == ["its", "own"]


FOREIGN = {
    "verify": ["verify", "--heal"],
    "reconcile": ["reconcile"],
    "backfill": ["backfill"],
    "history": ["history"],
    "ids": ["backfill", "--type", "contacts", "--id", "101"],
    "days": ["backfill", "--type", "contacts", "--from", "2026-01-01"],
}


@pytest.mark.parametrize("command", FOREIGN.values(), ids=FOREIGN.keys())
def test_with_another_portals_token_every_command_says_so_and_does_nothing(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows, command: list[str]
) -> None:
    result = run(*command, HUBSPOT_ACCESS_TOKEN=OTHER_TOKEN)
    words = (
        f"HUBSPOT_ACCESS_TOKEN belongs to portal {simulator.portal_id + 1}; portal "
        f"{simulator.portal_id} has no"
    )
    assert result.exit_code == 1 and words in result.output
    for table in ("hubspot_contacts_raw", "hubspot_properties", "pending_changes", "scans"):
        assert rows(f"select * from {table}") == []
    assert rows("select paused_at from portals") == [{"paused_at": None}]


def test_a_portal_that_waits_for_a_token_of_its_own_goes_on_with_it(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    foreign = Context.open(
        replace(context.settings, hubspot_access_token=OTHER_TOKEN), connections=1
    )
    _register(foreign)
    foreign.close()
    shown = " ".join(run("portals", "list").output.split())
    assert "paused HUBSPOT_ACCESS_TOKEN belongs to portal" in shown and shown.endswith("active")
    run("portals", "add", typed=ACCESS_TOKEN + "\n", HUBSPOT_ACCESS_TOKEN=OTHER_TOKEN)
    assert [line.split()[-1] for line in run("portals", "list").output.splitlines()[1:]] == [
        "active",
        "active",
    ]
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    assert context.client(portal).account()["portalId"] == simulator.portal_id


def test_an_unknown_portal_is_named(run: Spoke, context: Context) -> None:
    result = run("portals", "resume", "7")
    assert (result.exit_code, result.output) == (
        1,
        "Error: Portal 7 is not registered. `spoke portals list` lists the registered ones.\n",
    )


def test_removal_leaves_nothing_of_the_portal_and_everything_of_the_other(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    run("portals", "add", typed=OTHER_TOKEN + "\n")
    for portal in context.portals():
        backfill(context, portal, ["contacts"], lambda scan: None)
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(portal.portal_id, "deals", "1") for portal in context.portals()])
        conn.execute(
            "insert into hubspot_email_events (portal_id, event_id, occurred_at, action)"
            " select portal_id, n, timestamptz '1999-12-31', 'Sent' from portals,"
            " generate_series(1, 3) as n"
        )
    context.server.set(f"spoke:wake:workers.fetch.run:{simulator.portal_id}:deals", 1)
    context.server.set(f"spoke:wake:workers.fetch.run:{simulator.portal_id + 1}:deals", 1)
    before = _rows_by_table(rows, simulator.portal_id + 1)
    contacts = rows(
        "select count(*) as n from hubspot_contacts_raw where portal_id = %s", simulator.portal_id
    )[0]["n"]
    result = run("portals", "remove", str(simulator.portal_id), typed="y\n")
    lines = result.output.splitlines()
    assert {f"  hubspot_contacts_raw: {contacts}", "  hubspot_email_events: 3"} <= {*lines}
    assert not any("_events_" in line for line in lines), "a partition counts as its table"
    assert lines[-2:] == [
        f"Portal {simulator.portal_id} is removed.",
        "Take HUBSPOT_ACCESS_TOKEN out of the environment, or the next start registers the portal "
        "again.",
    ]
    assert not any(_rows_by_table(rows, simulator.portal_id).values())
    assert _rows_by_table(rows, simulator.portal_id + 1) == before
    keys = [
        key.decode()
        for key in context.server.scan_iter("spoke:*")
        if str(simulator.portal_id) in key.decode()
    ]
    assert keys == []
    assert context.server.exists(f"spoke:wake:workers.fetch.run:{simulator.portal_id + 1}:deals")


def test_removal_waits_for_the_fetch_that_is_under_way(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "deals", "1")])
        changes.claim(conn, Mirrored(simulator.portal_id, DEALS), 100)
    rows("update pending_changes set leased_until = now() + interval '1 second' returning 1")
    began = time.monotonic()
    run("portals", "remove", str(simulator.portal_id), "--yes")
    assert time.monotonic() - began > 0.8
    assert rows("select * from pending_changes") == []


def test_removal_asks_first_and_knows_who_is_not_here(
    run: Spoke, context: Context, rows: Rows
) -> None:
    assert run("portals", "remove", str(context.portals()[0].portal_id), typed="n\n").exit_code == 1
    assert len(rows("select * from portals")) == 1
    unknown = run("portals", "remove", "7", typed="y\n")
    assert (unknown.exit_code, unknown.output) == (
        1,
        "Error: Portal 7 is not registered. `spoke portals list` lists the registered ones.\n",
    )
    nothing = run("portals", "remove", "7", "--yes")
    assert (nothing.exit_code, nothing.output) == (1, "Error: Nothing is here of portal 7.\n")


@pytest.mark.parametrize("command", [["add"], ["set", "7"]])
def test_a_country_that_there_is_not_is_refused(run: Spoke, command: list[str]) -> None:
    result = run("portals", *command, "--country", "XX")
    assert result.exit_code == 2 and "XX is no country; two letters" in result.output


def _rows_by_table(rows: Rows, portal_id: int) -> dict[str, int]:
    tables = rows(
        "select table_name from information_schema.columns"
        " join information_schema.tables using (table_schema, table_name)"
        " where table_schema = 'hubspot' and column_name = 'portal_id'"
        " and table_type = 'BASE TABLE'"
    )
    names = [row["table_name"] for row in tables]
    return {
        name: rows(f"select count(*) as n from {name} where portal_id = %s", portal_id)[0]["n"]
        for name in names
    }
