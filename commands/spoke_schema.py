"""schema: definitions in HubSpot that numbers stand on and that changed or went."""

from __future__ import annotations

import click

from commands.opening import PORTAL, opened
from commands.table import listed
from db import schema_findings


@click.group()
def schema() -> None:
    """Watch the properties, pipelines and stages that numbers stand on."""


@schema.command("list")
@PORTAL
def list_findings(portal: int | None) -> None:
    """List what changed or went in HubSpot, and what stands on it."""
    with opened(("DATABASE_URL",)) as context, context.database.transaction() as conn:
        found = schema_findings.still_open(conn, [portal] if portal else None)
    rows = [
        (str(each.portal_id), str(each.finding_id), each.found_at, f"{each}.") for each in found
    ]
    names = ["portal", "finding", "since", ""]
    click.echo("\n".join(listed("Changed", names, rows, empty="nothing that a number stands on")))


@schema.command()
@click.argument("portal", type=int)
@click.argument("finding", type=int)
def accept(portal: int, finding: int) -> None:
    """Say that a change is meant so: the definition counts from now on as it is."""
    with opened(("DATABASE_URL",)) as context, context.database.transaction() as conn:
        if not schema_findings.accept(conn, portal, finding):
            raise click.ClickException(f"Portal {portal} has no open finding {finding}.")
    click.echo("Accepted. It is watched from now on as it is.")
