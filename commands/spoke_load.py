"""load and pipeline: put generated or prepared files into a portal's tables, and all steps at
once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from commands.opening import console, opened
from commands.row_bars import row_bars
from commands.scale_packages import must_have
from commands.spoke_aggregate import tell_aggregations
from commands.spoke_generate import ROWS, SCALE, SEED, generate_into

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
PORTAL = click.option(
    "--portal",
    type=int,
    help="Into this portal; made if it is not registered. Default: the only one, or portal 1.",
)
RESUME = click.option(
    "--resume", is_flag=True, help="Go on with a load that was broken off: skip whole tables."
)


@click.command()
@click.argument("folder", type=FOLDER)
@PORTAL
@RESUME
def load(folder: Path, portal: int | None, resume: bool) -> None:
    """Load the Parquet files of FOLDER, as `spoke generate` names them, into a portal that has no
    such records yet.

    Each table is one transaction. Where a table is empty, its indexes are built behind the last
    row, and until then nobody else reads it.
    """
    load_from(folder, portal, resume)


def load_from(folder: Path, portal: int | None, resume: bool) -> None:
    """Load with bars; say what was loaded."""
    must_have("pyarrow")
    from operations.loading import CannotLoad, load

    with opened(("DATABASE_URL",)) as context, row_bars(console) as bars:
        try:
            loaded = load(context, folder, portal, resume, bars.tell)
        except CannotLoad as error:
            raise click.ClickException(str(error)) from error
    click.echo(
        f"{sum(loaded.values()):,} rows into {len(loaded)} tables. The sums of their aggregations"
        " are built."
    )


@click.command()
@click.option("--generate", "generates", is_flag=True, help="Make the files.")
@click.option("--load", "loads", is_flag=True, help="Load them.")
@click.option("--aggregate", "aggregates", is_flag=True, help="Ask every aggregation once.")
@click.option("--dashboard", "shows", is_flag=True, help="Serve the dashboard until Ctrl-C.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data"),
    show_default=True,
    help="The folder of the files.",
)
@ROWS
@SCALE
@SEED
@PORTAL
@RESUME
@click.option("--port", default=5000, show_default=True, envvar="PORT")
def pipeline(
    generates: bool,
    loads: bool,
    aggregates: bool,
    shows: bool,
    data: Path,
    rows: int,
    scale: float,
    seed: int,
    portal: int | None,
    resume: bool,
    port: int,
) -> None:
    """Generate, load, aggregate and show, or the steps that are named alone."""
    every = not (generates or loads or aggregates or shows)
    if generates or every:
        generate_into(data, rows, scale, seed)
    if loads or every:
        load_from(data, portal, resume)
    if aggregates or every:
        tell_aggregations("postgres", data, portal, None)
    if shows or every:
        _serve(port)


def _serve(port: int) -> None:
    """Become the web process, as the Procfile starts it."""
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    click.echo(f"Dashboard: http://127.0.0.1:{port}/  Ctrl-C ends it.")
    os.execv(sys.executable, command)
