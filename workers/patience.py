"""Wait while HubSpot does not answer, and say that the work is alive: for walks and other bulk
work."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, TypeVar

import psycopg

from db import scans
from db.connect import Database
from db.scans import Scan
from hubspot.client import BATCH, Client
from hubspot.errors import Circular, HubSpotError
from hubspot.objects import ObjectType
from hubspot.paging import FIRST, Page, Trail, pages

# how long HubSpot may be out of reach before a scan fails (its checkpoint stays)
PATIENCE_SECONDS = 15 * 60
log = logging.getLogger(__name__)
T = TypeVar("T")


def patiently(rest: Callable[[float], object], ask: Callable[[], T]) -> T:
    """Ask HubSpot until it answers: bulk work waits out passing errors.

    Raises an error that does not pass or that lasts too long. `rest` sleeps, and may raise to end
    the wait. A circle of pages is no outage: another try would walk it again.
    """
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except Circular:
            raise
        except HubSpotError as error:
            if error.retry_in is None or time.monotonic() + error.retry_in > give_up:
                raise
            log.warning("%s; asking again in %.0f s", error, error.retry_in)
            rest(error.retry_in)


def listed(
    client: Client,
    kind: ObjectType,
    names: Callable[[], Sequence[str]],
    trail: Trail,
    archived: bool = False,
    limit: int = BATCH,
    inline: Sequence[str] = (),
) -> Iterator[Page]:
    """Yield the pages of a type's records from where `trail` stands.

    `names` answers the properties as each page is asked for; `inline` are types whose links each
    record shows."""

    def ask(cursor: str) -> Page:
        wanted = names()
        return patiently(
            client.rest,
            lambda: client.list_page(kind.path, wanted, cursor, archived, limit, inline),
        )

    return pages(ask, trail)


def records_of(kind: ObjectType, at: str = FIRST, above: int = 0, archived: bool = False) -> Trail:
    """Begin a walk of all of a type's records, or go on with one at a cursor, behind the id
    `above`. HubSpot promises no order among archived records: that walk only must not repeat."""
    if archived:
        return Trail(f"list of archived {kind.name}", at, rises=False, restarts=True)
    return Trail(f"list of {kind.name}", at, above, restarts=True)


def await_all(
    database: Database,
    working: Collection[Future[Any]],
    alive: Callable[[], Sequence[Scan]],
    beat_seconds: float,
) -> None:
    """Wait for the threads of scans, and say every `beat_seconds` that their worker lives.

    A scan that waits for HubSpot or for its turn is alive all the same. Otherwise the clock would
    take it for abandoned, and another worker would begin it again. The threads themselves report a
    short outage of Postgres.
    """
    while wait(working, beat_seconds).not_done:
        with suppress(psycopg.OperationalError), database.transaction() as conn:
            scans.beat(conn, alive())
