"""smoke: the first minutes with a real portal, reading only."""

from __future__ import annotations

import sys

import click

from commands.opening import PORTAL, askable, opened
from commands.table import wrapped


@click.command()
@PORTAL
def smoke(portal: int | None) -> None:
    """Ask HubSpot, reading only, whether it behaves as Spoke relies on; some thirty requests.

    \b
    ✓ it does    ✗ it does not: tell us    ? this portal has nothing that would show it

    Run it after `spoke migrate` and before the first `spoke backfill`. Exits 1 with any ✗.
    """
    from workers.smoke import Verdict
    from workers.smoke import smoke as ask

    differs = False
    with opened() as context:
        for each in askable(context, portal):
            click.echo(f"Portal {each.portal_id}")
            for answer in ask(context, each):
                line = f"{answer.verdict.value} {answer.question}: {answer.seen}"
                click.echo("\n".join(wrapped(line, 4)))
                differs |= answer.verdict is Verdict.DIFFERS
    sys.exit(1 if differs else 0)
