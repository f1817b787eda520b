"""Stored links: triggers keep them; here their marks are settled, and all links found again on
demand."""

from __future__ import annotations

from collections.abc import Callable

from db import stored_links as links
from operations.servers import Servers

BATCH = 20  # marks in one transaction; a mark of a rebuild names a thousand calls


def look_at_teams(servers: Servers) -> None:
    """Teams, members and users are the company's own tables, or views of them. Nobody tells us of
    changes."""
    with servers.database.transaction() as conn:
        links.refresh_users(conn)
        links.refresh_teams(conn)
    settle(servers)


def look_at_doubts(servers: Servers) -> None:
    """Which links are uncertain, for those who read the list of them now and then."""
    with servers.database.transaction() as conn:
        links.refresh_doubts(conn)


def settle(servers: Servers, on_progress: Callable[[int], None] = lambda marks: None) -> None:
    """Until no mark is left, or another process settles; `on_progress` learns how many marks each
    step took. Raises Stopped once the process is to end."""
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
    """Find all links of a portal anew. Interrupted, it goes on with whoever settles next."""
    with servers.database.transaction() as conn:
        links.mark_all(conn, portal_id)
        waiting = links.waiting(conn)
    on_start(waiting)
    settle(servers, on_progress)
    look_at_doubts(servers)
