"""generate: make a large portal's records as Parquet files, to try what a size costs."""

from __future__ import annotations

from pathlib import Path

import click

from commands.opening import console
from commands.row_bars import row_bars
from commands.scale_packages import must_have

FOLDER = click.Path(file_okay=False, path_type=Path)
ROWS = click.option(
    "--rows", default=4_850_000, show_default=True, help="Rows of the seven entities together."
)
SCALE = click.option("--scale", default=1.0, show_default=True, help="That part of the rows.")
SEED = click.option(
    "--seed", default=42, show_default=True, help="The same seed gives the same bytes."
)


@click.command()
@ROWS
@SCALE
@SEED
@click.option("--out", "folder", type=FOLDER, required=True, help="The folder of the files.")
def generate(rows: int, scale: float, seed: int, folder: Path) -> None:
    """Make companies, contacts, deals, tickets, marketing events, e-mail events and web sessions of
    three years as Parquet files, with manifest.json beside them."""
    generate_into(folder, rows, scale, seed)


def generate_into(folder: Path, rows: int, scale: float, seed: int) -> None:
    """Write the files, with bars; say what was written."""
    must_have("numpy", "pyarrow")
    from lab.scale.entities import FEWEST
    from lab.scale.files import Order, write

    wanted = round(rows * scale)
    if wanted < FEWEST or seed < 0:
        raise click.ClickException(f"At least {FEWEST} rows, and a seed from 0 on.")
    with row_bars(console) as bars:
        manifest = write(Order(wanted, seed), folder, bars.tell)
    size = sum(each["bytes"] for each in manifest["entities"].values())
    click.echo(f"{manifest['rows']:,} rows, {size / 1e6:,.1f} MB in {folder}, seed {seed}.")
