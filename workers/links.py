"""Stored links: triggers keep them (0015_stored_links.sql); here marks are settled, and links found anew on demand."""

from __future__ import annotations

from collections.abc import Callable

from db import links
from workers.context import Context

BATCH = 20  # marks in one transaction; a mark of a rebuild names a thousand calls


def run(context: Context) -> None:
    """The job: what two transactions did at once, neither seeing the other, is looked at again."""
    settle(context)


def look_at_teams(context: Context) -> None:
    """The job: teams, members and users are the company's own tables, or views of them. Nobody tells us of changes."""
    with context.database.transaction() as conn:
        links.refresh_users(conn)
        links.refresh_teams(conn)
    settle(context)


def look_at_doubts(context: Context) -> None:
    """The job: which links are uncertain, for whoever reads the list of them now and then."""
    with context.database.transaction() as conn:
        links.refresh_doubts(conn)


def settle(context: Context, on_progress: Callable[[int], None] = lambda marks: None) -> None:
    """Until no mark is left, or another process settles; `on_progress` learns how many marks each step took. Raises
    Stopped once the process is to end."""
    while True:
        context.stop.check()
        with context.database.transaction() as conn:
            settled = links.settle(conn, BATCH)
        if not settled:
            return
        on_progress(settled)


def rebuild(
    context: Context, portal_id: int, on_start: Callable[[int], None], on_progress: Callable[[int], None]
) -> None:
    """Find all links of a portal anew. Interrupted, it goes on with whoever settles next."""
    with context.database.transaction() as conn:
        links.mark_all(conn, portal_id)
        waiting = links.waiting(conn)
    on_start(waiting)
    settle(context, on_progress)
    look_at_doubts(context)
