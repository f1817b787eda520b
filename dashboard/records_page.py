"""Records: any type as a table, with columns, filters and order of one's own choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from werkzeug.exceptions import NotFound

from analytics import record_fields, record_filters, record_labels, record_names, record_pages
from analytics.record_fields import Shape, Unanswerable
from analytics.record_labels import Choices
from analytics.record_pages import Place, Question, RecordPage
from dashboard import record_audit, record_listing, record_words
from dashboard.asked import Asked
from dashboard.record_listing import Listing
from hubspot.catalogue import Catalogue
from operations import cursors, sort_requests
from operations.callers import Caller
from operations.cursors import CursorError
from operations.servers import Servers
from settings import Settings

SENSITIVE = "records:read:sensitive"
MOST_COLUMNS = 40


def types_of(servers: Servers, portal_id: int) -> Catalogue:
    """Answer the types that a portal has."""
    portal = servers.portal(portal_id)
    if portal is None:
        raise NotFound
    return servers.types(portal)


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find what the table shows of one portal, or why there is nothing to show."""
    types, listing = types_of(servers, asked.portal_id), record_listing.read(asked)
    if listing.object_type not in types:
        raise NotFound
    kind = types[listing.object_type]
    with servers.reading([asked.portal_id]) as conn:
        shape = record_fields.shape(conn, asked.portal_id, kind, SENSITIVE in caller.scopes)
    listing = replace(listing, sort=listing.sort or newest_first(shape))
    about = {
        "types": [each.name for each in types.in_use],
        "fields": sorted(shape.fields.values(), key=lambda field: field.label.casefold()),
        "operators": record_filters.OPERATORS,
        "heading": "Records",
    }
    is_sensitive = _note(servers, caller, shape, listing)
    return about | {"is_live": not is_sensitive} | _answered(servers, shape, listing, asked)


def _note(servers: Servers, caller: Caller, shape: Shape, listing: Listing) -> bool:
    """Enter a page into the audit, where it tells of sensitive properties; answers whether it does.
    Filtering and sorting by one tells of it as much as showing it does."""
    named = {each.partition(":")[0] for each in listing.filters}
    filtered = sorted(named & set(shape.fields))
    columns = listing.columns or default_columns(shape)
    used = {*filtered, *columns, *shape.names, listing.sort.removeprefix("-")} & set(shape.fields)
    return record_audit.note_sensitive(servers, caller, shape, used, {"filtered_by": filtered})


def newest_first(shape: Shape) -> str:
    """Answer the order that people expect: what was created last comes first."""
    times = [
        column.property
        for column in shape.kind.columns
        if column.indexed
        and column.property in shape.fields
        and shape.fields[column.property].type == record_fields.MOMENT
    ]
    return f"-{times[0]}" if times else "-id"


def _answered(servers: Servers, shape: Shape, listing: Listing, asked: Asked) -> dict[str, Any]:
    """Ask for the rows; where they cannot be had, the page says why and keeps its filters."""
    columns, problem, rows, following = default_columns(shape), "", [], None
    chips: list[tuple[str, str]] = [(each, each) for each in listing.filters]
    try:
        question = question_of(shape, listing)
        columns = shown_columns(shape, listing)
        chips = [(each.given, words_of(each)) for each in question.conditions]
        place = _place(servers.settings, shape, listing)
        sort_requests.ask(servers, record_pages.sort_asked(question))
        with servers.reading([shape.portal_id]) as conn:
            found = record_pages.page(conn, question, place)
            choices = record_labels.choices(conn, shape, question.names)
        rows = _rows(question, found, columns, choices, asked)
        following = _following(servers.settings, shape, listing, found)
    except (Unanswerable, CursorError) as error:
        problem = str(error)
    return {
        "listing": listing,
        "chips": chips,
        "columns": [shape.fields[name] for name in columns],
        "rows": rows,
        "following": following,
        "problem": problem,
        "status": 422 if problem else 200,
    }


def question_of(shape: Shape, listing: Listing, limit: int = 50) -> Question:
    """Read the question of a table. Raises Unanswerable for what it cannot mean."""
    conditions = tuple(record_filters.read(shape, listing.filters))
    sort, descending = record_pages.sorted_by(shape, listing.sort)
    names = dict.fromkeys([*shown_columns(shape, listing), *shape.names])
    return Question(shape, conditions, sort, descending, tuple(names), limit)


def shown_columns(shape: Shape, listing: Listing) -> Sequence[str]:
    """Answer the properties that a table has as columns."""
    if len(listing.columns) > MOST_COLUMNS:
        raise Unanswerable(f"At most {MOST_COLUMNS} columns go into one table.")
    return [shape.field(name).name for name in listing.columns] or default_columns(shape)


def default_columns(shape: Shape) -> Sequence[str]:
    """Answer the main properties without the ones that make up the name before them."""
    named = (shape.kind.named_by or ("",))[0].split()
    return [name for name in shape.main if name not in named]


def words_of(condition: record_filters.Condition) -> str:
    """Say a filter in words."""
    value = ""
    if condition.given.count(":") > 1:
        value = condition.given.split(":", 2)[2]
    said = record_filters.OPERATORS[condition.operator]
    if condition.operator == "empty":
        return f"{condition.field.label} {said if condition.values[0] else 'is not empty'}"
    return f"{condition.field.label} {said} {value}"


def signed(shape: Shape, listing: Listing) -> list[Any]:
    """Answer the question that a cursor holds for."""
    return [shape.portal_id, shape.kind.name, listing.sort, list(listing.filters)]


def _place(settings: Settings, shape: Shape, listing: Listing) -> Place | None:
    if not listing.cursor:
        return None
    return Place(*cursors.read(settings, signed(shape, listing), listing.cursor))


def _following(settings: Settings, shape: Shape, listing: Listing, found: RecordPage) -> str | None:
    if found.next is None:
        return None
    where = (found.next.value, found.next.hubspot_id, found.next.is_among_empty)
    return listing.url(cursor=cursors.write(settings, signed(shape, listing), where))


def _rows(
    question: Question, found: RecordPage, columns: Sequence[str], choices: Choices, asked: Asked
) -> list[dict[str, Any]]:
    shape, zone, rows = question.shape, asked.zone, []
    for row in found.rows:
        told = record_pages.properties(question, row)
        cells = [
            record_words.shown(shape.fields[name], told[name], choices, zone, 60)
            for name in columns
        ]
        rows.append(
            {
                "id": row["hubspot_id"],
                "name": record_names.name_of(shape.kind, told),
                "url": record_listing.record_url(asked, shape.kind.name, row["hubspot_id"]),
                "cells": cells,
            }
        )
    return rows
