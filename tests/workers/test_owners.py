"""Another portal's token: nothing is read with it or written, and the portal says why it waits."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from db import changes, portals, scans
from db import property_history as history
from db.changes import Mark
from db.portals import Portal
from hubspot.errors import ForeignToken, Unauthorized, Unavailable
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS, DEALS
from tests.processes import ACCESS_TOKEN, OTHER_TOKEN, Simulator
from tests.workers.conftest import KEY, MANY, arrive, fetch_now
from workers import backfill, fetch, nightly, reconcile, selected, tokens
from workers import history as history_job
from workers.__main__ import _register
from workers.context import Context
from workers.definitions import refresh, register_configured
from workers.parking import look_again
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]
Work = Callable[[Context, Portal], object]


def started(context: Context, **changed: Any) -> Context:
    """Begin a process on the same servers, with another environment."""
    return Context.open(
        dataclasses.replace(context.settings, **changed), connections=8, searches_per_second=MANY
    )


@pytest.fixture
def foreign(context: Context) -> Iterator[Context]:
    """Give a process whose environment has the other portal's token."""
    opened = started(context, hubspot_access_token=OTHER_TOKEN)
    yield opened
    opened.close()


@pytest.fixture
def portal(context: Context, simulator: Simulator, backfilled: None) -> Portal:
    """Give the first portal, which has no token of its own; a deal of it waits for all that is
    read."""
    deal_id = simulator.create("deals", {"dealname": "A"})
    simulator.quiet()
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "deals", deal_id)])
        history.mark(conn, Mirrored(simulator.portal_id, DEALS), [deal_id])
    return of(context, simulator)


def of(context: Context, simulator: Simulator) -> Portal:
    found = context.portal(simulator.portal_id)
    assert found is not None
    return found


def waiting_backfill(context: Context, portal: Portal) -> None:
    with context.database.transaction() as conn:
        scan = scans.begin(conn, portal.portal_id, "backfill", "calls")
        assert scan is not None
        scans.leave(conn, scan)
    backfill.run(context, portal.portal_id)


WORKS: dict[str, Work] = {
    "fetch": lambda context, portal: fetch_now(context, portal.portal_id, "deals"),
    "fetch in turn": lambda context, portal: fetch.run(context, portal.portal_id, "deals"),
    "reconcile": lambda context, portal: reconcile.run(context),
    "nightly": lambda context, portal: nightly.compare_portal(context, portal, datetime.now(UTC)),
    "history": lambda context, portal: history_job.read(context, portal),
    "backfill": waiting_backfill,
    "start": lambda context, portal: _register(context),
}


def test_every_job_pauses_the_portal_and_writes_nothing(
    context: Context, simulator: Simulator, rows: Rows, portal: Portal
) -> None:
    """Each in a process that begins now, and on a portal that goes on."""
    before = mirrored(rows, portal)
    for name, work in WORKS.items():
        rows("update portals set paused_at = null, paused_reason = null returning 1")
        context.server.flushdb()
        simulator.control("reset-stats")
        with closing(started(context, hubspot_access_token=OTHER_TOKEN)) as foreign:
            work(foreign, portal)
        assert paused(rows, portal) == said(simulator), name
        assert mirrored(rows, portal) == before, name
        if name != "reconcile":  # which serves the other portal, too
            asked = simulator.stats()["portals"][str(simulator.portal_id + 1)]
            assert set(asked["requests"]) == {"account_details"}, name


def test_what_a_command_does_is_refused_before_anything_is_marked(
    foreign: Context, simulator: Simulator, rows: Rows, portal: Portal
) -> None:
    """A shell with the wrong environment must not pause what the workers do with the right one."""
    before, marked = mirrored(rows, portal), rows("select * from pending_changes")
    [report] = verify(foreign, portal, ["contacts"], heal=True, patience=0)
    assert report.failure == said(simulator) and report.compared == 0
    does: dict[str, Callable[[], object]] = {
        "refresh": lambda: refresh(foreign, portal),
        "backfill": lambda: backfill.backfill(foreign, portal, ["contacts"], lambda scan: None),
        "ids": lambda: selected.by_id(foreign, portal, CONTACTS, ["101"]),
    }
    for name, work in does.items():
        with pytest.raises(ForeignToken) as refused:
            work()
        assert str(refused.value) == said(simulator), name
    assert mirrored(rows, portal) == before
    assert rows("select * from pending_changes") == marked
    assert paused(rows, portal) is None


