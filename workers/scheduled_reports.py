"""Write the reports that are due, one after the other."""

from __future__ import annotations

from datetime import UTC, datetime

import jobs
from outgoing import reports
from workers.context import Context


def run(context: Context) -> None:
    """Run the job: each report in a transaction of its own."""
    wrote = False
    while reports.run_one(context.database, context.settings, datetime.now(UTC)):
        context.stop.check()
        wrote = True
    if wrote:
        jobs.wake(context.server, jobs.OUTGOING)
