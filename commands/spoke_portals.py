"""portals: which HubSpot accounts are mirrored; add, list, limit, pause, resume, remove."""

from __future__ import annotations

import re
import sys

import click
from rich.progress import Progress

from commands.opening import console, opened, stoppable
from commands.table import age, table
from db import portals as registered
from hubspot import phones
from settings import WORKER_NEEDS
from workers.context import Context


@click.group()
def portals() -> None:
    """Manage the HubSpot accounts that are mirrored. One app secret serves them all; each has a
    token of its own."""


def _country(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value and not phones.is_country(value.upper()):
        raise click.BadParameter(
            f"{value} is no country; two letters of one are needed, as in US or IL"
        )
    return value.upper() if value else None


@portals.command()
@click.option(
    "--country",
    callback=_country,
    help="ISO code of the country whose phone numbers come without prefix.",
)
@click.option(
    "--rate-limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=(
        "Requests per 10 seconds that HubSpot allows this portal's app; without it, "
        "HUBSPOT_RATE_LIMIT."
    ),
)
def add(country: str | None, rate_limit: int | None) -> None:
    """Mirror one more portal, or give a known one a new token.

    The token is asked for, or read from standard input; it is tried out before it is stored,
    encrypted, and never shown again.
    """
    from workers import tokens
    from workers.definitions import refresh, register

    with opened((*WORKER_NEEDS, "ENCRYPTION_KEY")) as context:
        token = _token()
        client = context.client_with(token, "new")
        owner = int(client.account()["portalId"])
        encrypted = tokens.encrypt(token, context.settings.encryption_key, owner)
        portal_id = register(context, client, encrypted, country, rate_limit)
        portal = _known(context, portal_id)
        click.echo(
            f"Portal {portal_id} ({portal.time_zone}) is registered; its token is stored encrypted."
        )
        if portal.paused:
            click.echo(
                f"It stays paused: {portal.paused_reason}. `spoke portals resume {portal_id}` lets "
                "it go on."
            )
        else:
            refresh(context, portal)
        click.echo(f"Next: spoke backfill --portal {portal_id}")


def _token() -> str:
    """Read a token, never from an argument: arguments stand in the shell's history and in the list
    of processes."""
    if sys.stdin.isatty():
        token = str(click.prompt("Access token", hide_input=True)).strip()
    else:
        token = sys.stdin.readline().strip()
    # what HTTP cannot carry would end in a traceback that shows it
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise click.ClickException(
            "That is no access token: a single word without spaces or accents is needed."
        )
    return token


@portals.command("set")
@click.argument("portal_id", type=int)
@click.option("--country", callback=_country, required=True, help="ISO code, as in `add`.")
def set_(portal_id: int, country: str) -> None:
    """Set the country of phone numbers without prefix, and read all of them again. If interrupted,
    the workers go on."""
    from operations.country import reread, set_country

    with opened(("DATABASE_URL",)) as context:
        _known(context, portal_id)
        set_country(context, portal_id, country)
        kept = "Numbers that were read are right; the workers read the others."
        with stoppable(context, kept), Progress(console=console, transient=True) as progress:
            bar = progress.add_task("Phone numbers", total=None)
            reread(context, portal_id, on_progress=lambda rows: progress.advance(bar, rows))
    click.echo(f"Portal {portal_id}: numbers without prefix are of {country}.")


@portals.command("list")
def show() -> None:
    """List every portal: whether it is paused and why, its rows, its waiting work, its requests per
    10 s."""
    with opened() as context, context.database.transaction() as conn:
        rows, default = registered.overview(conn), context.settings.hubspot_rate_limit
    if not rows:
        click.echo(
            "Portals: none. Set HUBSPOT_ACCESS_TOKEN and run `spoke migrate`, or `spoke portals "
            "add`."
        )
        return
    names = ["portal", "token", "limit", "rows", "pending", "oldest", "state", "reason"]
    cells = [
        (
            str(row["portal_id"]),
            "its own" if row["own_token"] else "environment",
            row["rate_limit"] or default,
            row["rows"],
            row["pending"],
            age(row["oldest_pending_seconds"]),
            row["state"],
            row["paused_reason"],
        )
        for row in rows
    ]
    click.echo("\n".join(table(names, cells, right=["limit", "rows", "pending", "oldest"])))


