"""reports: tables as files, written again and again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from commands.opening import PORTAL, chosen, opened
from commands.scale_packages import must_have
from commands.table import listed
from outgoing import reports
from outgoing.report_list import FILE_REPORTS

_FORMS = click.Choice(["csv", "parquet"])


@click.group("reports")
def reports_group() -> None:
    """Write reports as CSV or Parquet, every day, week or month."""


@reports_group.command()
@click.argument("report", type=click.Choice(list(FILE_REPORTS)))
@click.option("--to", required=True, metavar="DIR | supabase://BUCKET/PATH", help="Where files go.")
@click.option("--every", type=click.Choice(reports.EVERY), default="day", show_default=True)
@click.option("--format", "form", type=_FORMS, default="csv", show_default=True)
@click.option("--slack", is_flag=True, help="Tell Slack of each file, with a link if it has one.")
@PORTAL
def add(report: str, to: str, every: str, form: str, slack: bool, portal: int | None) -> None:
    """Write REPORT at 6 o'clock after each day, week or month, in the portal's time zone."""
    if form == "parquet":
        must_have("pyarrow")
    place = to if to.startswith("supabase://") else str(Path(to).absolute())
    with opened(("DATABASE_URL",)) as context, context.database.transaction() as conn:
        for each in chosen(context, portal):
            number = reports.add(conn, each.portal_id, report, form, place, every, slack)
            click.echo(f"Schedule {number} of portal {each.portal_id}: {report}, every {every}.")


@reports_group.command("list")
@PORTAL
def list_schedules(portal: int | None) -> None:
    """List the schedules, and what came of their last run."""
    with opened(("DATABASE_URL",)) as context, context.database.transaction() as conn:
        found = reports.listed(conn, [portal] if portal else None)
    rows = [
        (
            str(each.portal_id),
            str(each.schedule_id),
            each.report,
            f"{each.form} every {each.every}",
            each.next_at,
            each.last_run_at or "never",
            each.last_error or each.last_file or each.destination,
        )
        for each in found
    ]
    names = ["portal", "number", "report", "as", "next", "last run", ""]
    click.echo("\n".join(listed("Reports", names, rows, empty="none; see `spoke reports add`")))


@reports_group.command()
@click.argument("portal", type=int)
@click.argument("number", type=int)
def run(portal: int, number: int) -> None:
    """Write a report now, of the period that ended last."""
    with opened(("DATABASE_URL",)) as context:
        now = datetime.now(UTC)
        if not reports.run_one(context.database, context.settings, now, portal, number):
            raise click.ClickException(f"Portal {portal} has no schedule {number}.")
        with context.database.transaction() as conn:
            [done] = [each for each in reports.listed(conn, [portal]) if each.schedule_id == number]
    if done.last_error:
        raise click.ClickException(done.last_error)
    click.echo(f"{done.last_file}: {done.last_rows:,} rows, in {done.destination}.")


@reports_group.command()
@click.argument("portal", type=int)
@click.argument("number", type=int)
def remove(portal: int, number: int) -> None:
    """Take a schedule away. The files that it wrote stay."""
    with opened(("DATABASE_URL",)) as context, context.database.transaction() as conn:
        if not reports.remove(conn, portal, number):
            raise click.ClickException(f"Portal {portal} has no schedule {number}.")
    click.echo("Removed.")
