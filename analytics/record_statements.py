"""Write the statements of record_pages: the next records in an order, that fit, from a place on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from psycopg import sql

from analytics import record_filters
from analytics.record_fields import Field, Shape
from analytics.record_filters import Condition
from db.mirrored_tables import of_type

WALK = 2_000  # rows; takes some 10 ms
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
# The same of a property with an index of its own, which only this function reads for readers.
_IN_ORDER = """(select record.*
from records_in_order({portal_id}, {object_type}, {property}, {descending}, {value}, {last}, {most})
    as following
join {table} as record on record.portal_id = {portal_id}{of_type}
    and record.hubspot_id = following.hubspot_id)"""
# The rows that fit among the next ones, and the last row that was tried.
_TRIED = """
with walked as materialized (
    select record.hubspot_id, {place} as place, ({fits}) as fits,
        row_number() over (order by {order}) as step
    from {rows} as record
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


def tries_empty(question: Question, after: Place) -> bool:
    """Tell whether each row has to be read to find the ones without a value."""
    return after.is_among_empty and question.sort is not None and not question.sort.is_indexed


def statement(question: Question, after: Place, wanted: int, walk: bool = False) -> sql.Composed:
    """Write the statement of a page: on the next rows alone, or with what the index finds."""
    part = replace(question, sort=None) if after.is_among_empty else question
    table = sql.Identifier(question.shape.kind.table)
    standing = _standing(question, after)
    order = _order(part, "record")
    fitting: list[sql.Composable] = [
        _written(each, question.shape, walk) for each in question.conditions
    ]
    own_index = part.sort is not None and part.sort.has_order
    rows: sql.Composable
    if own_index and (walk or not fitting):
        rows, conditions = _in_order(question, after, WALK if walk else wanted), fitting
    elif walk:
        rows = sql.SQL(_WALKED).format(
            table=table, conditions=_all(standing), order=order, walk=sql.Literal(WALK)
        )
        conditions = fitting
    else:
        rows, conditions = table, [*standing, *fitting]
    return sql.SQL(_PAGE).format(
        values=sql.SQL(", ").join(_shown(name) for name in question.names),
        place=part.sort.order if part.sort else sql.SQL("null::text"),
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
    table: sql.Composable = sql.Identifier(question.shape.kind.table)
    known = [record_filters.plain(each) for each in question.conditions if not each.is_tried]
    fits = [record_filters.plain(each) for each in question.conditions if each.is_tried]
    rows, standing = table, [*_standing(question, after), *known]
    if part.sort is not None and part.sort.has_order:
        rows, standing, fits = _in_order(question, after, most), [], [*known, *fits]
    elif tries_empty(question, after):
        assert question.sort is not None
        standing = [*_standing(part, after), *known]
        fits.append(sql.SQL("{} is null").format(question.sort.order))
    return sql.SQL(_TRIED).format(
        values=sql.SQL(", ").join(_shown(name) for name in question.names),
        place=part.sort.order if part.sort else sql.SQL("null::text"),
        fits=_all(fits),
        order=_order(part, "record"),
        rows=rows,
        table=table,
        standing=_all(standing),
        most=sql.Literal(most),
        limit=sql.Literal(wanted),
        portal_id=sql.Literal(question.shape.portal_id),
        of_type=of_type(question.shape.kind, "record"),
    )


def _in_order(question: Question, after: Place, most: int) -> sql.Composed:
    """Write the next rows by a property that has an index of its own."""
    assert question.sort is not None
    return sql.SQL(_IN_ORDER).format(
        portal_id=sql.Literal(question.shape.portal_id),
        object_type=sql.Literal(question.shape.kind.name),
        property=sql.Literal(question.sort.name),
        descending=sql.Literal(question.descending),
        value=sql.Literal(after.value),
        last=sql.Literal(after.hubspot_id),
        most=sql.Literal(most),
        table=sql.Identifier(question.shape.kind.table),
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
    value = question.sort.order
    if after.is_among_empty:
        return [sql.SQL("{} is null").format(value), *([beyond] if after.hubspot_id else [])]
    has_value: sql.Composable = sql.SQL("{} is not null").format(value)
    if not after.hubspot_id:
        return [has_value]
    begins = sql.SQL("({value}, record.hubspot_id) {sign} ({place}::{type}, {last})").format(
        value=value,
        sign=sign,
        place=sql.Literal(after.value),
        type=sql.SQL(question.sort.order_type),
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
    return sql.SQL("{}{}, {}").format(question.sort.order, way, ids)


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
