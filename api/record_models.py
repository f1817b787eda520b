"""What the routes of records take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask import request
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from analytics.record_filters import OPERATORS


def _repeated(name: str) -> BeforeValidator:
    """Read all values of a query parameter: without this only the first would be seen."""
    return BeforeValidator(lambda first: request.args.getlist(name))


PORTAL = Field(None, description="The portal; may be left out by a token of one")


class WhoseIn(BaseModel):
    """Which portal the records are of."""

    portal: int | None = PORTAL


class RecordsIn(WhoseIn):
    """Which records, in which order, with which properties."""

    filter: Annotated[list[str], _repeated("filter")] = Field(
        [],
        description=(
            "property:operator:value, repeated to narrow further. Operators: "
            f"{', '.join(OPERATORS)}. `in` takes values between semicolons."
        ),
    )
    sort: str = Field("id", description="id or a property; -property for descending")
    fields: str | None = Field(
        None, description="Properties between commas; none: the main ones; *: all of them"
    )
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, description="next_cursor of the page before")


class RecordIn(WhoseIn):
    """A record, and how fresh it must be."""

    fresh_since: AwareDatetime | None = Field(
        None, description="Answer once the copy has seen this moment of the record, else 504"
    )
    wait: float = Field(8, ge=0, le=8, description="Seconds that fresh_since may take")


class SearchIn(WhoseIn):
    """What to look for."""

    text: str = Field(
        min_length=1, max_length=200, description="An id, an e-mail address, or part of a name"
    )


class TypeOut(BaseModel):
    """A type of records."""

    object_type: str
    type_id: str
    is_custom: bool


class TypesOut(BaseModel):
    """The types of a portal."""

    types: list[TypeOut]


class PropertyOut(BaseModel):
    """A property that may be shown, filtered and sorted by."""

    name: str
    label: str
    type: str
    group: str
    is_sensitive: bool
    is_indexed: bool = Field(description="Sorting by it is quick however many records there are")


class PropertiesOut(BaseModel):
    """The properties of a type that this token may see."""

    object_type: str
    properties: list[PropertyOut]


class RowOut(BaseModel):
    """A record of a page."""

    id: str
    updated_at: datetime
    synced_at: datetime
    properties: dict[str, str | None] = Field(description="As HubSpot sent them")


class RecordsOut(BaseModel):
    """A page of records that are neither archived nor merged away."""

    object_type: str
    records: list[RowOut]
    next_cursor: str | None = Field(
        description="null: this is the last page. A page may be short, or empty, before the last: "
        "so many records were looked through for it that the search goes on with the next"
    )


class RecordOut(BaseModel):
    """A record with every property that this token may see."""

    id: str
    object_type: str
    name: str | None
    archived: bool
    archived_at: datetime | None
    merged_into: str | None = Field(description="The id under which the record lives on")
    updated_at: datetime = Field(description="When it last changed, by HubSpot's clock")
    fetched_at: datetime = Field(description="When reading it from HubSpot began")
    synced_at: datetime = Field(description="When the row was last written")
    properties: dict[str, str | None]


class VersionOut(BaseModel):
    """A value of a property, and since when."""

    property: str
    changed_at: datetime
    value: str | None
    previous: str | None
    source: str | None
    source_id: str | None


class HistoryOut(BaseModel):
    """How a record changed, newest first, up to 500 versions."""

    versions: list[VersionOut]
    is_waiting: bool = Field(description="Versions may lack until HubSpot's history was read")


class LinkedOut(BaseModel):
    """A record at the other end."""

    id: str
    name: str | None
    is_here: bool = Field(description="The copy has the record, neither archived nor merged")
    labels: list[str] = Field(
        description="As this record says them; where it keeps no such links, as the other end does"
    )


class EndsOut(BaseModel):
    """The associated records of one type, the newest 100, and how many there are."""

    object_type: str
    total: int
    records: list[LinkedOut]


class LinkOut(BaseModel):
    """A link of ours, with how it was found and how sure it is."""

    kind: str
    object_type: str | None
    to_id: str
    to_name: str | None
    reason: str
    score: float | None
    doubt: str | None


class AssociationsOut(BaseModel):
    """HubSpot's associations of a record, and the links that Spoke made."""

    associations: list[EndsOut]
    links: list[LinkOut]


class StepOfTraceOut(BaseModel):
    """One thing that happened to a record here."""

    at: datetime
    what: str
    detail: str


class TraceOut(BaseModel):
    """All that is known to have happened to a record here, oldest first."""

    entries: list[StepOfTraceOut]


class RefreshOut(BaseModel):
    """The record is marked; a worker reads it from HubSpot next."""

    object_type: str
    id: str
    state: str = "marked"
    portal_is_paused: bool = Field(description="Nothing is read until the portal is resumed")


class HitOut(BaseModel):
    """A record that was found."""

    object_type: str
    id: str
    name: str | None
    updated_at: datetime


class HitsOut(BaseModel):
    """Records that were found, at most eight of each type."""

    hits: list[HitOut]
