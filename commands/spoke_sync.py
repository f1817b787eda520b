"""migrate, backfill, reconcile, verify: make the copy, heal it, prove it."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

import click

from commands import chosen_records as selected
from commands.opening import (
    PORTAL,
    TYPES,
    askable,
    chosen,
    console,
    must_be_types,
    named,
    opened,
    stoppable,
)
from db import readers
from db.migrate import migrate as migrate_schema
from db.portals import Portal
from hubspot.errors import HubSpotError, Unauthorized
from workers.context import Context

if TYPE_CHECKING:
    from workers.differences import Report

# The words for a command that is stopped.
FETCHED = "What was fetched is kept. Running workers go on from there; without them, run it again."
MARKED = "What was marked is kept; run it again, or leave it to the next hour's."
READ = "What was read is kept; run it again, or leave the rest to the clock."
COMPARED = "Types that were compared whole count; run it again for the others."


@click.command()
def migrate() -> None:
    """Bring tables and views up to date, and register the portal of HUBSPOT_ACCESS_TOKEN.

    Safe to run at every deploy, and from several places at once.
    """
    from operations.relink import look_at_doubts, look_at_teams
    from workers.definitions import refresh, register_configured

    with opened(("DATABASE_URL",)) as context:
        done = migrate_schema(context.database)
        click.echo(f"Applied: {', '.join(done.applied) or 'nothing, the tables are up to date'}.")
        click.echo(
            f"Rebuilt {len(done.views)} views and functions in schema "
            f"{context.settings.database_schema}."
        )
        if done.problem:
            click.echo(f"The models of docs/dbt.md are left out. {done.problem}.")
        _say_what_readers_need(context)
        look_at_teams(context)
        look_at_doubts(context)
        if not context.settings.hubspot_access_token:
            return
        if not context.settings.redis_url:
            click.echo("No portal is registered yet: that needs REDIS_URL. The workers do it, too.")
            return
        try:
            portal_id = register_configured(context)
            portal = chosen(context, portal_id)[0]
            if not portal.paused:
                refresh(context, portal)
            waits = ""
            if portal.paused:
                waits = f", and paused: {portal.paused_reason}"
            click.echo(f"Portal {portal_id} is registered{waits}.")
        except Unauthorized as error:  # it stays so until it is mended
            raise click.ClickException(f"The portal is not registered: {error}") from error
        except (
            HubSpotError
        ) as error:  # a deploy must not fail because HubSpot is down; the workers try again
            click.echo(f"The portal is not registered yet: {error}", err=True)


def _say_what_readers_need(context: Context) -> None:
    """Say what an admin must do for readers. Nothing else waits for it, so it is no failure."""
    with context.database.transaction() as conn:
        left = readers.todo(conn, context.database.reader_role)
    if left:
        click.echo("Programs cannot read yet. Let an admin see to this, then migrate again:")
        click.echo("\n".join(f"  {each}" for each in left))


@click.command()
@PORTAL
@TYPES
@click.option(
    "--id",
    "hubspot_ids",
    multiple=True,
    callback=selected.ids,
    help="Only this record; may be repeated.",
)
@click.option(
    "--from",
    "first",
    callback=selected.day,
    metavar="DAY",
    help="Only what was modified since 2026-01-31, say.",
)
@click.option(
    "--to",
    "last",
    callback=selected.day,
    metavar="DAY",
    help="Only what was modified up to this day, included.",
)
@click.option(
    "--created", is_flag=True, help="--from and --to mean when a record was created, not modified."
)
def backfill(
    portal: int | None,
    types: tuple[str, ...],
    hubspot_ids: tuple[str, ...],
    first: date | None,
    last: date | None,
    created: bool,
) -> None:
    """Fetch every record, with a progress bar per type. Interrupted, it goes on from its checkpoint
    next time.

    \b
    spoke backfill --type contacts --id 123        one record, at once; says what was found
    spoke backfill --from 2026-01-01 --to 2026-01-31   what these days changed, in the portal's time

    Days are found by search, which knows no archived records and lags some seconds behind.
    """
    selected.must_fit(types, hubspot_ids=hubspot_ids, first=first, last=last, created=created)
    with opened() as context, stoppable(context, FETCHED):
        if hubspot_ids:
            complete = selected.fetch_ids(context, portal, types[0], hubspot_ids)
        elif first:
            complete = selected.fetch_days(context, portal, types, first, last, created)
        else:
            _backfill(context, portal, types)
            return
    if not complete:
        raise click.ClickException("What is not here yet waits for the workers, which try again.")


def _backfill(context: Context, portal: int | None, types: tuple[str, ...]) -> None:
    from commands.progress import backfill_with_bars
    from workers.backfill import PAUSED
    from workers.definitions import refresh
    from workers.optional_looks import NOW

    portals = askable(context, portal)
    for each in portals:
        refresh(context, each, types, look_every=NOW)
    must_be_types(context, portals, types)
    failures = []
    for each in portals:
        wanted = named(context, each, types) if types else _in_use(context, each)
        failures += backfill_with_bars(context, each, wanted, console)
    if failures:
        all_paused = all(failure.endswith(PAUSED) for failure in failures)
        again = "" if all_paused else "; run it again to go on"
        raise click.ClickException(f"{'; '.join(failures)}. What was fetched is kept{again}.")


def _in_use(context: Context, portal: Portal) -> list[str]:
    return [kind.name for kind in context.types(portal).in_use]


@click.command()
@PORTAL
def reconcile(portal: int | None) -> None:
    """Fetch records that changed since the last success, now; exits 1 when a type fails. The clock
    does this every hour."""
    from workers.reconcile import DONE, NO_ACCESS, NOT_YET
    from workers.reconcile import reconcile as reconcile_portal

    failed = False
    with opened() as context, stoppable(context, MARKED):
        for each in askable(context, portal):
            for object_type, found in reconcile_portal(context, each).items():
                words = found
                if isinstance(found, int):
                    words = f"{found} records to fetch again"
                click.echo(f"{each.portal_id} {object_type}: {words}")
                failed |= isinstance(found, str) and found not in (DONE, NOT_YET, NO_ACCESS)
    sys.exit(1 if failed else 0)


@click.command()
@PORTAL
def history(portal: int | None) -> None:
    """Read HubSpot's history of deal stages, amounts, owners … where ours has holes, now. The clock
    does this hourly.

    If interrupted, it goes on where it stopped.
    """
    from commands.progress import history_with_bars

    with opened() as context, stoppable(context, READ):
        for each in askable(context, portal):
            context.client(each)  # raises before anything is claimed
            done, left = history_with_bars(context, each, console)
            click.echo(
                f"{each.portal_id}: {done:,} histories read"
                + (f", {left:,} wait still" if left else "")
            )
            context.stop.check()


@click.command()
@PORTAL
@TYPES
@click.option(
    "--sample", type=int, help="Only about this many records of each type, from random places."
)
@click.option(
    "--heal", is_flag=True, help="Fetch again whatever differs (workers must be running)."
)
@click.option(
    "--polled",
    is_flag=True,
    help="Compare lists, forms, e-mails and all else that is polled, instead of records.",
)
def verify(
    portal: int | None, types: tuple[str, ...], sample: int | None, heal: bool, polled: bool
) -> None:
    """Compare every record with HubSpot and print the differences; exits 1 when there are any or a
    type cannot be read.

    Records that changed meanwhile, or a moment before, are looked at again until they are here, for
    a minute at most.
    """
    from workers.polled_verify import verify as verify_polled
    from workers.verify import verify as verify_portal

    if polled and (types or sample):
        raise click.ClickException("--polled compares every family whole: leave --type, --sample.")
    with opened() as context, stoppable(context, COMPARED):
        portals = askable(context, portal)
        must_be_types(context, portals, types)
        reports = []
        for each in portals:
            wanted = named(context, each, types)
            if polled:
                reports += verify_polled(context, each, heal=heal)
            elif wanted or not types:
                reports += verify_portal(context, each, wanted, sample=sample, heal=heal)
    for report in reports:
        _say_differences(report)
    unequal = any(report.unequal for report in reports)
    if unequal:
        click.echo(
            "Marked to be fetched again." if heal else "`spoke verify --heal` fetches them again."
        )
    sys.exit(1 if unequal or any(report.failure for report in reports) else 0)


def _say_differences(report: Report) -> None:
    """Say how one type of one portal differs, a line for each kind of difference."""
    of = f"{report.portal_id} {report.object_type}"
    click.echo(f"{of}: {report.compared} compared, {report.unequal} differ")
    if report.failure:
        click.echo(f"  not compared: {report.failure}")
    for kind, ids in report.differences.items():
        more = f" and {len(ids) - 20} more" if len(ids) > 20 else ""
        click.echo(f"  {kind}: {', '.join(ids[:20])}{more}")
