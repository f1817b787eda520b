"""/records and /search: every record of every type, its past, its links, and reading it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint

from analytics import record_dictionary, record_fields, record_names, record_pages, record_reads
from analytics.record_fields import Shape, Unanswerable
from analytics.record_pages import Question
from api import record_models as models
from api.asked_records import (
    cursor_of,
    key_of,
    kind_of,
    may_see_sensitive,
    note_sensitive,
    place_of,
    question_of,
    shape_of,
    types_of,
)
from api.guard import needs, note, servers_of_app
from api.problems import Refusal, not_found
from hubspot.objects import ObjectType
from operations import freshness, refresh, sort_requests, trace
from operations.freshness import RecordKey

routes = APIBlueprint("records", __name__, tag="records")


@contextmanager
def _reading(portal_id: int, kind: ObjectType, newest: bool = False) -> Iterator[tuple[Any, Shape]]:
    """Open a reader's transaction and read what there is of a type; refuse what has no answer."""
    try:
        with servers_of_app().reading([portal_id], newest) as conn:
            yield conn, shape_of(conn, portal_id, kind)
    except Unanswerable as error:
        raise Refusal(422, str(error)) from error


@routes.get("/records")
@needs("records:read")
@routes.input(models.WhoseIn, location="query")
@routes.output(models.TypesOut)
def types(query_data: models.WhoseIn) -> models.TypesOut:
    """List the types of records that a portal has."""
    _, known = types_of(query_data.portal)
    found = record_dictionary.types(known)
    return models.TypesOut(types=[models.TypeOut(**each) for each in found])


@routes.get("/records/<object_type>/properties")
@needs("records:read")
@routes.input(models.WhoseIn, location="query")
@routes.output(models.PropertiesOut)
def properties(object_type: str, query_data: models.WhoseIn) -> models.PropertiesOut:
    """List the properties of a type that may be shown, filtered and sorted by."""
    with _reading(*kind_of(query_data.portal, object_type)) as (_, shape):
        found = record_dictionary.properties(shape)
    listed = [models.PropertyOut(**each) for each in found]
    return models.PropertiesOut(object_type=object_type, properties=listed)


@routes.get("/records/<object_type>")
@needs("records:read")
@routes.input(models.RecordsIn, location="query")
@routes.output(models.RecordsOut)
def records(object_type: str, query_data: models.RecordsIn) -> models.RecordsOut:
    """Answer a page of records."""
    with _reading(*kind_of(query_data.portal, object_type)) as (conn, shape):
        question = question_of(shape, query_data)
        place = place_of(shape, query_data)
        sort_requests.ask(servers_of_app(), record_pages.sort_asked(question))
        found = record_pages.page(conn, question, place, record_pages.MOST_TRIED)
    _note_page(question, len(found.rows))
    return models.RecordsOut(
        object_type=object_type,
        records=[_row(question, row) for row in found.rows],
        next_cursor=cursor_of(shape, query_data, found.next),
    )


def _row(question: Question, row: dict[str, Any]) -> models.RowOut:
    return models.RowOut(
        id=row["hubspot_id"],
        updated_at=row["updated_at"],
        synced_at=row["synced_at"],
        properties=record_pages.properties(question, row),
    )


def _note_page(question: Question, rows: int) -> None:
    """Enter a page into the audit. Filtering and sorting by a sensitive property tells of it as
    much as showing it does."""
    asked_by = [each.field.name for each in question.conditions]
    sort = [question.sort.name] if question.sort else []
    details = {"filtered_by": asked_by, "rows": rows}
    note_sensitive(question.shape, [*question.names, *asked_by, *sort], details)


@routes.get("/records/<object_type>/<hubspot_id>")
@needs("records:read")
@routes.input(models.RecordIn, location="query")
@routes.output(models.RecordOut)
def record(object_type: str, hubspot_id: str, query_data: models.RecordIn) -> models.RecordOut:
    """Answer a record; with fresh_since, once the copy has seen that moment of it."""
    key = key_of(query_data.portal, object_type, hubspot_id)
    waited = query_data.fresh_since is not None
    if waited:
        _wait(key, query_data)
    with _reading(key.portal_id, key.kind, newest=waited) as (conn, shape):
        row = _row_of(conn, shape, hubspot_id)
    note_sensitive(shape, list(row["properties"]), {"id": hubspot_id})
    shown = {name: row[name] for name in models.RecordOut.model_fields if name in row}
    return models.RecordOut(id=hubspot_id, object_type=object_type, **shown)


def _wait(key: RecordKey, asked: models.RecordIn) -> None:
    assert asked.fresh_since is not None
    if not freshness.wait(servers_of_app(), key, asked.fresh_since, asked.wait):
        raise Refusal(
            504,
            f"The copy has not seen {asked.fresh_since.isoformat()} of this record yet. Ask again, "
            "or POST to its /refresh first when HubSpot sends no event for the change.",
        )


