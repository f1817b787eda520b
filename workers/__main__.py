"""Run the workers: `python -m workers [queue=processes …]`, by default all queues. Restarts what dies.

A supervisor of our own because RQ's worker pool gives every worker all queues, and a worker with more than one queue
loses jobs when it is killed.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.process import BaseProcess

import psycopg

from db.blame import Blame, blame
from hubspot.errors import HubSpotError
from settings import WORKER_NEEDS, Settings, read_env_file
from workers import holdups
from workers.context import Context
from workers.definitions import register_configured
from workers.parking import look_again
from workers.worker import work

DEFAULT = {"ingest": 1, "fetch": 2, "backfill": 1}
PAUSE_SECONDS = 5  # between two looks at a database that an operator must mend
GRACE_SECONDS = 20  # for a job to finish; platforms kill after 30
log = logging.getLogger("workers")


def supervise(processes: Mapping[str, int]) -> None:
    """Keep that many processes per queue alive until SIGTERM or SIGINT, then let them finish their job."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    spawn = multiprocessing.get_context("spawn")
    queues = [queue for queue, count in processes.items() for _ in range(count)]
    running: list[BaseProcess] = [_start(spawn, queue) for queue in queues]
    while not stop.wait(0.5):
        for place, (queue, process) in enumerate(zip(queues, running, strict=True)):
            if not process.is_alive():
                log.warning("The %s worker %s ended with %s; starting another", queue, process.pid, process.exitcode)
                running[place] = _start(spawn, queue)
    for process in running:
        process.terminate()
    for process in running:
        process.join(GRACE_SECONDS)


def _register(settings: Settings, pause_seconds: float = PAUSE_SECONDS) -> None:
    """Mirror the portal of HUBSPOT_ACCESS_TOKEN. The workers start all the same when HubSpot
    refuses: other portals have tokens of their own, and deliveries must not wait for it. Where an
    operator must mend the database first, no worker could do anything: they start once that is
    done."""
    context = Context.open(settings, connections=1)
    while not _is_registered(context):
        time.sleep(pause_seconds)
    context.close()


def _is_registered(context: Context) -> bool:
    """False while the database waits for an operator."""
    try:
        register_configured(context)
    except HubSpotError as error:
        log.error("HUBSPOT_ACCESS_TOKEN could not be checked, its portal stays as it was: %s", error)
    except psycopg.Error as error:
        if blame(error) is not Blame.OPERATOR:
            raise
        holdups.say(context.server, holdups.START, error)
        return False
    with suppress(psycopg.OperationalError):  # each job asks for itself, once Postgres is back
        look_again(context)
    return True


def _start(spawn: multiprocessing.context.SpawnContext, queue: str) -> BaseProcess:
    process = spawn.Process(target=work, args=(queue,), name=f"spoke-{queue}", daemon=True)
    process.start()
    return process


def main(arguments: list[str]) -> None:
    read_env_file()
    settings = Settings.from_env(WORKER_NEEDS)  # here too, so that what is missing is said once and not per process
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asked = dict(argument.split("=", 1) for argument in arguments)
    if unknown := asked.keys() - DEFAULT.keys():
        sys.exit(f"No such queue: {', '.join(sorted(unknown))}. There are {', '.join(DEFAULT)}.")
    _register(settings)
    supervise({queue: int(count) for queue, count in asked.items()} or DEFAULT)


if __name__ == "__main__":
    main(sys.argv[1:])
