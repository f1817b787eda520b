"""Pages of records, by keyset: each page begins where the last one ended, however deep it lies.

Records without the value that is sorted by come last, in either direction. Steps of a page:
1. Walk the next records in order and keep the ones that fit: a common value fills a page at once.
2. Where that does not fill the page, ask the index for a rare value instead.
3. Go on with the records that have no value to sort by.

Where no index knows a condition, programs get what lies in the next MOST_TRIED rows, and where to
go on: however rare a value is, a page takes no longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg import sql
from psycopg.errors import QueryCanceled

from analytics import record_filters
from analytics.record_fields import Field, Shape, Unanswerable
from analytics.record_filters import Condition
from db.connect import Connection
from db.mirrored_tables import of_type
from db.queries import QueryRow

WALK = 2_000  # rows; takes some 10 ms
MOST_TRIED, FIRST_TRIED = 5_000, 500  # rows; 30 ms and 3
# Sorted narrow, and the wide rows fetched for the page alone: half the time of sorting wide ones.
_PAGE = """
select record.hubspot_id, record.updated_at, record.synced_at, page.place::text as place,
    array[{values}]::text[] as values
from (
    select record.hubspot_id, {place} as place
    from {rows} as record
    where {conditions}
    order by {order}
    limit {limit}
) as page
join {table} as record on record.portal_id = {portal_id}{of_type}
    and record.hubspot_id = page.hubspot_id
cross join lateral (select record.raw_json -> 'properties' as properties offset 0) as unpacked
order by {outer}
"""
_WALKED = "(select * from {table} as record where {conditions} order by {order} limit {walk})"
# The rows that fit among the next ones, and the last row that was tried.
_TRIED = """
with walked as materialized (
    select record.hubspot_id, {place} as place, ({fits}) as fits,
        row_number() over (order by {order}) as step
    from {table} as record
    where {standing}
    order by {order}
    limit {most}
)
select record.hubspot_id, record.updated_at, record.synced_at, page.place::text as place,
    array[{values}]::text[] as values,
    ended.step as tried, ended.hubspot_id as last_id, ended.place::text as last_place
from (select * from walked order by step desc limit 1) as ended
left join (select * from walked where fits order by step limit {limit}) as page on true
left join {table} as record on record.portal_id = {portal_id}{of_type}
    and record.hubspot_id = page.hubspot_id
left join lateral (select record.raw_json -> 'properties' as properties offset 0) as unpacked
    on true
order by page.step
"""


@dataclass(frozen=True, slots=True)
class Question:
    """Which records, in which order, with which properties."""

    shape: Shape
    conditions: tuple[Condition, ...] = ()
    sort: Field | None = None  # None: by id
    descending: bool = False
    names: tuple[str, ...] = ()
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the value that is sorted by, and the id."""

    value: str | None = None
    hubspot_id: str = ""
    is_among_empty: bool = False  # past the records that have a value


@dataclass(frozen=True, slots=True)
class RecordPage:
    """The records of a page, and where the next one begins; None: this is the last."""

    rows: list[QueryRow]
    next: Place | None


def sorted_by(shape: Shape, text: str) -> tuple[Field | None, bool]:
    """Read an order: `id` or a property, with `-` before it for descending."""
    name = text.removeprefix("-")
    return (None if name in ("", "id") else shape.field(name)), text.startswith("-")


def page(
    conn: Connection, question: Question, after: Place | None = None, most_tried: int | None = None
) -> RecordPage:
    """Answer a page; with `most_tried` a short one where so many rows were tried for it.

    Raises Unanswerable when it takes too long to find.
    """
    try:
        return _page(conn, question, after or Place(), most_tried)
    except QueryCanceled as error:
        raise Unanswerable(
            "Finding this takes too long: filter by equality, or sort by an indexed property."
        ) from error


def _page(conn: Connection, question: Question, after: Place, most_tried: int | None) -> RecordPage:
    wanted = question.limit + 1
    rows: list[QueryRow] = []
    while len(rows) < wanted:
        more, stopped = _part_of(conn, question, after, wanted - len(rows), most_tried)
        rows += more
        if stopped:
            return RecordPage(rows, stopped)
        if after.is_among_empty or question.sort is None:
            break
        after = Place(is_among_empty=True)
    shown = rows[: question.limit]
    return RecordPage(shown, _end(question, shown[-1]) if len(rows) == wanted else None)


def _part_of(
    conn: Connection, question: Question, after: Place, wanted: int, most_tried: int | None
) -> tuple[list[QueryRow], Place | None]:
    """Answer the next rows of one of the two parts, and where the search was stopped, if it was."""
    if most_tried is None or not _can_be_tried(question):
        return _rows(conn, question, after, wanted), None
    for most in (FIRST_TRIED, most_tried):
        statement = tried(question, after, wanted, most)
        found = conn.execute(statement).fetchall()
        fitting = [row for row in found if row["hubspot_id"] is not None]
        was_all = not found or found[0]["tried"] < most
        if was_all or len(fitting) == wanted:
            return fitting, None
    last = found[0]
    return fitting, Place(last["last_place"], last["last_id"], after.is_among_empty)


def _can_be_tried(question: Question) -> bool:
    """Tell whether rows are read in their order and tried one by one."""
    in_order = question.sort is None or question.sort.is_indexed
    found_by_index = any(each.is_found_by_index for each in question.conditions)
    is_tried = any(each.is_tried for each in question.conditions)
    return in_order and is_tried and not found_by_index


