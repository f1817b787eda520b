"""Ask the same aggregations of PostgreSQL, of DuckDB and of Spark: one SQL, put into each engine's
words by sqlglot.

PostgreSQL reads the views of these names, which add sums up. The others ask the plain queries of
the entities' Parquet files: the columns that a file lacks are the entity views' own expressions,
with our SQL functions written out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from db.connect import Database
from db.queries import load
from operations.entity_rows import ENTITY_FILES, LOST, WON

_SQL = Path(__file__).parents[1] / "sql"
_FUNCTION = re.compile(r"(?s)function (\w+)\((.*?)\).*?\breturn (.*);")
# of the files alone: what a portal's pipelines say there, the stage's name says here
_OF_FILES = {
    "entity_contacts": {"month": "substr(cast(first_touch_date as varchar(10)), 1, 7)"},
    "entity_deals": {
        "is_won": f"lower(stage) = '{WON}'",
        "is_lost": f"lower(stage) = '{LOST}'",
    },
}
Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]  # by an aggregation's name
# the files are of one portal
_PORTALS = "select cast(1 as bigint) as portal_id"


class NotPortable(Exception):
    """Say which words of a query another engine does not have, or answers differently."""


@lru_cache
def aggregations() -> dict[str, str]:
    """Answer the aggregations and the row of key figures, by name, in PostgreSQL's words."""
    return {name: query.as_string() for name, query in load(_SQL / "aggregations").items()}


def translated(query: str, engine: str) -> str:
    """Put a query into an engine's words. Raises NotPortable for what engines answer
    differently."""
    tree = sqlglot.parse_one(query, read="postgres")
    for node in tree.walk():
        _must_be_portable(node)
    tree = tree.transform(_in_utc).transform(_written_out)
    if engine == "spark":
        tree = tree.transform(_in_spark)
    return str(tree.sql(dialect=engine))


def _in_spark(node: exp.Expr) -> exp.Expr:
    """Name the day of the week that begins with Monday as Spark does."""
    if isinstance(node, exp.Extract) and node.name.lower() == "isodow":
        return exp.Extract(this=exp.var("dow_iso"), expression=node.expression)
    return node


def _must_be_portable(node: exp.Expr) -> None:
    if isinstance(node, exp.PercentileCont | exp.PercentileDisc | exp.Median):
        raise NotPortable(f"{node.sql()}: Spark answers percentiles nearly")
    if isinstance(node, exp.Extract) and node.name.lower() == "epoch":
        raise NotPortable(f"{node.sql()}: Spark knows no epoch")
    if isinstance(node, exp.Literal) and not node.is_string and "." in node.name:
        raise NotPortable(f"{node.sql()}: a bare decimal; DuckDB and Spark keep fewer digits")
    if isinstance(node, exp.Cast) and node.to.is_type("decimal"):
        raise NotPortable(f"{node.sql()}: DuckDB keeps three decimals, Spark none")


def _in_utc(node: exp.Expr) -> exp.Expr:
    """Take `at time zone 'UTC'` away: both engines count in UTC, and DuckDB's wheel has no
    zones."""
    if isinstance(node, exp.AtTimeZone) and node.args["zone"].name == "UTC":
        inner: exp.Expr = node.this.transform(_in_utc)
        return inner
    return node


def _written_out(node: exp.Expr) -> exp.Expr:
    """Write a call of one of our SQL functions out: its body, with the values for its names."""
    if not isinstance(node, exp.Anonymous) or node.name.lower() not in _functions():
        return node
    names, body = _functions()[node.name.lower()]
    given = dict(zip(names, node.expressions, strict=True))

    def put(part: exp.Expr) -> exp.Expr:
        if isinstance(part, exp.Column) and part.name in given:
            return exp.paren(given[part.name].copy())
        return part

    return exp.paren(body.copy().transform(put).transform(_in_utc).transform(_written_out))


@lru_cache
def _functions() -> dict[str, tuple[list[str], exp.Expr]]:
    """Read the functions of sql/functions/entities: name → its arguments and its body."""
    found = {}
    for path in (_SQL / "functions" / "entities").glob("*.sql"):
        code = re.sub(r"--.*", "", path.read_text())
        if match := _FUNCTION.search(code):
            name, arguments, body = match.groups()
            names = [each.split()[0] for each in arguments.split(",")]
            found[name] = (names, sqlglot.parse_one(body, read="postgres"))
    return found


