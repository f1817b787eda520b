"""aggregate: ask the 22 aggregations and the key figures of Postgres, of DuckDB or of Spark."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from commands.opening import chosen, console, opened
from commands.scale_packages import must_have

SPARK_REMEDY = "pip install -r requirements-spark.txt"


@click.command()
@click.option(
    "--engine",
    type=click.Choice(["postgres", "duckdb", "spark"]),
    default="postgres",
    show_default=True,
)
@click.option("--master", default="local[*]", show_default=True, help="Spark's cluster.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the files, for DuckDB and Spark.",
)
@click.option("--portal", type=int, help="Of this portal, for Postgres.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows, a line for each.")
def aggregate(
    engine: str, master: str, data: Path | None, portal: int | None, as_json: bool
) -> None:
    """Ask every aggregation once; print its rows, or how many there are and how long it took."""
    if engine != "postgres" and data is None:
        raise click.ClickException(f"{engine} reads files: name their folder with --data.")
    tell_aggregations(engine, data, portal, master, as_json)


def tell_aggregations(
    engine: str, data: Path | None, portal: int | None, master: str | None, as_json: bool = False
) -> None:
    """Ask an engine, and print a table or lines of JSON."""
    must_have("sqlglot")
    from operations import engines

    if engine == "postgres":
        with opened(("DATABASE_URL",)) as context:
            portals = chosen(context, portal)
            if len(portals) > 1:
                raise click.ClickException("Several portals are registered: name one by --portal.")
            _tell(engines.postgres(context.database, portals[0].portal_id), as_json)
        return
    assert data is not None
    if engine == "duckdb":
        must_have("duckdb")
        _tell(engines.duckdb(data), as_json)
    else:
        must_have("pyspark", remedy=SPARK_REMEDY)
        if not shutil.which("java"):
            raise click.ClickException(
                "Spark needs Java on the PATH: openjdk-17-jre-headless, or 21."
            )
        _tell(engines.spark(data, master or "local[*]"), as_json)


def _tell(engine: AbstractContextManager[Any], as_json: bool) -> None:
    from operations.engines import aggregations

    table = Table("aggregation", "rows", "ms")
    with engine as ask:
        for name in aggregations():
            began = time.perf_counter()
            rows = ask(name)
            spent = (time.perf_counter() - began) * 1000
            table.add_row(name, f"{len(rows):,}", f"{spent:,.1f}")
            if as_json:
                click.echo(json.dumps({"aggregation": name, "rows": rows}, default=str))
    if not as_json:
        console.print(table)
