"""The jobs that keep stored links right; what they do stands in operations.relink."""

from __future__ import annotations

from operations import relink
from workers.context import Context


def run(context: Context) -> None:
    """Look again at what two transactions did at once, neither seeing the other."""
    relink.settle(context)


def look_at_teams(context: Context) -> None:
    """Look for changes of teams, members and users, of which nobody tells us."""
    relink.look_at_teams(context)


def look_at_doubts(context: Context) -> None:
    """List again which links are uncertain."""
    relink.look_at_doubts(context)
