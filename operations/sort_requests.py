"""Ask for an index by which records are sorted; the job `sorts` makes it within a minute."""

from __future__ import annotations

import logging
from typing import Any

import redis

import jobs
from db.queries import QUERIES
from operations.servers import Servers

log = logging.getLogger(__name__)


def ask(servers: Servers, order: dict[str, Any] | None) -> None:
    """Note that people sort by a property, and wake the job that makes an index for it.

    None: there is nothing to ask for. Without Redis the clock wakes the job.
    """
    if order is None:
        return
    with servers.database.transaction() as conn:
        is_new = conn.execute(QUERIES["ask_sort"], order).rowcount > 0
    if is_new:
        try:
            jobs.wake(servers.server, jobs.SORTS)
        except redis.RedisError as error:
            log.warning("The index waits for the clock, Redis is away: %s", type(error).__name__)
