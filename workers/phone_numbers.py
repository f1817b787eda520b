"""Read phone numbers again where a portal's country was set; operations.country holds the work."""

from __future__ import annotations

import time

import jobs
from operations import country
from workers.context import Context

MAKES_WAY_AFTER_SECONDS = 20.0  # then other waiting jobs go first


def run(context: Context) -> None:
    """Run the job. After a while a new one behind the waiting ones does the rest."""
    jobs.lower_flag(context.server, jobs.PHONE_NUMBERS)
    if not country.reread(context, ends=time.monotonic() + MAKES_WAY_AFTER_SECONDS):
        jobs.wake(context.server, jobs.PHONE_NUMBERS)