def _per_window(context: click.Context, parameter: click.Parameter, value: str) -> int | None:
    if value == "default":
        return None
    if not (value.isascii() and value.isdigit() and int(value[:10]) > 0 and len(value) < 10):
        raise click.BadParameter("a whole number above 0 is needed, or the word default")
    return int(value)


@portals.command()
@click.argument("portal_id", type=int)
@click.argument("requests", callback=_per_window, metavar="N|default")
def limit(portal_id: int, requests: int | None) -> None:
    """Set how many requests per 10 seconds HubSpot allows this portal's app.

    100 on Free and Starter, 190 on Professional and Enterprise, 250 with the add-on. `default` is
    HUBSPOT_RATE_LIMIT. Running workers obey from their next job on.
    """
    with opened() as context:
        _known(context, portal_id)
        with context.database.transaction() as conn:
            registered.limit(conn, portal_id, requests)
        now = requests or context.settings.hubspot_rate_limit
    click.echo(
        f"Portal {portal_id}: {now:,} requests per 10 "
        f"seconds{'' if requests else ', as HUBSPOT_RATE_LIMIT says'}."
    )


@portals.command()
@click.argument("portal_id", type=int)
@click.option("--reason", required=True, help="Why; shown in status and doctor.")
def pause(portal_id: int, reason: str) -> None:
    """Ask nothing of HubSpot for this portal until an operator resumes it. Its events are kept and
    wait."""
    with opened() as context:
        _known(context, portal_id)
        with context.database.transaction() as conn:
            registered.pause(conn, portal_id, reason, held=True)
    click.echo(
        f"Portal {portal_id} is paused: {reason}. Its events wait until `spoke portals resume "
        f"{portal_id}`."
    )


@portals.command()
@click.argument("portal_id", type=int)
def resume(portal_id: int) -> None:
    """Let a paused portal go on, for any reason that it was paused for."""
    with opened() as context:
        _known(context, portal_id)
        with context.database.transaction() as conn:
            registered.resume(conn, portal_id, held=True)
    click.echo(f"Portal {portal_id} goes on; what waits is fetched within seconds.")


@portals.command()
@click.argument("portal_id", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(portal_id: int, yes: bool) -> None:
    """Stop mirroring a portal and delete all of its rows here. HubSpot itself is not touched.

    If interrupted, it leaves the portal paused; run it again to go on.
    """
    from operations.removal import remove as remove_portal

    with opened() as context:
        portal = context.portal(portal_id) if yes else _known(context, portal_id)
        if not yes:
            click.confirm(f"Delete every row of portal {portal_id} from this database?", abort=True)
        with stoppable(
            context, f"Portal {portal_id} is paused and partly here; run it again to go on."
        ):
            removed = remove_portal(context, portal_id)
    if not removed:
        raise click.ClickException(f"Nothing is here of portal {portal_id}.")
    for name, count in removed.items():
        click.echo(f"  {name}: {count:,}")
    click.echo(f"Portal {portal_id} is removed.")
    if portal and portal.token_encrypted is None:
        click.echo(
            "Take HUBSPOT_ACCESS_TOKEN out of the environment, or the next start registers the "
            "portal again."
        )


def _known(context: Context, portal_id: int) -> registered.Portal:
    portal = context.portal(portal_id)
    if portal is None:
        raise click.ClickException(
            f"Portal {portal_id} is not registered. `spoke portals list` lists the registered ones."
        )
    return portal


@portals.command()
def rekey() -> None:
    """Encrypt every stored token with the first key of ENCRYPTION_KEY, and say which keys are still
    needed. Put a new key before the old ones, run this, then take out the keys that are not
    needed."""
    from workers import rekeying

    with opened((*WORKER_NEEDS, "ENCRYPTION_KEY")) as context:
        done = rekeying.rekey(context)
    click.echo(f"{done.tokens} tokens are encrypted with the first key.")
    for words in done.told:
        click.echo(words)
    if done.missing:
        raise click.ClickException("; ".join(done.missing))
