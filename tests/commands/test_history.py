"""`spoke history`: what waits is counted by `spoke status` and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.commands.conftest import Spoke
from tests.processes import Simulator
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
