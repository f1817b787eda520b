"""Keep stored links: triggers write marks, and this module settles them, and finds all links again
on demand."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable

from db import rounds
from db import stored_links as links
from db.connect import Connection
from operations.servers import Servers

BATCH = 20  # marks in one transaction; a mark of a rebuild names a thousand calls
SLICE = 20_000  # users or teams in one transaction
ROUND_SLICE = 10_000  # records that a round looks at in one transaction: under a second
MARK_SLICE = 2_000  # records marked in one transaction: six seconds of companies
ROUND_SECONDS = 120.0  # of every ten minutes; the next run goes on
LOOK_SECONDS = 20.0  # a view that never answers the same twice must not hold a worker


def look_at_teams(servers: Servers, at_most: int = SLICE) -> None:
    """Look for changes of teams, members and users. These are the company's own tables, or views of
    them: nothing tells us of changes.

    1. Mend users, `at_most` in a transaction. 2. Mend teams likewise. 3. Settle the marks that
    this left. What a long first look does not reach, the clock's next wake-up does.
    """
    _mend(servers, (links.refresh_users, links.refresh_teams), at_most)
    settle(servers)


def look_at_doubts(
    servers: Servers, at_most: int = ROUND_SLICE, seconds: float = ROUND_SECONDS
) -> None:
    """Go the rounds: list again which links are uncertain, what users spent and whose our own
    numbers are. No event tells of it. Each slice of `at_most` records is a transaction, and the
    next run goes on where this one was cut or where its time was over."""
    ends = time.monotonic() + seconds
    with servers.database.transaction() as conn:
        due = rounds.in_turn(conn)
    for portal_id, name in due:
        more = True
        while more:
            servers.stop.check()
            if time.monotonic() > ends:
                return
            with servers.database.transaction() as conn:
                more = rounds.look_at_slice(conn, portal_id, name, at_most)


def _mend(
    servers: Servers,
    steps: Iterable[Callable[[Connection, int], int]],
    at_most: int,
    seconds: float = LOOK_SECONDS,
) -> None:
    """Repeat each step until it finds less than a slice to mend, or the time is over. Each slice is
    committed, so a run that is cut goes on from there."""
    ends = time.monotonic() + seconds
    for step in steps:
        changed = at_most
        while changed >= at_most:
            servers.stop.check()
            with servers.database.transaction() as conn:
                changed = step(conn, at_most)
            if time.monotonic() > ends:
                break


def mark_all(servers: Servers, portal_id: int, at_most: int = MARK_SLICE) -> None:
    """Mark every link of a portal to be found again, `at_most` records in a transaction."""
    for name in links.MARKED:
        reached: str | None = ""
        while reached is not None:
            servers.stop.check()
            with servers.database.transaction() as conn:
                reached = links.mark_next(conn, name, portal_id, reached, at_most)


def settle(servers: Servers, on_progress: Callable[[int], None] = lambda marks: None) -> None:
    """Settle until no mark is left, or another process settles; `on_progress` learns how many marks
    each step took. Raises Stopped once the process is to end."""
    while True:
        servers.stop.check()
        with servers.database.transaction() as conn:
            settled = links.settle(conn, BATCH)
        if not settled:
            return
        on_progress(settled)


def rebuild(
    servers: Servers,
    portal_id: int,
    on_start: Callable[[int], None],
    on_progress: Callable[[int], None],
) -> None:
    """Find all links of a portal again. If interrupted, what is marked is settled by the next
    process that settles; what is not marked yet waits for another rebuild."""
    _mend(servers, (links.refresh_users, links.refresh_teams), SLICE, math.inf)
    mark_all(servers, portal_id)
    with servers.database.transaction() as conn:
        waiting = links.waiting(conn)
    on_start(waiting)
    settle(servers, on_progress)
    look_at_doubts(servers, seconds=math.inf)
