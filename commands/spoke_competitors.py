"""competitors: which competitors a portal looks for in its deals' texts; add, list, remove,
import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from commands.opening import chosen, opened
from commands.table import table
from db.queries import QUERIES
from intelligence.competitors import is_ordinary
from operations import competitor_list
from operations.competitor_list import CompetitorError, WantedCompetitor
from workers.context import Context


@click.group()
def competitors() -> None:
    """Say which competitors to look for in reasons, notes, calls and e-mails of deals."""


PORTAL = click.option("--portal", type=int, help="The portal; may be left out when there is one.")


@competitors.command()
@click.argument("name")
@click.option("--alias", "aliases", multiple=True, help="Another name for it; may be repeated.")
@click.option("--never", multiple=True, help="A phrase that means something else: apple pie.")
@PORTAL
def add(name: str, aliases: tuple[str, ...], never: tuple[str, ...], portal: int | None) -> None:
    """Add a competitor, or replace the one of that name. All texts are read again."""
    with _changing(portal) as (context, portal_id):
        new = competitor_list.put(context, portal_id, [WantedCompetitor(name, aliases, never)])
    click.echo(f"{name} is {'looked for' if new else 'changed'}; all texts are read again.")
    for word in filter(is_ordinary, (name, *aliases)):
        click.echo(f"{word} is an everyday word, too: it counts where the words around it say so.")


@competitors.command("list")
@PORTAL
def show(portal: int | None) -> None:
    """Name the competitors, with what became of the deals that name them."""
    with _changing(portal) as (context, portal_id), context.database.transaction() as conn:
        asked = {"portal_id": portal_id}
        rows = conn.execute(QUERIES["competitor_results_of"], asked).fetchall()
    if not rows:
        click.echo("Competitors: none. `spoke competitors add NAME` adds one.")
        return
    columns = ("competitor", "won", "lost", "open", "losses_30_days")
    cells = [(*(str(row[name]) for name in columns), "; ".join(row["aliases"])) for row in rows]
    heads = ["competitor", "won", "lost", "open", "lost in 30 days", "also written"]
    click.echo("\n".join(table(heads, cells)))


@competitors.command()
@click.argument("name")
@PORTAL
def remove(name: str, portal: int | None) -> None:
    """Remove a competitor, and all that was found of it."""
    with _changing(portal) as (context, portal_id):
        if not competitor_list.remove(context, portal_id, name):
            raise click.ClickException(f"{name} is not looked for. `spoke competitors list`")
    click.echo(f"{name} is looked for no more.")


@competitors.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@PORTAL
def import_file(path: Path, portal: int | None) -> None:
    """Add every competitor of a CSV with the columns name, aliases and never (phrases with ";"
    between them)."""
    with _changing(portal) as (context, portal_id):
        found = competitor_list.in_file(path)
        new = competitor_list.put(context, portal_id, found)
    click.echo(f"{len(found)} competitors, {new} of them new; all texts are read again.")


@contextmanager
def _changing(portal: int | None) -> Iterator[tuple[Context, int]]:
    with opened(("DATABASE_URL", "REDIS_URL")) as context:
        try:
            yield context, _one(context, portal)
        except (CompetitorError, UnicodeDecodeError) as error:
            raise click.ClickException(str(error)) from error


def _one(context: Context, portal_id: int | None) -> int:
    """Answer the portal that was named, or the only one."""
    found = chosen(context, portal_id)
    if len(found) != 1:
        raise click.ClickException("There is more than one portal: name one with --portal.")
    return found[0].portal_id
