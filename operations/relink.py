"""Keep stored links: triggers write marks, and this module settles them, and finds all links again
on demand."""

from __future__ import annotations

import time
from collections.abc import Callable

from db import stored_links as links
from operations.servers import Servers

BATCH = 20  # marks in one transaction; a mark of a rebuild names a thousand calls
PEOPLE = 20_000  # users or teams mended in one transaction
LOOK_SECONDS = 20.0  # a view that never answers the same twice must not hold a worker


def look_at_teams(servers: Servers, at_most: int = PEOPLE) -> None:
    """Look for changes of teams, members and users. These are the company's own tables, or views of
    them: nothing tells us of changes.

    1. Mend users, `at_most` in a transaction. 2. Mend teams likewise. 3. Settle the marks that
    this left. What a long first look does not reach, the clock's next wake-up does.
    """
    ends = time.monotonic() + LOOK_SECONDS
    for refresh in (links.refresh_users, links.refresh_teams):
        changed = at_most
        while changed >= at_most and time.monotonic() < ends:
            servers.stop.check()
            with servers.database.transaction() as conn:
                changed = refresh(conn, at_most)
    settle(servers)


def look_at_doubts(servers: Servers) -> None:
    """List again which links are uncertain, for people who read the list now and then; learn whose
    our own numbers are; and add up what users spent."""
    with servers.database.transaction() as conn:
        links.refresh_doubts(conn)
    with servers.database.transaction() as conn:
        links.learn_number_owners(conn)
    with servers.database.transaction() as conn:
        links.add_up_spend(conn)


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
    """Find all links of a portal again. If interrupted, it goes on with the next process that
    settles."""
    with servers.database.transaction() as conn:
        links.mark_all(conn, portal_id)
        waiting = links.waiting(conn)
    on_start(waiting)
    settle(servers, on_progress)
    look_at_doubts(servers)
