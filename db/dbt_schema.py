"""Keep the views that answer as the dbt package's models do in a schema of their own, beside ours.

Files of sql/dbt name them as they name our views, without a schema. The name of every model begins
with `hubspot__` and no other does, so that the schema can be put before it when a file is built.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection

import psycopg
from psycopg import sql

from db import portal_schemas
from db.connect import Connection
from db.locks import LockBudget

FOLDER = "dbt"  # beside the views, which models read
_PREFIX = "hubspot__"
_MODEL = re.compile(rf"\b{_PREFIX}\w+")
log = logging.getLogger(__name__)


def beside(schema: str) -> str:
    """Name the schema of models."""
    return f"{schema}_dbt"


def mark(schema: str) -> str:
    """Say of the schema of models whose it is: its comment."""
    return f"Spoke: models of dbt_hubspot over schema {schema}"


def is_model(name: str) -> bool:
    return name.startswith(_PREFIX)


def place(schema: str, name: str) -> sql.Identifier:
    """Answer where a view stands: a model with its schema, all others without."""
    return sql.Identifier(beside(schema), name) if is_model(name) else sql.Identifier(name)


def homes(schema: str, views: Collection[str]) -> dict[str, list[str]]:
    """Sort views by the schema that they stand in."""
    models = list(filter(is_model, views))
    return {beside(schema): models, schema: [name for name in views if not is_model(name)]}


def located(text: str, schema: str) -> str:
    """Put the schema before each model that a file's text names."""
    home = beside(schema).replace('"', '""')
    return _MODEL.sub(lambda found: f'"{home}".{found[0]}', text)


def hindrance(conn: Connection, schema: str) -> str | None:
    """Make the schema where it is missing; say why it cannot be ours, None where it is."""
    return portal_schemas.open_schema(conn, beside(schema), mark(schema), "migrate again")


def drop_gone(conn: Connection, schema: str, names: Collection[str], budget: LockBudget) -> None:
    """Drop the models among views that have no file any more, but what others still use."""
    gone = sorted(filter(is_model, names))
    if not gone:
        return
    models = sql.SQL(", ").join(place(schema, name) for name in gone)
    try:
        with conn.transaction():
            budget.run(conn, sql.SQL("drop view if exists {}").format(models))
    except psycopg.errors.DependentObjectsStillExist as error:
        log.warning("Models that are not needed any more stay: %s", error)
