"""Name a mirrored table and its columns, as statements do."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from psycopg import sql

from hubspot.objects import ObjectType

Table = ObjectType


def of_type(table: Table, alias: str = "") -> sql.Composed:
    """Write `and object_type = 'cars'` for a type that shares its table with others; nothing for
    one that has its own."""
    return sql.Composed(
        [
            sql.SQL(" and {} = {}").format(
                sql.Identifier(*filter(None, (alias, column))), sql.Literal(value)
            )
            for column, value in table.key.items()
        ]
    )


def array_literal(ids: Collection[str]) -> str:
    """Write an array as text: unnest() would flatten an array of arrays, so each travels as text.
    Ids are digits: no quoting is needed."""
    return "{" + ",".join(ids) + "}"


def each_name(text: str, names: Iterable[str]) -> sql.Composed:
    """Repeat a text once for each name, in the place of {0}."""
    return sql.Composed([sql.SQL(text).format(sql.Identifier(name)) for name in names])
