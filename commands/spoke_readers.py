"""readers: which people may read the copy in SQL, and of which portals; add, list, remove."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from commands.opening import opened
from commands.table import table
from db import readers as reading
from db.connect import Connection
from db.readers import Reader, ReaderError
from settings import is_role


@click.group()
def readers() -> None:
    """Say who may read the copy in SQL. Each person logs in with a role, and sees some portals."""


def _role(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if not is_role(value):
        raise click.BadParameter("a role's name of 1 to 63 bytes is needed, not public or pg_…")
    return value


ROLE = click.argument("role", metavar="NAME", callback=_role)
PORTALS = click.option("--portal", "portals", type=int, multiple=True, required=True)


@readers.command()
@ROLE
@PORTALS
def add(role: str, portals: tuple[int, ...]) -> None:
    """Let a person read a portal; --portal may be repeated. Makes the role where there is none.

    A new role has no password, and none is taken here: it would stand in the shell's history. Set
    it in psql: \\password NAME
    """
    with _changing() as conn:
        is_new = reading.add(conn, role, portals)
        seen = next(each for each in reading.everybody(conn) if each.role == role)
    click.echo(f"{role} reads {_told(seen)}.")
    if is_new:
        click.echo(f'The role is new and has no password. Set one in psql: \\password "{role}"')


@readers.command("list")
def show() -> None:
    """Name everybody who reads: people with their portals, and the role of programs."""
    with _changing() as conn:
        found = reading.everybody(conn)
    if not found:
        click.echo("Readers: none.")
        return
    cells = [(each.role, _told(each), _state(each)) for each in found]
    click.echo("\n".join(table(["reader", "reads", "state"], cells)))


@readers.command()
@ROLE
def remove(role: str) -> None:
    """Take all reading rights from a person. The role itself stays: `drop role` is not ours to
    say."""
    with _changing() as conn:
        removed = reading.remove(conn, role)
    if not removed:
        raise click.ClickException(f"{role} is no reader. `spoke readers list` names all.")
    click.echo(f"{role} reads nothing any more. The role itself is still there.")


def _told(reader: Reader) -> str:
    if reader.portals is None:
        return "what a program asks for"
    word = "portal" if len(reader.portals) == 1 else "portals"
    return f"{word} {', '.join(map(str, reader.portals))}"


def _state(reader: Reader) -> str:
    if reader.here:
        return ""
    return "there is no such role"


@contextmanager
def _changing() -> Iterator[Connection]:
    with opened(("DATABASE_URL",)) as context:
        try:
            with context.database.transaction() as conn:
                yield conn
        except ReaderError as error:
            raise click.ClickException(str(error)) from error
