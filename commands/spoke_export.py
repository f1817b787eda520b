"""export: write an entity of a portal as files, a file for each month."""

from __future__ import annotations

import click

from commands.opening import chosen, console, opened
from commands.row_bars import row_bars
from commands.scale_packages import must_have

_NAMES = (
    "companies", "contacts", "deals", "tickets", "marketing_events", "email_events", "web_sessions",
)  # fmt: skip


@click.command()
@click.option(
    "--entity",
    "entities",
    type=click.Choice(_NAMES),
    multiple=True,
    required=True,
    help="May be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["parquet", "csv", "jsonl"]),
    default="csv",
    show_default=True,
)
@click.option(
    "--to",
    default="export",
    show_default=True,
    metavar="DIR | supabase://BUCKET/PATH",
    help="Where the files go.",
)
@click.option("--portal", type=int, help="Of this portal; needed where there are several.")
def export(entities: tuple[str, ...], form: str, to: str, portal: int | None) -> None:
    """Write all rows of an entity, a file for each month of its creation.

    A file is there once it is whole. Run again, it goes on with the months that are missing; an
    empty place begins with the first.
    """
    must_have("pyarrow")
    if to.startswith("supabase://"):
        must_have("supabase", remedy="pip install -r requirements-pages.txt")
    from operations.entity_rows import ENTITY_FILES
    from outgoing.exporting import CannotExport, Export, export, target

    moments = {entity.name: entity.moment for entity in ENTITY_FILES}
    with opened(("DATABASE_URL",)) as context, row_bars(console) as bars:
        portals = chosen(context, portal)
        if len(portals) > 1:
            raise click.ClickException("Several portals are registered: name one with --portal.")
        try:
            with target(context.settings, to) as (place, folder):
                for name in entities:
                    wanted = Export(name, portals[0].portal_id, form, moments[name])
                    told = export(context.database, wanted, place, folder, bars.tell)
                    rows = sum(each["rows"] for each in told["files"].values())
                    click.echo(f"{name}: {rows:,} rows in {len(told['files'])} files.")
        except CannotExport as error:
            raise click.ClickException(str(error)) from error
