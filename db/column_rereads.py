"""Fill columns that a new version added to filled tables: from raw_json, by the rule by which the
upsert reads them. A row that is right already is read and not written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import records as read
from hubspot import records
from hubspot.columns import Column
from hubspot.objects import OBJECT_TYPES, ObjectType


@dataclass(frozen=True, slots=True)
class ColumnReread:
    """Say whose columns are to be filled, and behind which id."""

    portal_id: int
    object_type: str
    after: str

    @property
    def where(self) -> dict[str, Any]:
        return {"portal_id": self.portal_id, "object_type": self.object_type}


def read_slice(conn: Connection, count: int) -> bool:
    """Fill up to `count` rows of the type that is next, and move its checkpoint; False where
    none waits that another process does not have."""
    due = read(conn, ColumnReread, QUERIES["due_column_reread"])
    if not due:
        return False
    [of] = due
    rows = _rows(conn, of, count)
    _write(conn, of, _other(_kind(of), rows))
    if rows:
        after = {"after": rows[-1]["hubspot_id"]}
        conn.execute(QUERIES["advance_column_reread"], of.where | after)
    else:
        conn.execute(QUERIES["end_column_reread"], of.where)
    return True


def _kind(of: ColumnReread) -> ObjectType:
    return OBJECT_TYPES[of.object_type]


def _later(kind: ObjectType) -> list[Column]:
    return [column for column in kind.columns if column.later]


def _rows(conn: Connection, of: ColumnReread, count: int) -> list[dict[str, Any]]:
    statement = sql.SQL(
        "select hubspot_id, raw_json -> 'properties' as properties, {columns} from {table}"
        " where portal_id = %(portal_id)s and hubspot_id > %(after)s"
        " order by hubspot_id limit %(count)s for update"
    ).format(columns=_names(_later(_kind(of))), table=sql.Identifier(_kind(of).table))
    asked = of.where | {"after": of.after, "count": count}
    return conn.execute(statement, asked).fetchall()


def _other(kind: ObjectType, rows: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """Map the id of each row that is not right to the values of its columns."""
    found = {}
    for row in rows:
        values = [records.typed(each, row["properties"] or {}, []) for each in _later(kind)]
        if values != [row[each.name] for each in _later(kind)]:
            found[row["hubspot_id"]] = values
    return found


def _write(conn: Connection, of: ColumnReread, values: dict[str, list[Any]]) -> None:
    if not values:
        return
    columns = _later(_kind(of))
    arrays = [
        sql.SQL("{}::{}[]").format(sql.Placeholder(each.name), sql.SQL(each.sql_type))
        for each in columns
    ]
    statement = sql.SQL(
        "update {table} as kept set {assignments}"
        " from unnest(%(ids)s::text[], {arrays}) as filled (hubspot_id, {columns})"
        " where kept.portal_id = %(portal_id)s and kept.hubspot_id = filled.hubspot_id"
    ).format(
        table=sql.Identifier(_kind(of).table),
        assignments=sql.SQL(", ").join(
            sql.SQL("{0} = filled.{0}").format(sql.Identifier(each.name)) for each in columns
        ),
        arrays=sql.SQL(", ").join(arrays),
        columns=_names(columns),
    )
    asked = of.where | {"ids": list(values)}
    asked |= {
        each.name: [found[place] for found in values.values()] for place, each in enumerate(columns)
    }
    conn.execute(statement, asked)


def _names(columns: Sequence[Column]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(each.name) for each in columns)
