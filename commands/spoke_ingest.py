"""ingest: load events of your own website or product from a CSV file."""

from __future__ import annotations

from pathlib import Path

import click

from commands.opening import PORTAL, chosen, opened
from commands.table import harmless


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--schema", required=True, help="website.v1 or product.v1: its fields are the heads.")
@click.option("--source", help="Which system sends them; the schema's first word where not given.")
@PORTAL
def ingest(file: Path, schema: str, source: str | None, portal: int | None) -> None:
    """Load FILE, all of it or nothing. An event that is here already stays as it is."""
    from operations.event_intake import WrongEvents, take_file
    from operations.event_schemas import EVENT_SCHEMAS, SOURCE_RULE, described, is_source

    if schema not in EVENT_SCHEMAS:
        raise click.ClickException("\n".join(["There are these schemas:", *described()]))
    source = source or schema.partition(".")[0]
    if not is_source(source):
        raise click.ClickException(f"A source is {SOURCE_RULE}.")
    with opened(("DATABASE_URL",)) as context:
        portals = chosen(context, portal)
        if len(portals) > 1:
            raise click.ClickException("Several portals are registered: name one with --portal.")
        try:
            taken = take_file(context, portals[0].portal_id, source, schema, file)
        except (WrongEvents, UnicodeDecodeError) as error:
            said = "\n".join(harmless(each) for each in str(error).splitlines())
            raise click.ClickException(f"Nothing was loaded.\n{said}") from error
    click.echo(f"{taken.received:,} events, {taken.new:,} of them new.")
