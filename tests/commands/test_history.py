"""`spoke history`: what waits is counted by `spoke status` and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.commands.conftest import Spoke
from tests.processes import Simulator
from workers import definitions
from workers.backfill import backfill
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]


def test_history_reads_what_waits(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    backfill(context, context.portals()[0], ["deals"], lambda scan: None)
    [waiting] = rows("select count(*) as n from history_marks")
    assert ["deals", str(waiting["n"])] in [
        line.split()[1:3] for line in run("status").output.splitlines()
    ]
    assert run("history").output.endswith(
        f"{simulator.portal_id}: {waiting['n']:,} histories read\n"
    )
    assert rows("select 1 from property_history limit 1")
    assert "Histories: all read" in run("status").output


def test_follow_keeps_a_property_lists_it_and_stops(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Hold each answer of the command, and that the reading of histories obeys it."""
    name = f"{simulator.portal_id} companies.city"
    company = simulator.create("companies", {"name": "Followed", "city": "Oslo"})
    assert "Run `spoke backfill` first." in run("follow", "companies", "city").output
    portal = context.portals()[0]
    definitions.refresh(context, portal, ["companies"])
    backfill(context, portal, ["companies"], lambda scan: None)
    versions = f"select value from property_history where hubspot_id = '{company}'"
    followed = run("follow", "companies", "city").output
    assert followed.startswith(f"{name} is followed; the history of ") and rows(versions) == []
    run("history")
    assert [row["value"] for row in rows(versions)] == ["Oslo"]
    assert f"{simulator.portal_id} companies: city" in run("follow").output
    assert run("follow", "companies", "city", "--stop").output == (
        f"{name} is followed no longer. The versions that are here stay.\n"
    )
    assert "companies" not in run("follow").output and len(rows(versions)) == 1

    unknown = run("follow", "companies", "no_such_property")
    assert unknown.exit_code == 1
    assert f"Portal {simulator.portal_id} has no property no_such_property of" in unknown.output
    assert "wizards" in run("follow", "wizards", "name").output
