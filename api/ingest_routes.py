"""/ingest: events of the company's own website and product, by contact."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from api.guard import needs, note, portal_of, servers_of_app
from api.problems import Refusal
from operations import event_intake
from operations.event_intake import AT_ONCE, WrongEvents
from operations.event_schemas import EVENT_SCHEMAS, SOURCE_RULE, described, is_source

routes = APIBlueprint("ingest", __name__, tag="ingest")
_SCHEMAS = "Names the fields of each event; * is needed. " + "; ".join(described())


class PortalOfEventsIn(BaseModel):
    """Whose contacts the events name."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")


class IngestIn(BaseModel):
    """Events of one system, all under one schema. All of them are taken, or none."""

    schema_name: str = Field(alias="schema", max_length=50, description=_SCHEMAS)
    events: list[dict[str, Any]] = Field(min_length=1, max_length=AT_ONCE)


class IngestOut(BaseModel):
    """What came of them."""

    received: int
    new: int = Field(description="The others were here already, by source and event_id")


@routes.post("/ingest/<source>")
@needs("events:write")
@routes.input(PortalOfEventsIn, location="query")
@routes.input(IngestIn, location="json")
@routes.output(IngestOut)
def ingest(source: str, query_data: PortalOfEventsIn, json_data: IngestIn) -> IngestOut:
    """Take up to 500 events of a website or product. Sending them again changes nothing."""
    if not is_source(source):
        raise Refusal(422, f"A source is {SOURCE_RULE}.")
    schema = EVENT_SCHEMAS.get(json_data.schema_name)
    if schema is None:
        raise Refusal(
            422, f"There is no schema {json_data.schema_name}: {', '.join(EVENT_SCHEMAS)}."
        )
    servers, portal_id = servers_of_app(), portal_of(query_data.portal)
    try:
        events = event_intake.checked(schema, json_data.events)
    except WrongEvents as error:
        raise Refusal(422, str(error)) from error
    with servers.database.transaction() as conn:
        taken = event_intake.take(conn, portal_id, source, schema.name, events)
    counts = {"source": source, "received": taken.received, "new": taken.new}
    note(servers, "ingest", portal_id, counts)
    return IngestOut(received=taken.received, new=taken.new)
