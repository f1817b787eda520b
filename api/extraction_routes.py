"""/extractions: have records read from HubSpot, watch it, and page through the records."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from apiflask import APIBlueprint

from analytics import extracted_records
from analytics.extracted_records import Slice
from api import result_cursors
from api.extraction_models import (
    BegunOut,
    ExtractedOut,
    ExtractionIn,
    ExtractionOut,
    ExtractionsIn,
    ExtractionsOut,
    ResultsIn,
    ResultsOut,
    StatisticsOut,
)
from api.guard import caller, needs, note, portal_of, servers_of_app
from api.problems import Refusal, not_found
from operations import extractions
from operations.extractions import ExtractionError, NotNow, Order, TooMany, Wanted

routes = APIBlueprint("extractions", __name__, tag="extractions")
Move = Literal["pause", "resume", "cancel"]
BUSY = {"Retry-After": "60"}


@routes.post("")
@needs("scans:write")
@routes.input(ExtractionIn)
@routes.output(BegunOut, status_code=202)
def start(json_data: ExtractionIn) -> BegunOut:
    """Begin an extraction. 409 while one of its types is being read in that portal."""
    order = Order(
        portal_of(json_data.portal_id),
        tuple(dict.fromkeys(json_data.object_types)),
        tuple(dict.fromkeys(json_data.properties)),
        json_data.mode,
        json_data.page_size,
        json_data.checkpoint_interval,
    )
    begun = _start(order)
    details = {"scan_id": str(begun), "object_types": list(order.object_types)}
    note(servers_of_app(), "extraction started", order.portal_id, details)
    return BegunOut(scan_id=begun, status="pending")


def _start(order: Order) -> UUID:
    try:
        return extractions.start(servers_of_app(), order, caller().name)
    except NotNow as error:
        raise Refusal(409, str(error)) from error
    except TooMany as error:
        raise Refusal(429, str(error), BUSY) from error
    except ExtractionError as error:
        raise Refusal(422, str(error)) from error


@routes.get("")
@needs("status:read")
@routes.input(ExtractionsIn, location="query")
@routes.output(ExtractionsOut)
def several(query_data: ExtractionsIn) -> ExtractionsOut:
    """List extractions, newest first."""
    asked = query_data
    portals = caller().portals if asked.portal is None else (portal_of(asked.portal),)
    begins = (asked.page - 1) * asked.per_page
    wanted = Wanted(portals, asked.state, asked.object_type, asked.per_page + 1, begins)
    rows = extractions.listed(servers_of_app(), wanted)
    shown = [_out(row) for row in rows[: asked.per_page]]
    return ExtractionsOut(extractions=shown, page=asked.page, has_more=len(rows) > asked.per_page)


@routes.get("/statistics")
@needs("status:read")
@routes.output(StatisticsOut)
def statistics() -> StatisticsOut:
    """Sum up the extractions of the portals that this token sees."""
    rows = extractions.listed(servers_of_app(), Wanted(caller().portals, limit=10_000))
    states = [row["state"] for row in rows]
    lasted = [
        ((row["finished_at"] - row["started_at"]).total_seconds(), row["records"])
        for row in rows
        if row["state"] == "completed" and row["started_at"] and row["finished_at"]
    ]
    seconds = sum(each for each, _ in lasted)
    return StatisticsOut(
        total=len(rows),
        by_state={state: states.count(state) for state in sorted(set(states))},
        records=sum(row["records"] for row in rows),
        requests=sum(row["requests"] for row in rows),
        average_seconds=seconds / len(lasted) if lasted else None,
        records_per_second=sum(each for _, each in lasted) / seconds if seconds else None,
    )


@routes.get("/<uuid:scan_id>")
@needs("status:read")
@routes.output(ExtractionOut)
def one(scan_id: UUID) -> ExtractionOut:
    """Answer an extraction: its state, how far it is, and what went wrong."""
    return _out(_row(scan_id))


@routes.get("/<uuid:scan_id>/results")
@needs("records:read")
@routes.input(ResultsIn, location="query")
@routes.output(ResultsOut)
def results(scan_id: UUID, query_data: ResultsIn) -> ResultsOut:
    """Answer a page of the records, as the copy has them now. 409 until all are here."""
    row = _row(scan_id)
    if row["state"] != "completed":
        raise Refusal(409, f"This extraction is {row['state']}: there are no results yet.")
    return _page(row, query_data)


def _page(row: dict[str, Any], asked: ResultsIn) -> ResultsOut:
    """Answer the next records of the type where the page before ended, then of the types after."""
    types, since = sorted(row["object_types"]), extractions.since(servers_of_app(), row)
    begins, after = result_cursors.read(servers_of_app(), row["extraction_id"], asked.cursor)
    found: list[ExtractedOut] = []
    for object_type in [each for each in types if each >= begins]:
        left = asked.limit + 1 - len(found)
        if left > 0:
            found += _records(row, object_type, after, since.get(object_type), left)
        after = ""
    shown = found[: asked.limit]
    last = None
    if len(found) > asked.limit:
        last = (shown[-1].object_type, shown[-1].id)
    cursor = result_cursors.written(servers_of_app(), row["extraction_id"], last)
    return ResultsOut(results=shown, next_cursor=cursor)


def _records(
    row: dict[str, Any], object_type: str, after: str, since: datetime | None, limit: int
) -> list[ExtractedOut]:
    servers, portal_id = servers_of_app(), row["portal_id"]
    portal = servers.portal(portal_id)
    kind = servers.types(portal).get(object_type) if portal else None
    if kind is None:  # the portal has that type no longer
        return []
    asked = Slice(portal_id, kind, after, since, limit)
    with servers.reading([portal_id]) as conn:
        may_see = "records:read:sensitive" in caller().scopes
        hidden = extracted_records.sensitive(conn, portal_id, object_type)
        found = extracted_records.page(conn, asked)
    names = tuple(row["properties"])
    shown = [
        extracted_records.shown(each, names, frozenset() if may_see else hidden) for each in found
    ]
    return [
        ExtractedOut(object_type=object_type, id=each.pop("hubspot_id"), **each) for each in shown
    ]


@routes.post("/<uuid:scan_id>/<any('pause','resume','cancel'):action>")
@needs("scans:write")
@routes.output(ExtractionOut)
def move(scan_id: UUID, action: Move) -> ExtractionOut:
    """Pause, resume or cancel an extraction. It acts where a page ends; 409 where it cannot."""
    row = _row(scan_id)
    try:
        extractions.move(servers_of_app(), row, action)
    except NotNow as error:
        raise Refusal(409, str(error)) from error
    note(servers_of_app(), f"extraction {action}", row["portal_id"], {"scan_id": str(scan_id)})
    return _out(_row(scan_id))


@routes.delete("/<uuid:scan_id>")
@needs("scans:write")
@routes.output({}, status_code=204)
def forget(scan_id: UUID) -> str:
    """Forget an extraction that has ended. What it read stays in the copy."""
    row = _row(scan_id)
    try:
        extractions.forget(servers_of_app(), row)
    except NotNow as error:
        raise Refusal(409, str(error)) from error
    note(servers_of_app(), "extraction deleted", row["portal_id"], {"scan_id": str(scan_id)})
    return ""


def _row(scan_id: UUID) -> dict[str, Any]:
    found = extractions.one(servers_of_app(), caller().portals, scan_id)
    if found is None:
        raise not_found(f"extraction {scan_id}")
    return found


def _out(row: dict[str, Any]) -> ExtractionOut:
    return ExtractionOut(scan_id=row["extraction_id"], **row)
