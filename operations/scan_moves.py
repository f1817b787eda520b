"""Having a worker go on with scans that wait for one."""

from __future__ import annotations

import jobs
from operations.servers import Servers


def take_up(servers: Servers, portal_id: int, kind: str) -> None:
    """Wake the job that goes on with scans of this kind."""
    if job := jobs.that_goes_on_with(kind):
        jobs.wake(servers.server, job, portal_id)
