"""links: the stored links between records."""

from __future__ import annotations

import click
from rich.progress import Progress

from commands.opening import PORTAL, chosen, console, opened, stoppable


@click.group()
def links() -> None:
    """Link calls with contacts; links are stored, and kept as records change."""


@links.command()
@PORTAL
def rebuild(portal: int | None) -> None:
    """Find all links again. Needed when another program wrote to the tables; harmless at any time.

    If it is interrupted, the clock settles the records that are marked; run it again for the rest.
    """
    from operations.relink import rebuild as rebuild_links

    with opened(("DATABASE_URL",)) as context, Progress(console=console) as progress:
        for each in chosen(context, portal):
            bar = progress.add_task(f"Links of portal {each.portal_id}", total=None)
            with stoppable(
                context,
                "Links of marked records are found by the clock; run it again for the rest.",
            ):
                rebuild_links(
                    context,
                    each.portal_id,
                    lambda marks, bar=bar: progress.update(bar, total=marks),  # type: ignore[misc]
                    lambda marks, bar=bar: progress.advance(bar, marks),  # type: ignore[misc]
                )
            progress.update(bar, total=1, completed=1)
    click.echo("All links were found again.")
