"""tokens: let programs use the API; add, list, revoke and rotate their tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from commands.access_options import PORTALS, SCOPES_GIVEN
from commands.opening import opened
from commands.table import table
from operations import access_tokens
from operations.access_tokens import DEFAULT_DAYS, MOST_DAYS, TokenError
from operations.servers import Servers

NEEDED = ("DATABASE_URL", "ENCRYPTION_KEY")
DAYS = click.option(
    "--days",
    default=DEFAULT_DAYS,
    show_default=True,
    help=f"For how long it is valid; at most {MOST_DAYS}.",
)


@click.group()
def tokens() -> None:
    """Let programs use the API. A token is shown once; Spoke keeps only a hash of it."""


@tokens.command()
@click.argument("name")
@PORTALS
@SCOPES_GIVEN
@DAYS
def add(name: str, portals: tuple[int, ...], scopes: tuple[str, ...], days: int) -> None:
    """Make a token for a program called NAME, and print it."""
    with _changing() as servers:
        token = access_tokens.make(servers, name, scopes, portals, days)
    click.echo(token)
    click.echo("Keep it now: it is not shown again.", err=True)


@tokens.command("list")
def show() -> None:
    """Show the tokens: whose they are, what they may do, until when."""
    with _changing() as servers, servers.database.transaction() as conn:
        rows = access_tokens.everybody(conn)
    if not rows:
        click.echo("Tokens: none. `spoke tokens add NAME --portal N` makes one.")
        return
    cells = [
        (
            row["token_id"],
            row["name"],
            ", ".join(map(str, row["portals"])),
            ", ".join(row["scopes"]),
            "revoked" if row["revoked_at"] else f"until {row['expires_at']:%Y-%m-%d}",
            f"{row['last_used_at']:%Y-%m-%d %H:%M}" if row["last_used_at"] else "never",
        )
        for row in rows
    ]
    heads = ["id", "name", "portals", "scopes", "valid", "last used"]
    click.echo("\n".join(table(heads, cells)))


@tokens.command()
@click.argument("token_id")
def revoke(token_id: str) -> None:
    """End a token at once."""
    with _changing() as servers:
        access_tokens.revoke(servers, token_id)
    click.echo(f"Token {token_id} opens nothing any more.")


@tokens.command()
@click.argument("token_id")
@DAYS
def rotate(token_id: str, days: int) -> None:
    """Make a new token in the place of one, which ends."""
    with _changing() as servers:
        token = access_tokens.rotate(servers, token_id, days)
    click.echo(token)
    click.echo(f"Keep it now: it is not shown again. {token_id} opens nothing any more.", err=True)


@contextmanager
def _changing() -> Iterator[Servers]:
    with opened(NEEDED) as context:
        try:
            yield context
        except TokenError as error:
            raise click.ClickException(str(error)) from error