def file_view(entity: str, columns: Mapping[str, str], engine: str) -> str:
    """Answer the select that makes an entity's view of its file. `columns` maps each column of the
    file to how the engine reads it."""
    view = f"entity_{entity}"
    text = re.sub(r"--.*", "", (_SQL / "views" / "entities" / f"{view}.sql").read_text())
    query = sqlglot.parse_one(text.partition(" as\n")[2], read="postgres")
    assert isinstance(query, exp.Select)
    asked = {each.alias_or_name: each.unalias() for each in query.selects}
    named = {of.sql(): name for name, of in asked.items() if name in columns}
    own = _OF_FILES.get(view, {})
    parts = ["cast(1 as bigint) as portal_id"]
    parts += [f"{how} as {_quoted(name, engine)}" for name, how in columns.items()]
    for name, expression in asked.items():
        if name in own:
            parts.append(f"{own[name]} as {name}")
        elif name not in columns and name != "portal_id":
            seen = expression.transform(_renamed(named, columns))
            parts.append(f"{translated(seen.sql('postgres'), engine)} as {name}")
    return f"select {', '.join(parts)} from file_{entity}"


def _renamed(
    named: Mapping[str, str], columns: Mapping[str, str]
) -> Callable[[exp.Expr], exp.Expr]:
    """Answer a change of the view's columns to the file's."""

    def rename(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        name = named.get(node.sql(), node.name)
        if name not in columns:
            raise NotPortable(f"{node.sql()} is in no file")
        return sqlglot.parse_one(columns[name], read="postgres")

    return rename


def _quoted(name: str, engine: str) -> str:
    return exp.to_identifier(name, quoted=True).sql(engine)


@contextmanager
def postgres(database: Database, portal_id: int) -> Iterator[Ask]:
    """Ask the views of one portal, which read sums: what the plain queries say, by their
    columns."""
    with database.transaction() as conn:

        def ask(name: str) -> Rows:
            plain = sqlglot.parse_one(aggregations()[name], read="postgres")
            assert isinstance(plain, exp.Query)
            view = exp.select(*plain.named_selects).from_(name).where(f"portal_id = {portal_id}")
            rows = conn.execute(view.sql("postgres").encode()).fetchall()
            return [tuple(row.values()) for row in rows]

        yield ask


@contextmanager
def duckdb(folder: Path) -> Iterator[Ask]:
    """Ask the files on this machine. DuckDB may fetch no extension: without one it counts in
    UTC."""
    import duckdb as engine

    with engine.connect(config={"autoinstall_known_extensions": False}) as conn:
        for entity in ENTITY_FILES:
            path = str(folder / f"{entity.name}.parquet").replace("'", "''")
            conn.execute(f"create view file_{entity.name} as from '{path}'")
            described = conn.execute(f"describe file_{entity.name}").fetchall()
            columns = {name: _in_duckdb(name, kind) for name, kind, *_ in described}
            view = file_view(entity.name, columns, "duckdb")
            conn.execute(f"create view entity_{entity.name} as {view}")
        conn.execute(f"create view portals as {_PORTALS}")
        yield lambda name: conn.execute(translated(aggregations()[name], "duckdb")).fetchall()


def _in_duckdb(name: str, kind: str) -> str:
    read = _quoted(name, "duckdb")
    return f"cast({read} as timestamp)" if kind.startswith("TIMESTAMP") else read


@contextmanager
def spark(folder: Path, master: str) -> Iterator[Ask]:
    """Ask the files on a cluster, or on this machine's cores with `local[*]`."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "8",
        "spark.log.level": "ERROR",
    }
    session = SparkSession.builder.master(master).appName("spoke").config(map=settings)
    running = session.getOrCreate()
    try:
        for entity in ENTITY_FILES:
            file = running.read.parquet(str((folder / f"{entity.name}.parquet").resolve()))
            file.createOrReplaceTempView(f"file_{entity.name}")
            # quoted as PostgreSQL does: expressions are put together in its words
            view = file_view(entity.name, {name: f'"{name}"' for name in file.columns}, "spark")
            running.sql(view.replace('"', "`")).createOrReplaceTempView(f"entity_{entity.name}")
        running.sql(_PORTALS).createOrReplaceTempView("portals")
        yield lambda name: [
            tuple(row) for row in running.sql(translated(aggregations()[name], "spark")).collect()
        ]
    finally:
        running.stop()
