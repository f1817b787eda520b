"""Run the workers: `python -m workers [queue=processes …]`, by default all queues. Restart
processes that die."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import closing, suppress

import psycopg
import redis

import memory
from db.blame import Blame, blame
from env_file import read_env_file
from hubspot.errors import HubSpotError
from operations import holdups, mistakes
from operations.stopping import Stopped
from settings import WORKER_NEEDS, Settings, SettingsError
from workers.context import Context
from workers.definitions import register_configured
from workers.parking import look_again
from workers.supervisor import LONGEST_PAUSE_SECONDS, Supervisor, pause

DEFAULT = {"ingest": 1, "fetch": 2, "backfill": 1}
MOST_PROCESSES = 100
MENDED_SECONDS = 5.0  # between two looks at a database that an operator must mend
log = logging.getLogger("workers")


def _register(context: Context, mended_seconds: float = MENDED_SECONDS) -> None:
    """Mirror the portal of HUBSPOT_ACCESS_TOKEN, and wait for Redis and Postgres, longer each time.

    The workers start even when HubSpot refuses: other portals have tokens of their own, and
    deliveries must not wait for it. The log says once why the workers wait. Raises Stopped.
    """
    failures, said, steps = 0, "", [_register_once, look_again]
    while steps:
        try:
            steps[0](context)
            del steps[0]  # what is done is done, whatever becomes of the next
        except (redis.RedisError, psycopg.Error) as error:
            if memory.is_full(error):
                return  # the workers empty it; each job asks whose its token is
            if not (left := _untold(context, error)):
                context.stop.wait(mended_seconds)
                continue
            server = "Postgres"
            if isinstance(left, redis.RedisError):
                server = "Redis"
            failures, reason = failures + 1, f"{server}: {mistakes.cure(left, context.settings)}"
            if reason != said:
                log.error(
                    "The workers wait, tried again every %d s at last. %s",
                    LONGEST_PAUSE_SECONDS,
                    reason,
                )
            said = reason
            if _answers(context, left):
                failures = 1
            context.stop.wait(pause(failures))


def _answers(context: Context, error: Exception) -> bool:
    """Tell whether Postgres answers again already: a connection that was cut is no reason to wait
    longer each time, as a server that is away is."""
    if not isinstance(error, psycopg.Error):
        return False
    try:
        context.database.must_answer()
    except psycopg.OperationalError:
        return False
    return True


def _register_once(context: Context) -> None:
    try:
        register_configured(context)
    except HubSpotError as error:
        log.error(
            "HUBSPOT_ACCESS_TOKEN could not be checked, its portal stays as it was: %s", error
        )


def _untold(context: Context, error: Exception) -> Exception | None:
    """Answer the error that is still to be told; None where an operator must mend the database
    first, which `holdups` tells. Where Redis is away as well, that comes first."""
    if not isinstance(error, psycopg.Error) or blame(error) is not Blame.OPERATOR:
        return error
    try:
        holdups.say(context.server, holdups.START, error)
    except redis.RedisError as away:
        return away
    return None


def _queues(arguments: list[str]) -> list[str]:
    """Answer the queue of each process that the arguments ask for."""
    parts = [each.partition("=") for each in arguments]
    asked = {queue: count for queue, _, count in parts}
    if unknown := asked.keys() - DEFAULT.keys():
        sys.exit(f"No such queue: {', '.join(sorted(unknown))}. There are {', '.join(DEFAULT)}.")
    for queue, count in asked.items():
        if not (count.isascii() and count.isdigit() and 0 < int(count) <= MOST_PROCESSES):
            sys.exit(f"{queue}={count}: a number of processes is needed, as in {queue}=2.")
    processes = {queue: int(count) for queue, count in asked.items()} or DEFAULT
    return [queue for queue, count in processes.items() for _ in range(count)]


def main(arguments: list[str]) -> None:
    """Register, start, and stay until SIGTERM or SIGINT. The exit code is 0, even if processes had
    to be killed."""
    try:
        read_env_file()
        # here too: what is missing is said once and not per process
        settings = Settings.from_env(WORKER_NEEDS)
    except SettingsError as error:
        sys.exit(str(error))
    settings.start_log()
    queues, context = _queues(arguments), Context.open(settings, connections=1)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: context.stop.ask())  # once or more often: all end together
    with suppress(Stopped):
        with closing(context):  # also where it is told to end: Python 3.13 waits for an open pool
            _register(context)
        Supervisor(queues).run(context.stop)


if __name__ == "__main__":
    main(sys.argv[1:])
