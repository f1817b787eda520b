"""Give tokens and users the same options: which portals they may see, and what they may do."""

from __future__ import annotations

import click

from operations.callers import SCOPES

PORTALS = click.option(
    "--portal", "portals", type=int, multiple=True, required=True, help="May be repeated."
)
SCOPES_GIVEN = click.option(
    "--scope",
    "scopes",
    type=click.Choice(list(SCOPES)),
    multiple=True,
    default=("records:read", "metrics:read", "status:read"),
    show_default=True,
    help="What is allowed; may be repeated.",
)
