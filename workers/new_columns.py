"""Fill columns that a new version added, from the raw JSON of records that were read before."""

from __future__ import annotations

import time

import jobs
from db import column_rereads
from workers.context import Context

MAKES_WAY_AFTER_SECONDS = 20.0  # then other waiting jobs go first
BATCH = 1_000


def run(
    context: Context, batch: int = BATCH, makes_way_after_seconds: float = MAKES_WAY_AFTER_SECONDS
) -> None:
    """Run the job. After a while a new one behind the waiting ones does the rest."""
    jobs.lower_flag(context.server, jobs.NEW_COLUMNS)
    ends = time.monotonic() + makes_way_after_seconds
    while time.monotonic() < ends:
        context.stop.check()
        with context.database.transaction() as conn:
            if not column_rereads.read_slice(conn, batch):
                return
    jobs.wake(context.server, jobs.NEW_COLUMNS)
