"""users: say which people may sign in to the dashboard; add, list and disable them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from commands.access_options import PORTALS, SCOPES_GIVEN
from commands.opening import opened
from commands.table import table
from operations import dashboard_users
from operations.dashboard_users import UserError
from operations.servers import Servers


@click.group()
def users() -> None:
    """Say which people may sign in to the dashboard, and what they may do there."""


@users.command()
@click.argument("email")
@PORTALS
@SCOPES_GIVEN
@click.option("--no-password", is_flag=True, help="They sign in with Supabase Auth.")
def add(email: str, portals: tuple[int, ...], scopes: tuple[str, ...], no_password: bool) -> None:
    """Let a person sign in, or change what they may do. Asks for the password."""
    password = None
    if not no_password:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with _changing() as servers:
        dashboard_users.put(servers, email, scopes, portals, password)
    click.echo(f"{email} may sign in and sees {', '.join(map(str, portals))}.")


@users.command("list")
def show() -> None:
    """Show the people who may sign in."""
    with _changing() as servers:
        rows = dashboard_users.everybody(servers)
    if not rows:
        click.echo("Users: none. `spoke users add EMAIL --portal N` adds one.")
        return
    cells = [
        (
            row["email"],
            ", ".join(map(str, row["portals"])),
            ", ".join(row["scopes"]),
            _way_in(row),
        )
        for row in rows
    ]
    click.echo("\n".join(table(["e-mail", "portals", "scopes", "signs in with"], cells)))


def _way_in(row: Mapping[str, object]) -> str:
    if row["disabled_at"]:
        return "disabled"
    if row["has_password"]:
        return "password"
    return "Supabase"


@users.command()
@click.argument("email")
def disable(email: str) -> None:
    """Let a person sign in no more, and end their sessions at once."""
    with _changing() as servers:
        dashboard_users.disable(servers, email)
    click.echo(f"{email} may sign in no more; `spoke users add` lets them in again.")


@contextmanager
def _changing() -> Iterator[Servers]:
    with opened(("DATABASE_URL", "ENCRYPTION_KEY")) as context:
        try:
            yield context
        except UserError as error:
            raise click.ClickException(str(error)) from error
