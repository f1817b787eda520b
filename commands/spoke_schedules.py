"""schedules: what the clock rings for, and when; start and stop it."""

from __future__ import annotations

import click

from commands.opening import opened
from commands.table import table
from jobs import Job
from operations.schedules import Schedule, listed, move


@click.group()
def schedules() -> None:
    """Say what the clock rings for, and when. The clock obeys within a minute, and remembers."""


@schedules.command("list")
def list_() -> None:
    """List every schedule, whether it is on, and since when people wanted it so."""
    with opened(("DATABASE_URL",)) as context:
        rows = [_cells(each) for each in listed(context)]
    click.echo("\n".join(table(["schedule", "when", "state", "since"], rows)))


def _cells(schedule: Schedule) -> tuple[object, ...]:
    job = schedule.job
    state = "always on" if job.always else "on" if schedule.is_on else "stopped"
    return job.name, _when(job), state, schedule.changed_at


def _when(job: Job) -> str:
    if job.every:
        return f"every {job.every} s"
    return f"{job.cron} (UTC)"


@schedules.command()
@click.argument("name")
def start(name: str) -> None:
    """Let the clock ring for NAME, as `spoke schedules list` shows it."""
    _move(name, is_on=True)


@schedules.command()
@click.argument("name")
def stop(name: str) -> None:
    """Let the clock ring no more for NAME. A run that is under way ends as usual."""
    _move(name, is_on=False)


def _move(name: str, is_on: bool) -> None:
    with opened(("DATABASE_URL",)) as context:
        try:
            move(context, name, is_on)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{name} is {'on' if is_on else 'stopped'}; the clock obeys within a minute.")