def _end(question: Question, row: QueryRow) -> Place:
    is_empty = question.sort is not None and row["place"] is None
    return Place(row["place"], row["hubspot_id"], is_empty)


def _rows(conn: Connection, question: Question, after: Place, wanted: int) -> list[QueryRow]:
    """Answer the next rows of one of the two parts: with a value, or without."""
    found_by_index = any(each.is_found_by_index for each in question.conditions)
    can_walk = question.sort is None or question.sort.is_indexed
    if found_by_index and can_walk:
        walked = conn.execute(statement(question, after, wanted, walk=True)).fetchall()
        if len(walked) == wanted:
            return walked
    return conn.execute(statement(question, after, wanted)).fetchall()


def statement(question: Question, after: Place, wanted: int, walk: bool = False) -> sql.Composed:
    """Write the statement of a page: on the next rows alone, or with what the index finds."""
    part = replace(question, sort=None) if after.is_among_empty else question
    table = sql.Identifier(question.shape.kind.table)
    standing = _standing(question, after)
    order = _order(part, "record")
    fitting: list[sql.Composable] = [
        _written(each, question.shape, walk) for each in question.conditions
    ]
    if walk:
        rows: sql.Composable = sql.SQL(_WALKED).format(
            table=table, conditions=_all(standing), order=order, walk=sql.Literal(WALK)
        )
        conditions = fitting
    else:
        rows, conditions = table, [*standing, *fitting]
    return sql.SQL(_PAGE).format(
        values=sql.SQL(", ").join(_shown(name) for name in question.names),
        place=part.sort.value if part.sort else sql.SQL("null::text"),
        rows=rows,
        conditions=_all(conditions),
        order=order,
        limit=sql.Literal(wanted),
        outer=_outer(part),
        table=table,
        portal_id=sql.Literal(question.shape.portal_id),
        of_type=of_type(question.shape.kind, "record"),
    )


def tried(question: Question, after: Place, wanted: int, most: int) -> sql.Composed:
    """Write the statement that tries the next rows and says which one was the last."""
    part = replace(question, sort=None) if after.is_among_empty else question
    known = [record_filters.plain(each) for each in question.conditions if not each.is_tried]
    fits = [record_filters.plain(each) for each in question.conditions if each.is_tried]
    return sql.SQL(_TRIED).format(
        values=sql.SQL(", ").join(_shown(name) for name in question.names),
        place=part.sort.value if part.sort else sql.SQL("null::text"),
        fits=_all(fits),
        order=_order(part, "record"),
        table=sql.Identifier(question.shape.kind.table),
        standing=_all([*_standing(question, after), *known]),
        most=sql.Literal(most),
        limit=sql.Literal(wanted),
        portal_id=sql.Literal(question.shape.portal_id),
        of_type=of_type(question.shape.kind, "record"),
    )


def _standing(question: Question, after: Place) -> list[sql.Composable]:
    """Say which rows come next, of the ones that show."""
    shape = question.shape
    shows: sql.Composable = sql.SQL(
        "record.portal_id = {}{} and not record.archived and record.merged_into is null"
    ).format(sql.Literal(shape.portal_id), of_type(shape.kind, "record"))
    return [shows, *_part(question, after)]


def _part(question: Question, after: Place) -> list[sql.Composable]:
    sign = sql.SQL("<" if question.descending else ">")
    last = sql.Literal(after.hubspot_id)
    beyond: sql.Composable = sql.SQL("record.hubspot_id {} {}").format(sign, last)
    if question.sort is None:
        return [beyond] if after.hubspot_id else []
    value = question.sort.value
    if after.is_among_empty:
        return [sql.SQL("{} is null").format(value), *([beyond] if after.hubspot_id else [])]
    has_value: sql.Composable = sql.SQL("{} is not null").format(value)
    if not after.hubspot_id:
        return [has_value]
    begins = sql.SQL("({value}, record.hubspot_id) {sign} ({place}::{type}, {last})").format(
        value=value,
        sign=sign,
        place=sql.Literal(after.value),
        type=sql.SQL(question.sort.type),
        last=last,
    )
    return [has_value, begins]


def _written(condition: Condition, shape: Shape, walk: bool) -> sql.Composed:
    if condition.is_found_by_index and not walk:
        return record_filters.by_index(condition, shape)
    return record_filters.plain(condition)


def _order(question: Question, row: str) -> sql.Composed:
    """Order by both in one direction, so that an index gives the order as it is or backwards."""
    way = sql.SQL(" desc" if question.descending else "")
    ids = sql.SQL("{}.hubspot_id{}").format(sql.Identifier(row), way)
    if question.sort is None:
        return ids
    return sql.SQL("{}{}, {}").format(question.sort.value, way, ids)


def _outer(question: Question) -> sql.Composed:
    way = sql.SQL(" desc" if question.descending else "")
    place = sql.SQL("page.place{}, ").format(way) if question.sort else sql.Composed([])
    return sql.SQL("{}page.hubspot_id{}").format(place, way)


def _shown(name: str) -> sql.Composed:
    return sql.SQL("unpacked.properties ->> {}").format(sql.Literal(name))


def _all(conditions: Sequence[sql.Composable]) -> sql.Composable:
    if conditions:
        return sql.SQL(" and ").join(conditions)
    return sql.SQL("true")


def properties(question: Question, row: QueryRow) -> dict[str, Any]:
    """Answer the properties of a row by name, as HubSpot sent them."""
    return dict(zip(question.names, row["values"], strict=True))
