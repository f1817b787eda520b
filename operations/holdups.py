"""Let jobs wait for an operator: the schema is older than the code, a right is missing, or the
database is read-only.

Such a job ends well instead of failing. Its work stands in the stream or in Postgres, and the clock
wakes it every 15 s. It goes on once the cause is mended, and no failed jobs pile up meanwhile. The
log says once a minute why it waits; `spoke status` and `spoke doctor` say it, too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

import psycopg
import redis

import jobs
from db.blame import Blame, blame, remedy
from operations.servers import Servers

SAY_EVERY_SECONDS = 60
START = "workers"  # the start of the workers, which is no job
log = logging.getLogger(__name__)


def run(servers: Servers, name: str, job: Callable[..., None], *args: Any) -> bool:
    """Do a job, or say what it waits for; whether it was done."""
    try:
        job(servers, *args)
        return True
    except psycopg.Error as error:
        if blame(error) is not Blame.OPERATOR:
            raise
        say(servers.server, name, error)
        return False


def say(server: redis.Redis, name: str, error: psycopg.Error) -> None:
    """Tell an operator what `name` waits for: in the log once a minute, and for a minute to
    `seen`."""
    what, todo = remedy(error)
    server.set(_key(name), f"{what}. {todo}", ex=SAY_EVERY_SECONDS)
    if server.set(f"{_key(name)}:said", 1, nx=True, ex=SAY_EVERY_SECONDS):
        log.error("%s waits, and nothing is lost: %s. %s", name, what, todo)


def seen(server: redis.Redis) -> dict[str, str]:
    """Map each job that waited within the last minute to the reason."""
    names = [START, *(job.run for job in jobs.every_job())]
    found = cast(list[bytes | None], server.mget([_key(name) for name in names]))
    return {name: said.decode() for name, said in zip(names, found, strict=True) if said}


def _key(name: str) -> str:
    return f"spoke:holdup:{name}"