def test_a_stored_token_that_is_anothers_is_named(
    context: Context, simulator: Simulator, rows: Rows, portal: Portal
) -> None:
    wrong = tokens.encrypt(OTHER_TOKEN, KEY)
    rows(
        "update portals set token_encrypted = %s where portal_id = %s returning 1",
        wrong,
        portal.portal_id,
    )
    before = mirrored(rows, portal)
    fetch_now(context, portal.portal_id, "deals")
    assert paused(rows, portal) == (
        f"the token stored for portal {portal.portal_id} belongs to portal {portal.portal_id + 1}."
        f" Store one of portal {portal.portal_id} with `spoke portals add`"
    )
    assert mirrored(rows, portal) == before


def test_where_hubspot_cannot_say_whose_it_is_the_work_waits(
    context: Context, simulator: Simulator, rows: Rows, portal: Portal
) -> None:
    context.server.flushdb()
    beginning = started(context)
    silent = {"fault": "status", "status": 503, "kinds": ["account_details"]}
    simulator.control("faults", api=[silent])
    simulator.control("reset-stats")
    fetch_now(beginning, portal.portal_id, "deals")
    [mark] = rows("select error, leased_until, not_before > now() as later from pending_changes")
    assert "503" in mark["error"] and mark["later"] and mark["leased_until"] is None
    assert (
        set(simulator.stats()["requests"]) == {"account_details"} and paused(rows, portal) is None
    )
    simulator.control("faults", api=[])
    rows("update pending_changes set not_before = now() returning 1")
    arrive(beginning, simulator)
    assert rows("select dealname from hubspot_deals_raw where dealname = 'A'")
    beginning.close()


def test_an_answer_that_does_not_say_whose_it_is_is_none(
    context: Context, simulator: Simulator, portal: Portal
) -> None:
    context.server.flushdb()
    beginning = started(context)
    simulator.control("faults", api=[{"fault": "html", "kinds": ["account_details"]}])
    with pytest.raises(Unavailable):
        beginning.client(portal)
    beginning.close()


def test_it_is_asked_once_and_what_was_right_is_remembered_for_other_processes(
    context: Context, simulator: Simulator, portal: Portal
) -> None:
    def asked() -> int:
        return int(simulator.stats()["requests"].get("account_details", 0))

    context.server.flushdb()
    simulator.control("reset-stats")
    first, second = started(context), started(context)
    for _ in range(3):
        simulator.update("deals", simulator.create("deals", {"dealname": "A"}), {"dealname": "B"})
        arrive(first, simulator)
    assert asked() == 1
    arrive(second, simulator)
    second.client(portal)
    assert asked() == 1
    reconcile.reconcile(second, portal)
    assert asked() == 2, "the account's time zone and currency are read, its owner is known"
    context.server.flushdb()
    third = started(context)
    third.client(portal)
    assert asked() == 3
    for each in (first, second, third):
        each.close()


def test_what_hubspot_says_of_anothers_day_is_not_noted_as_this_portals(
    foreign: Context, simulator: Simulator, portal: Portal
) -> None:
    """A limit of its own, above what other tests have asked for on the simulated day."""
    foreign.server.flushdb()
    simulator.control("settings", daily_limit=2_000_000)
    with pytest.raises(ForeignToken):
        foreign.client(portal)
    assert not foreign.server.exists(f"spoke:limit:{portal.portal_id}:daily")


