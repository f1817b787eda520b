"""Keep stored links: triggers write marks, and this module settles them, and finds all links again
on demand."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable

from db import stored_links as links
from db.connect import Connection
from operations import number_owners
from operations.servers import Servers

BATCH = 20  # marks in one transaction; a mark of a rebuild names a thousand calls
SLICE = 20_000  # users, teams or doubts in one transaction
MARK_SLICE = 2_000  # records marked in one transaction: six seconds of companies
LOOK_SECONDS = 20.0  # a view that never answers the same twice must not hold a worker


def look_at_teams(servers: Servers, at_most: int = SLICE) -> None:
    """Look for changes of teams, members and users. These are the company's own tables, or views of
    them: nothing tells us of changes.

    1. Mend users, `at_most` in a transaction. 2. Mend teams likewise. 3. Settle the marks that
    this left. What a long first look does not reach, the clock's next wake-up does.
    """
    _mend(servers, (links.refresh_users, links.refresh_teams), at_most)
    settle(servers)


def look_at_doubts(servers: Servers, at_most: int = SLICE) -> None:
    """List again which links are uncertain, for people who read the list now and then; learn whose
    our own numbers are; and add up what users spent. Writes `at_most` doubts that went and as many
    that came in a transaction."""
    _mend(servers, (links.refresh_doubts,), at_most)
    number_owners.learn(servers)
    with servers.database.transaction() as conn:
        links.add_up_spend(conn)


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
    look_at_doubts(servers)
