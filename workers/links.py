"""Run the jobs that keep stored links right; operations.relink holds the work."""

from __future__ import annotations

from operations import relink
from workers.context import Context


def run(context: Context) -> None:
    """Look again at links that two transactions changed at once, neither seeing the other."""
    relink.settle(context)


def look_at_teams(context: Context) -> None:
    """Look for changes of teams, members and users, which no event tells."""
    relink.look_at_teams(context)


def look_at_doubts(context: Context) -> None:
    """List again which links are uncertain."""
    relink.look_at_doubts(context)
