"""A paused portal is asked nothing, by no command; what waits of it goes on once it is resumed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import portals
from tests.commands.conftest import Spoke
from tests.processes import Simulator
from workers import backfill as scanning
from workers import history, nightly, reconcile
from workers.context import Context
from workers.parking import look_again

COMMANDS = (
    ("migrate",),
    ("backfill",),
    ("backfill", "--type", "contacts", "--id", "1"),
    ("backfill", "--from", "2026-01-01"),
    ("reconcile",),
    ("history",),
    ("verify",),
    ("verify", "--sample", "5"),
    ("doctor",),
    ("status",),
)


def asked(simulator: Simulator) -> int:
    return sum(simulator.stats()["requests"].values())


@pytest.mark.parametrize("held", [True, False], ids=["by an operator", "while the account moves"])
def test_no_command_asks_hubspot_anything(
    run: Spoke, context: Context, simulator: Simulator, held: bool
) -> None:
    with context.database.transaction() as conn:
        wait = None if held else timedelta(hours=1)
        portals.pause(conn, simulator.portal_id, "auditors", wait, held=held)
    before = asked(simulator)
    look_again(context)
    reconcile.run(context)
    nightly.run(context, simulator.portal_id)
    history.run(context)
    scanning.run(context, simulator.portal_id, ["contacts"])
    for command in COMMANDS if held else COMMANDS[1:]:
        said = run(*command).output
        assert "auditors" in said, (command, said)
        assert asked(simulator) == before, command


def test_a_backfill_stops_at_its_next_page_once_its_portal_is_paused(
    context: Context, simulator: Simulator
) -> None:
    portal = context.portal(simulator.portal_id)
    assert portal is not None

    def pause(scan: object) -> None:
        with context.database.transaction() as conn:
            portals.pause(conn, simulator.portal_id, "auditors", held=True)

    before = asked(simulator)
    scanning.backfill(context, portal, list(context.types(portal)), pause)
    most = context.backfill_threads * (3 + len(context.types(portal)["contacts"].associations))
    assert asked(simulator) - before <= most
    with context.database.transaction() as conn:
        left = conn.execute("select state, count(*) as n from scans group by 1").fetchall()
    assert {row["state"] for row in left} <= {"pending", "completed"}
