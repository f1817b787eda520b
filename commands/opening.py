"""Begin and end every command: settings, a context, its portals, and a plain sentence for a
failure."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
import psycopg
import redis
from rich.console import Console

from commands.table import harmless
from db.blame import Blame, blame, remedy
from db.migrate import MigrationError
from db.portals import Portal
from hubspot.errors import HubSpotError
from operations import mistakes
from operations.stopping import Stopped
from settings import WORKER_NEEDS, Settings, SettingsError
from workers.context import Context
from workers.doctor.finding import without_secrets

INTERRUPTED = 130  # as shells say of a command that Ctrl-C ended
console = Console()
PORTAL = click.option("--portal", type=int, help="Only this portal.")
TYPES = click.option(
    "--type",
    "types",
    metavar="TYPE",
    multiple=True,
    help=(
        "Only these object types, custom ones included; by name or HubSpot's type id; may be "
        "repeated."
    ),
)


@contextmanager
def opened(needed: Sequence[str] = WORKER_NEEDS, connections: int = 8) -> Iterator[Context]:
    """Open a context for one command. Errors that the user can mend are said in one line, without a
    traceback."""
    try:
        settings = Settings.from_env(tuple(needed))
        settings.start_log()
        context = Context.open(settings, connections)
        try:
            yield context
        finally:
            context.close()
    except (SettingsError, MigrationError, HubSpotError) as error:
        raise click.ClickException(harmless(str(error))) from error
    except psycopg.OperationalError as error:
        said = without_secrets(mistakes.cure(error, settings), settings).strip()
        raise click.ClickException(f"Postgres is out of reach: {said}.") from error
    except psycopg.Error as error:
        if blame(error) is not Blame.OPERATOR:
            raise
        what, todo = remedy(error)
        raise click.ClickException(f"{what[0].upper()}{what[1:]}. {todo}") from error
    except redis.RedisError as error:
        said = without_secrets(mistakes.cure(error, settings), settings)
        raise click.ClickException(f"Redis is out of reach: {said}.") from error


@contextmanager
def stoppable(context: Context, kept: str) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the command at its next page, without a traceback. `kept` says
    which results stay and what to do."""
    try:
        with context.stop.on_signals():
            yield
    except Stopped:
        click.echo(f"Stopped. {kept}", err=True)
        sys.exit(INTERRUPTED)


def chosen(context: Context, portal_id: int | None) -> list[Portal]:
    """Answer the portals that a command is about; say so when there are none."""
    portals = [portal for portal in context.portals() if portal_id in (None, portal.portal_id)]
    if portal_id and not portals:
        raise click.ClickException(
            f"Portal {portal_id} is not registered. `spoke portals list` lists the registered ones."
        )
    if not portals:
        raise click.ClickException(
            "No portal is registered. Set HUBSPOT_ACCESS_TOKEN and run `spoke migrate`, or "
            "`spoke portals add`."
        )
    return portals


def askable(context: Context, portal_id: int | None) -> list[Portal]:
    """Answer the portals that a command may ask HubSpot about; say which are paused, and why."""
    portals = chosen(context, portal_id)
    paused = [portal for portal in portals if portal.paused]
    told = [f"Portal {each.portal_id} is paused: {each.paused_reason}." for each in paused]
    if len(paused) == len(portals):
        raise click.ClickException(" ".join(told))
    for each in told:
        click.echo(each, err=True)
    return [portal for portal in portals if not portal.paused]


def named(context: Context, portal: Portal, words: Sequence[str]) -> tuple[str, ...]:
    """Answer the types that these words mean, as far as this portal has them."""
    types = context.types(portal)
    return tuple(kind.name for word in words if (kind := types.find(word)))


def must_be_types(context: Context, portals: Sequence[Portal], words: Sequence[str]) -> None:
    """Refuse words that are no type of these portals. Types are known per portal, so click cannot
    check them."""
    known = sorted(set().union(*(context.types(portal) for portal in portals)))
    for word in words:
        if not any(named(context, portal, [word]) for portal in portals):
            raise click.ClickException(
                f"There is no object type {word}. There are {', '.join(known)}."
            )
