"""The clock's schedules: listed, started and stopped. The clock obeys within a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import jobs
from db import clock_looks
from operations.servers import Servers


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule: the job, whether it is on, and since when people wanted it so."""

    job: jobs.Job
    is_on: bool
    changed_at: datetime | None


def listed(servers: Servers) -> list[Schedule]:
    """List every schedule of the registry of jobs."""
    with servers.database.transaction() as conn:
        moved = clock_looks.moved_schedules(conn)
    found = []
    for name, job in jobs.schedules().items():
        is_on, changed_at = moved.get(name, (not job.starts_stopped, None))
        found.append(Schedule(job, is_on, changed_at))
    return found


def move(servers: Servers, name: str, is_on: bool) -> None:
    """Start or stop a schedule. Raises ValueError for one that is not there, or may not stop."""
    job = jobs.schedules().get(name)
    if job is None:
        raise ValueError(f"There is no schedule {name}. There are {', '.join(jobs.schedules())}.")
    if job.always and not is_on:
        raise ValueError(f"{name} cannot be stopped: the copy is not right without it.")
    with servers.database.transaction() as conn:
        clock_looks.move_schedule(conn, name, is_on)
