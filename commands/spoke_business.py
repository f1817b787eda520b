"""load-business: put the company's own users, teams, memberships and transactions into their
tables."""

from __future__ import annotations

from pathlib import Path

import click

from commands.opening import opened


@click.command("load-business")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def load_business(folder: Path) -> None:
    """Load users.csv, teams.csv, team_membership.csv and transactions.csv from FOLDER: those of
    them that are there.

    The first line names columns of the tables business.users and so on. All keys are checked
    first: with one mistake nothing is loaded, and each is named by file and line. A row that is
    there already is replaced, so it may be run again; rows that no file names stay.
    """
    from operations.business_files import WrongFiles, load

    with opened(("DATABASE_URL",)) as context:
        try:
            loaded = load(context, folder)
        except WrongFiles as error:
            raise click.ClickException(f"Nothing was loaded.\n{error}") from error
    for table, (rows, differing) in loaded.items():
        click.echo(f"business.{table}: {rows:,} rows, of which {differing:,} are new or differ.")
