"""The command line: `./spoke COMMAND`. Each command reads the environment, calls one thing and says what came of it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table

from db.migrate import MigrationError
from db.migrate import migrate as migrate_schema
from db.portals import Portal
from hubspot.errors import HubSpotError
from hubspot.objects import OBJECT_TYPES
from settings import WORKER_NEEDS, Settings, SettingsError
from workers.context import Context

console = Console()
TYPES = click.Choice(sorted(OBJECT_TYPES))


@contextmanager
def opened(needed: Sequence[str] = WORKER_NEEDS, connections: int = 8) -> Iterator[Context]:
    """A context for one command; what the user can mend is said in one line, without a traceback."""
    try:
        settings = Settings.from_env(tuple(needed))
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
        context = Context.open(settings, connections)
        try:
            yield context
        finally:
            context.close()
    except (SettingsError, MigrationError, HubSpotError) as error:
        raise click.ClickException(str(error)) from error


def chosen(context: Context, portal_id: int | None) -> list[Portal]:
    """The portals that a command is about; says so when there are none."""
    portals = [portal for portal in context.portals() if portal_id in (None, portal.portal_id)]
    if not portals:
        raise click.ClickException("No such portal is registered. Set HUBSPOT_ACCESS_TOKEN and run `spoke migrate`.")
    return portals


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def spoke() -> None:
    """Keep HubSpot in your own Postgres, seconds behind and provably the same.

    \b
    First time:   spoke demo           everything at once against a simulated portal; needs nothing
    Your portal:  spoke migrate        make the tables and views
                  spoke backfill       fetch every record
                  spoke verify         prove the copy equal to HubSpot
    Every day:    spoke status         what waits, how old it is, what failed and why
    """


@spoke.command()
def migrate() -> None:
    """Bring tables and views up to date, and register the portal of HUBSPOT_ACCESS_TOKEN.

    Safe to run at every deploy, and from several places at once.
    """
    from workers.definitions import refresh, register_configured

    with opened(("DATABASE_URL",)) as context:
        done = migrate_schema(context.database)
        click.echo(f"Applied: {', '.join(done.applied) or 'nothing, the tables are up to date'}.")
        click.echo(f"Rebuilt {len(done.views)} views in schema {context.settings.database_schema}.")
        if not (context.settings.hubspot_access_token and context.settings.redis_url):
            return
        try:
            portal_id = register_configured(context)
            refresh(context, chosen(context, portal_id)[0])
            click.echo(f"Portal {portal_id} is registered.")
        except HubSpotError as error:  # a deploy must not fail because HubSpot is down; the workers try again
            click.echo(f"The portal is not registered yet: {error}", err=True)


@spoke.command()
@click.option("--portal", type=int, help="Only this portal.")
@click.option("--type", "types", type=TYPES, multiple=True, help="Only these object types; may be repeated.")
def backfill(portal: int | None, types: tuple[str, ...]) -> None:
    """Fetch every record, with a progress bar per type. Interrupted, it goes on from its checkpoint next time."""
    from workers.progress import backfill_with_bars

    with opened() as context:
        failures = [
            failure
            for each in chosen(context, portal)
            for failure in backfill_with_bars(context, each, types or tuple(OBJECT_TYPES), console)
        ]
    if failures:
        raise click.ClickException("; ".join(failures) + ". What was fetched is kept; run it again to go on.")


@spoke.command()
@click.option("--portal", type=int, help="Only this portal.")
def reconcile(portal: int | None) -> None:
    """Fetch what changed since the last success, now. The clock does this every hour."""
    from workers.reconcile import reconcile as reconcile_portal

    with opened() as context:
        for each in chosen(context, portal):
            for object_type, found in reconcile_portal(context, each).items():
                words = f"{found} records to fetch again" if isinstance(found, int) else found
                click.echo(f"{each.portal_id} {object_type}: {words}")


@spoke.command()
@click.option("--portal", type=int, help="Only this portal.")
@click.option("--type", "types", type=TYPES, multiple=True, help="Only these object types; may be repeated.")
@click.option("--sample", type=int, help="Only about this many records of each type, from random places.")
@click.option("--heal", is_flag=True, help="Fetch again whatever differs (workers must be running).")
def verify(portal: int | None, types: tuple[str, ...], sample: int | None, heal: bool) -> None:
    """Compare every record with HubSpot and print the differences; exits 1 when there are any.

    Changes of the last seconds that are still on their way show up as differences: verify again when all is quiet.
    """
    from workers.verify import verify as verify_portal

    with opened() as context:
        reports = [
            report
            for each in chosen(context, portal)
            for report in verify_portal(context, each, types, sample=sample, heal=heal)
        ]
    for report in reports:
        click.echo(f"{report.object_type}: {report.compared} compared, {report.unequal} differ")
        for kind, ids in report.differences.items():
            more = f" and {len(ids) - 20} more" if len(ids) > 20 else ""
            click.echo(f"  {kind}: {', '.join(ids[:20])}{more}")
    unequal = any(report.unequal for report in reports)
    if unequal:
        click.echo("Marked to be fetched again." if heal else "`spoke verify --heal` fetches them again.")
    sys.exit(1 if unequal else 0)


@spoke.command()
def status() -> None:
    """What is here, what waits and how old it is, what failed and why."""
    from workers.status import read

    with opened() as context:
        for title, rows in read(context).items():
            table = Table(title=title, title_justify="left")
            for name in rows[0] if rows else ["nothing"]:
                table.add_column(str(name))
            for row in rows:
                table.add_row(*("" if value is None else str(value) for value in row.values()))
            console.print(table)


@spoke.command()
@click.option("--id", "letter_id", type=int, help="Only this dead letter.")
@click.option("--kind", type=click.Choice(["delivery", "record"]), help="Only letters of this kind.")
@click.option("--since", type=click.DateTime(), help="Only letters since this time (UTC).")
@click.option("--all", "everything", is_flag=True, help="All of them.")
def replay(letter_id: int | None, kind: str | None, since: object, everything: bool) -> None:
    """Bring dead letters back: records are fetched again, deliveries go through the stream again."""
    from workers.replay import replay as replay_letters

    if not (letter_id or kind or since or everything):
        raise click.UsageError("Say which: --id, --kind, --since or --all. `spoke status` lists them.")
    with opened() as context:
        click.echo(f"{replay_letters(context, letter_id, kind, since)} dead letters are on their way again.")


@spoke.command()
@click.option("--once", is_flag=True, help="Apply a burst of changes, check the copy, stop; exits 1 when unequal.")
@click.option("--contacts", default=2_000, show_default=True, help="Contacts of the simulated portal.")
@click.option("--deals", default=300, show_default=True)
@click.option("--companies", default=500, show_default=True)
@click.option("--calls", default=4_000, show_default=True)
@click.option("--edits-per-second", default=5.0, show_default=True, help="Live edits in the simulated portal.")
@click.option("--port", default=8000, show_default=True, help="Where the web process listens.")
def demo(once: bool, **options: float) -> None:
    """The whole of Spoke on this machine against a simulated portal: no HubSpot account, no database, no Redis."""
    from demo import run

    sys.exit(run(console, once, options))


@spoke.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulate(arguments: tuple[str, ...]) -> None:
    """Run the simulated HubSpot alone; `spoke simulate --help` lists its options."""
    import os

    os.execv(sys.executable, [sys.executable, "-m", "simulator", *arguments])


if __name__ == "__main__":
    spoke()
