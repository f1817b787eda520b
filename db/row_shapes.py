"""Answer rows in the shape that their reader wants, as psycopg's row factories make them."""

from __future__ import annotations

from typing import Any, TypeVar

from psycopg.abc import Params, QueryNoTemplate
from psycopg.rows import class_row, scalar_row, tuple_row

from db.connect import Connection

T = TypeVar("T")


def values(conn: Connection, query: QueryNoTemplate, params: Params | None = None) -> list[Any]:
    """Answer the first column of every row."""
    return conn.cursor(row_factory=scalar_row).execute(query, params).fetchall()


def tuples(conn: Connection, query: QueryNoTemplate, params: Params | None = None) -> list[Any]:
    """Answer every row as a tuple, in the order of the query's columns; `dict` makes a map of
    pairs."""
    return conn.cursor(row_factory=tuple_row).execute(query, params).fetchall()


def records(
    conn: Connection, kind: type[T], query: QueryNoTemplate, params: Params | None = None
) -> list[T]:
    """Answer every row as an object of `kind`, whose fields are called as the columns."""
    return conn.cursor(row_factory=class_row(kind)).execute(query, params).fetchall()
