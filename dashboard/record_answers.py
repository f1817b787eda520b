"""Records without a page: a table as a CSV file, and the button that reads a record again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from flask import g, redirect, request
from werkzeug.exceptions import NotFound, UnprocessableEntity
from werkzeug.wrappers import Response

from analytics import record_fields, record_names, record_pages
from analytics.record_fields import Unanswerable
from analytics.record_pages import Place, Question
from dashboard import exports, record_audit, record_listing, records_page, spreadsheet
from dashboard.asked import Asked
from dashboard.records_page import SENSITIVE, types_of
from operations import audit
from operations import refresh as refreshing
from operations.callers import Caller
from operations.freshness import RecordKey
from operations.servers import Servers

ROWS = 2_000  # of one statement


def as_csv(servers: Servers, caller: Caller, asked: Asked) -> Response:
    """Answer a whole table as CSV, read page by page while it is sent."""
    try:
        question = _question(servers, caller, asked)
        exports.must_be_few(servers, caller)
        pages = _pages(servers, question)
        first = next(pages)
    except Unanswerable as error:
        raise UnprocessableEntity(str(error)) from error
    finish = _noted(servers, caller, question)
    name = f"{question.shape.kind.path}-{question.shape.portal_id}.csv"
    return Response(
        _written(question, chain([first], pages), finish),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _question(servers: Servers, caller: Caller, asked: Asked) -> Question:
    """Read which table it is, in the same order as on its page."""
    types, listing = types_of(servers, asked.portal_id), record_listing.read(asked)
    if listing.object_type not in types:
        raise NotFound
    kind = types[listing.object_type]
    with servers.reading([asked.portal_id]) as conn:
        shape = record_fields.shape(conn, asked.portal_id, kind, SENSITIVE in caller.scopes)
    listing = replace(listing, sort=listing.sort or records_page.newest_first(shape))
    question = records_page.question_of(shape, listing, ROWS)
    if not listing.columns:
        return question
    return replace(question, names=tuple(records_page.shown_columns(shape, listing)))


def _pages(servers: Servers, question: Question) -> Iterator[list[dict[str, Any]]]:
    """Read every row, each page in a transaction of its own: a slow reader holds none."""
    place: Place | None = Place()
    while place is not None:
        with servers.reading([question.shape.portal_id]) as conn:
            found = record_pages.page(conn, question, place)
        yield found.rows
        place = found.next


def _noted(servers: Servers, caller: Caller, question: Question) -> Callable[[int], None]:
    """Enter the export into the audit; answer what enters its end, with the number of rows."""
    shape, address, request_id = question.shape, request.remote_addr, g.request_id
    used = [*question.names, *(each.field.name for each in question.conditions)]
    filters = [f"{each.field.name}:{each.operator}" for each in question.conditions]
    about = {"type": shape.kind.name, "columns": list(question.names), "filters": filters}
    record_audit.note(servers, caller, "export", shape.portal_id, about)
    record_audit.note_sensitive(servers, caller, shape, used, {"export": True})

    def finish(rows: int) -> None:
        details = {"type": shape.kind.name, "rows": rows}
        entry = audit.AuditEntry(
            caller.name, "exported", shape.portal_id, details, address, request_id
        )
        audit.note(servers, entry)

    return finish


def _written(
    question: Question, pages: Iterator[list[dict[str, Any]]], finish: Callable[[int], None]
) -> Iterator[str]:
    yield spreadsheet.line(["id", *question.names])
    count = 0
    for rows in pages:
        count += len(rows)
        yield spreadsheet.lines([row["hubspot_id"], *row["values"]] for row in rows)
    finish(count)


def refresh(servers: Servers, caller: Caller, asked: Asked) -> Response:
    """Mark a record to be read from HubSpot again, and lead back to its page."""
    types = types_of(servers, asked.portal_id)
    object_type, hubspot_id = asked.words["object_type"], asked.words["hubspot_id"]
    if object_type not in types or not record_names.is_id(hubspot_id):
        raise NotFound
    key = RecordKey(asked.portal_id, types[object_type], hubspot_id)
    refreshing.refresh(servers, key)
    about = {"type": object_type, "id": hubspot_id}
    record_audit.note(servers, caller, "refresh", asked.portal_id, about)
    page = record_listing.record_url(asked, object_type, hubspot_id)
    return redirect(f"{page}{'&' if '?' in page else '?'}marked=1")
