"""trace: tell everything that happened to one record."""

from __future__ import annotations

import click

from commands.opening import PORTAL, chosen, must_be_types, named, opened
from commands.table import wrapped

_INDENT = 40  # where an entry's detail begins


@click.command()
@click.argument("object_type", metavar="TYPE")
@click.argument("hubspot_id", metavar="ID")
@PORTAL
def trace(object_type: str, hubspot_id: str, portal: int | None) -> None:
    """Tell everything that happened to one record, oldest first (UTC): `spoke trace contacts
    123`."""
    from operations.trace import trace as trace_record

    with opened() as context:
        portals = chosen(context, portal)
        must_be_types(context, portals, [object_type])
        found = {}
        for each in portals:
            for name in named(context, each, [object_type]):
                found[each.portal_id] = trace_record(context, each, name, hubspot_id)
    if not any(found.values()):
        raise click.ClickException(f"Nothing here ever heard of {object_type} {hubspot_id}.")
    for portal_id, entries in found.items():
        if entries:
            click.echo(f"{object_type} {hubspot_id} of portal {portal_id}")
        for entry in entries:
            line = f"{entry.at:%Y-%m-%d %H:%M:%S.%f}"[:23] + f"  {entry.what:<11}  {entry.detail}"
            click.echo("\n".join(wrapped(line, _INDENT)))