def test_a_start_with_the_right_token_lets_the_portal_go_on(
    context: Context, foreign: Context, simulator: Simulator, rows: Rows, portal: Portal
) -> None:
    fetch_now(foreign, portal.portal_id, "deals")
    assert paused(rows, portal) == said(simulator)
    _register(context)
    assert paused(rows, portal) is None
    arrive(context, simulator)
    assert rows("select dealname from hubspot_deals_raw where dealname = 'A'")


def test_what_an_operator_paused_stays_so_whatever_the_token(
    context: Context, foreign: Context, rows: Rows, portal: Portal
) -> None:
    with context.database.transaction() as conn:
        portals.pause(conn, portal.portal_id, "the auditors are here", held=True)
    for started in (foreign, context):
        _register(started)
        assert paused(rows, portal) == "the auditors are here"


def test_a_start_asks_again_of_portals_that_wait_for_their_token(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """The second portal's token could not be read with another ENCRYPTION_KEY."""
    second = context.portal(simulator.portal_id + 1)
    assert second is not None
    mistaken = started(context, encryption_key="another key")
    fetch_any(mistaken, second)
    assert "cannot be decrypted" in str(paused(rows, second))
    look_again(mistaken)
    assert "cannot be decrypted" in str(paused(rows, second))
    _register(context)
    assert paused(rows, second) is None
    mistaken.close()


def test_a_start_while_hubspot_is_away_leaves_all_as_it_was(
    context: Context, foreign: Context, simulator: Simulator, rows: Rows, portal: Portal
) -> None:
    fetch_now(foreign, portal.portal_id, "deals")
    simulator.control("faults", api=[{"fault": "status", "status": 503}])
    _register(context)
    assert paused(rows, portal) == said(simulator)


def test_a_start_keeps_the_token_that_is_stored(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    mine = tokens.encrypt(ACCESS_TOKEN, KEY)
    rows(
        "update portals set token_encrypted = %s where portal_id = %s returning 1",
        mine,
        simulator.portal_id,
    )
    _register(context)
    register_configured(context)
    assert rows(
        "select token_encrypted from portals where portal_id = %s", simulator.portal_id
    ) == [{"token_encrypted": mine}]


def test_the_environments_token_does_not_end_a_pause_for_the_stored_one(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    stored = tokens.encrypt("a-token-that-was-taken-back", KEY)
    rows(
        "update portals set token_encrypted = %s where portal_id = %s returning 1",
        stored,
        simulator.portal_id,
    )
    first = of(context, simulator)
    with pytest.raises(Unauthorized):
        context.client(first)
    fetch_any(context, first)
    assert "401" in str(paused(rows, first))
    register_configured(context)
    assert "401" in str(paused(rows, first))
    _register(context)
    assert "401" in str(paused(rows, first))


def fetch_any(context: Context, portal: Portal) -> None:
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(portal.portal_id, "deals", "101")])
    fetch_now(context, portal.portal_id, "deals")


def said(simulator: Simulator) -> str:
    mine = simulator.portal_id
    return (
        f"HUBSPOT_ACCESS_TOKEN belongs to portal {mine + 1}; portal {mine} has no token of its own."
        f" Store one with `spoke portals add`, or set HUBSPOT_ACCESS_TOKEN to portal {mine}'s and"
        " restart the workers"
    )


def paused(rows: Rows, portal: Portal) -> str | None:
    where = "where portal_id = %s and paused_at is not null and paused_until is null"
    found = rows(f"select paused_reason from portals {where}", portal.portal_id)
    return str(found[0]["paused_reason"]) if found else None


def mirrored(rows: Rows, portal: Portal) -> list[dict[str, Any]]:
    """Answer all that is here of a portal and that HubSpot said."""
    found = []
    for table in (
        "contacts_raw",
        "companies_raw",
        "deals_raw",
        "calls_raw",
        "owners",
        "properties",
        "pipelines",
    ):
        found += rows(
            f"select to_jsonb(each) as row from hubspot_{table} each where portal_id = %s",
            portal.portal_id,
        )
    return sorted(found, key=str)
