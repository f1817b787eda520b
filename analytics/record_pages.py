"""Pages of records, by keyset: each page begins where the last one ended, however deep it lies.

Records without the value that is sorted by come last, in either direction. Steps of a page:
1. Walk the next records in order and keep the ones that fit: a common value fills a page at once.
2. Where that does not fill the page, ask the index for a rare value instead.
3. Go on with the records that have no value to sort by.

A property without an index gets one of its own once people sort by it (asked_sorts). Until then
every record is read and sorted.

Where no index knows a condition, programs get what lies in the next MOST_TRIED rows, and where to
go on: however rare a value is, a page takes no longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg.errors import QueryCanceled

from analytics.record_fields import Field, Shape, Unanswerable
from analytics.record_statements import WALK, Place, Question, statement, tried, tries_empty
from db.connect import Connection
from db.queries import QueryRow

__all__ = ["WALK", "Place", "Question", "statement"]  # of record_statements, for who asks here

MOST_TRIED, FIRST_TRIED = 5_000, 500  # rows; 30 ms and 3


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
        raise Unanswerable(_too_long(question)) from error


def _too_long(question: Question) -> str:
    said = "Finding this takes too long: filter by equality, or sort by an indexed property."
    if asked := sort_asked(question):
        said = f"Sorting by {asked['property']} takes too long without an index. One is being made:"
        said += " ask again in a minute, or filter by equality."
    return said


def sort_asked(question: Question) -> dict[str, Any] | None:
    """Answer which index would answer a question's order at once, where none does: one that
    operations.sort_requests can ask for, or has asked for within a day."""
    sort = question.sort
    if sort is None or sort.is_indexed or (sort.has_order and sort.was_asked):
        return None
    return {
        "portal_id": question.shape.portal_id,
        "object_type": question.shape.kind.name,
        "property": sort.name,
        "kind": sort.type,
        "column_name": sort.column.name if sort.column else None,
    }


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
    if most_tried is None or not _can_be_tried(question, after):
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


def _can_be_tried(question: Question, after: Place) -> bool:
    """Tell whether rows are read in their order and tried one by one."""
    found_by_index = any(each.is_found_by_index for each in question.conditions)
    is_tried = any(each.is_tried for each in question.conditions) or tries_empty(question, after)
    in_order = after.is_among_empty or _comes_in_order(question)
    return in_order and is_tried and not found_by_index


def _comes_in_order(question: Question) -> bool:
    return question.sort is None or question.sort.is_indexed or question.sort.has_order


def _end(question: Question, row: QueryRow) -> Place:
    is_empty = question.sort is not None and row["place"] is None
    return Place(row["place"], row["hubspot_id"], is_empty)


def _rows(conn: Connection, question: Question, after: Place, wanted: int) -> list[QueryRow]:
    """Answer the next rows of one of the two parts: with a value, or without."""
    found_by_index = any(each.is_found_by_index for each in question.conditions)
    if found_by_index and _comes_in_order(question):
        walked = conn.execute(statement(question, after, wanted, walk=True)).fetchall()
        if len(walked) == wanted:
            return walked
    return conn.execute(statement(question, after, wanted)).fetchall()


def properties(question: Question, row: QueryRow) -> dict[str, Any]:
    """Answer the properties of a row by name, as HubSpot sent them."""
    return dict(zip(question.names, row["values"], strict=True))
