"""Take out values of properties that became sensitive; db.withdrawn holds the work."""

from __future__ import annotations

import time

import jobs
from db import withdrawn
from workers.context import Context

BATCH = 2_000  # records in a transaction: a tenth of a second
MAKES_WAY_AFTER_SECONDS = 20.0  # then other waiting jobs go first


def run(context: Context, batch: int = BATCH) -> None:
    """Run the job, of paused portals, too: HubSpot is not asked. After a while a new one behind the
    waiting ones does the rest."""
    jobs.lower_flag(context.server, jobs.WITHDRAWALS)
    ends = time.monotonic() + MAKES_WAY_AFTER_SECONDS
    while _take_out(context, batch):
        context.stop.check()
        if time.monotonic() > ends:
            jobs.wake(context.server, jobs.WITHDRAWALS)
            return


def _take_out(context: Context, batch: int) -> bool:
    """Do one slice; answers whether there was any."""
    with context.database.transaction() as conn:
        walk = withdrawn.due(conn)
        if walk is None:
            return False
        portal = context.portal(walk["portal_id"])
        kind = context.types(portal).get(walk["object_type"]) if portal else None
        withdrawn.take_out(conn, kind, walk, batch)
    return True