def _row_of(conn: Any, shape: Shape, hubspot_id: str) -> dict[str, Any]:
    row = record_reads.record(conn, shape, hubspot_id)
    if row is None:
        raise not_found(f"record {hubspot_id} among {shape.kind.name}")
    return row


@routes.get("/records/<object_type>/<hubspot_id>/history")
@needs("records:read")
@routes.input(models.WhoseIn, location="query")
@routes.output(models.HistoryOut)
def history(object_type: str, hubspot_id: str, query_data: models.WhoseIn) -> models.HistoryOut:
    """Answer how a record's properties changed, of the ones whose history is kept."""
    key = key_of(query_data.portal, object_type, hubspot_id)
    with _reading(key.portal_id, key.kind) as (conn, shape):
        _row_of(conn, shape, hubspot_id)
        rows = record_reads.history(conn, shape, hubspot_id)
        waits = record_reads.history_waits(conn, shape, hubspot_id)
    note_sensitive(shape, [row["property"] for row in rows], {"id": hubspot_id})
    versions = [models.VersionOut(**row) for row in rows]
    return models.HistoryOut(versions=versions, is_waiting=waits)


@routes.get("/records/<object_type>/<hubspot_id>/associations")
@needs("records:read")
@routes.input(models.WhoseIn, location="query")
@routes.output(models.AssociationsOut)
def associations(
    object_type: str, hubspot_id: str, query_data: models.WhoseIn
) -> models.AssociationsOut:
    """Answer what a record is associated with in HubSpot, and the links that Spoke made."""
    key = key_of(query_data.portal, object_type, hubspot_id)
    _, known = types_of(query_data.portal)
    with _reading(key.portal_id, key.kind) as (conn, shape):
        row = _row_of(conn, shape, hubspot_id)
        ends = record_reads.associations(conn, known, shape, row, may_see_sensitive())
        links = record_reads.links(conn, shape, hubspot_id)
    return models.AssociationsOut(
        associations=[_ends(each) for each in ends],
        links=[models.LinkOut(**each) for each in links],
    )


def _ends(found: record_reads.AssociatedRecords) -> models.EndsOut:
    listed = [
        models.LinkedOut(
            id=each.hubspot_id, name=each.name, is_here=each.is_here, labels=each.labels
        )
        for each in found.records
    ]
    return models.EndsOut(object_type=found.object_type, total=found.total, records=listed)


@routes.get("/records/<object_type>/<hubspot_id>/trace")
@needs("records:read")
@routes.input(models.WhoseIn, location="query")
@routes.output(models.TraceOut)
def trace_of(object_type: str, hubspot_id: str, query_data: models.WhoseIn) -> models.TraceOut:
    """Answer all that is known to have happened to a record here, oldest first."""
    key = key_of(query_data.portal, object_type, hubspot_id)
    servers = servers_of_app()
    portal = servers.portal(key.portal_id)
    assert portal is not None
    entries = trace.trace(servers, portal, object_type, hubspot_id)
    if not entries:
        raise not_found(f"record {hubspot_id} among {object_type}")
    return models.TraceOut(entries=[models.StepOfTraceOut(**asdict(each)) for each in entries])


@routes.post("/records/<object_type>/<hubspot_id>/refresh")
@needs("replay:write")
@routes.input(models.WhoseIn, location="query")
@routes.output(models.RefreshOut, status_code=202)
def refresh_record(
    object_type: str, hubspot_id: str, query_data: models.WhoseIn
) -> models.RefreshOut:
    """Let a record be read from HubSpot again, before everything that is not live."""
    key = key_of(query_data.portal, object_type, hubspot_id)
    servers = servers_of_app()
    refresh.refresh(servers, key)
    note(servers, "refresh", key.portal_id, {"type": object_type, "id": hubspot_id})
    portal = servers.portal(key.portal_id)
    paused = bool(portal and portal.paused)
    return models.RefreshOut(object_type=object_type, id=hubspot_id, portal_is_paused=paused)


@routes.get("/search")
@needs("records:read")
@routes.input(models.SearchIn, location="query")
@routes.output(models.HitsOut)
def search(query_data: models.SearchIn) -> models.HitsOut:
    """Find records by id, e-mail address, or a part of their name."""
    portal_id, known = types_of(query_data.portal)
    with servers_of_app().reading([portal_id]) as conn:
        sensitive = may_see_sensitive()
        shapes = record_fields.shapes_by_name(conn, portal_id, known.values(), sensitive)
        found = record_names.search(conn, shapes, query_data.text)
    return models.HitsOut(
        hits=[
            models.HitOut(
                object_type=shape.kind.name,
                id=row["hubspot_id"],
                name=row["name"],
                updated_at=row["updated_at"],
            )
            for shape, rows in found
            for row in rows
        ]
    )
