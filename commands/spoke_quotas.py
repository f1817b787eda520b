"""quotas: what each owner is to win in a period."""

from __future__ import annotations

from pathlib import Path

import click

from commands.opening import PORTAL, chosen, opened
from commands.table import table
from workers.context import Context


@click.group()
def quotas() -> None:
    """Set what each owner is to win in a period; the page Forecast shows the coverage."""


@quotas.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@PORTAL
def import_(file: Path, portal: int | None) -> None:
    """Set the quotas of FILE: CSV with the columns owner (id or address), period and amount.

    A period is 2026, 2026-Q4, 2026-11 or 2026-10-01..2026-12-31. With one mistake none is set.
    Quotas that the file does not name stay.
    """
    from operations.quotas import QuotaError, load

    with opened(("DATABASE_URL",)) as context:
        try:
            count = load(context, _one(context, portal), file)
        except QuotaError as error:
            raise click.ClickException(f"No quota was set.\n{error}") from error
    click.echo(f"{count} quotas are set.")


@quotas.command("list")
@PORTAL
def list_(portal: int | None) -> None:
    """List the quotas of a portal, the newest period first."""
    from analytics.forecast_reads import MOST, ForecastQuestion
    from analytics.forecast_reads import table as read

    with opened(("DATABASE_URL",)) as context, context.database.transaction() as conn:
        rows = read(conn, "quotas", ForecastQuestion(_one(context, portal), limit=MOST))
    cells = [
        (row["owner_name"], row["period_start"], row["period_end"], f"{row['amount']:,.2f}")
        for row in rows
    ]
    click.echo("\n".join(table(["owner", "from", "until before", "amount"], cells)))


def _one(context: Context, portal: int | None) -> int:
    """Answer the one portal that is meant."""
    found = chosen(context, portal)
    if len(found) > 1:
        raise click.UsageError("There are several portals: name one with --portal.")
    return found[0].portal_id
