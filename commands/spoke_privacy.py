"""privacy: people whom HubSpot said to erase; taking a wrong announcement back."""

from __future__ import annotations

import click

import jobs
from commands.opening import chosen, must_be_types, named, opened
from commands.table import table
from db import changes, privacy_requests
from db.changes import Mark
from db.queries import QueryRow
from hubspot.mirrored import Mirrored

PORTAL = click.option("--portal", type=int, help="Only this portal.")


@click.group("privacy", invoke_without_command=False)
def privacy_group() -> None:
    """Show the records whose privacy deletion HubSpot announced."""


@privacy_group.command("list")
@PORTAL
def list_(portal: int | None) -> None:
    """List records that are hidden until HubSpot has erased them, undone announcements, and how
    many were erased."""
    with opened() as context, context.database.transaction() as conn:
        waiting, erased = (
            privacy_requests.everything(conn, portal),
            privacy_requests.erased(conn, portal),
        )
    names = ["portal", "type", "id", "announced", "state"]
    rows = [
        (
            str(row["portal_id"]),
            row["object_type"],
            row["hubspot_id"],
            row["asked_at"],
            _state(row),
        )
        for row in waiting
    ]
    click.echo("\n".join(table(names, rows)) if rows else "Nothing is hidden or taken back.")
    for row in erased:
        click.echo(
            f"Portal {row['portal_id']}: {row['erased']:,} {row['object_type']} erased, the last "
            f"at {row['last_at']:%Y-%m-%d %H:%M:%S}"
        )


def _state(row: QueryRow) -> str:
    if row["undone_at"]:
        return f"taken back at {row['undone_at']:%Y-%m-%d %H:%M}: {row['undone_reason']}"
    said = row["last_answer"] or "HubSpot was not asked yet"
    return f"hidden; {said}; asked again at {row['next_at']:%Y-%m-%d %H:%M}"


@privacy_group.command()
@click.argument("object_type", metavar="TYPE")
@click.argument("hubspot_id", metavar="ID")
@click.option("--portal", type=int, required=True, help="The record's portal.")
@click.option("--reason", required=True, help="Why; it is kept and listed.")
def undo(object_type: str, hubspot_id: str, portal: int, reason: str) -> None:
    """Show a record again and read it from HubSpot, also when it was erased here."""
    with opened() as context:
        portals = chosen(context, portal)
        must_be_types(context, portals, [object_type])
        [name] = named(context, portals[0], [object_type])
        of = Mirrored(portal, context.types(portals[0])[name])
        with context.database.transaction() as conn:
            found = privacy_requests.undo(conn, of, hubspot_id, reason)
            if found:
                changes.mark(conn, [Mark(portal, name, hubspot_id, of.links)])
        if not found:
            raise click.ClickException(
                f"No privacy deletion of {name} {hubspot_id} is known in portal {portal}."
            )
        jobs.wake(context.server, jobs.FETCH, portal, name)
    click.echo(f"{name} {hubspot_id} may be stored again; it is read from HubSpot now.")
