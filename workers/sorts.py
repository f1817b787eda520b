"""Make an index for each property that people sort records by; db.sort_indexes holds the work."""

from __future__ import annotations

import jobs
from db import sort_indexes
from workers.context import Context


def run(context: Context) -> None:
    """Run the job."""
    jobs.lower_flag(context.server, jobs.SORTS)
    sort_indexes.bring_up_to_date(context.database)
