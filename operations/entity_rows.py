"""Say how each entity's file becomes rows of a table: which column is which, and what HubSpot's
record would have been."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hubspot.objects import OBJECT_TYPES
from operations.json_columns import lists, objects, quoted, text

Batch = Mapping[str, pa.Array]
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
TICKETS_PIPELINE = "support"
CLOSED = ("closed", "resolved")
# won and lost go by the stage's name
WON, LOST = "closed won", "closed lost"


@dataclass(frozen=True)
class EntityFile:
    """Describe an entity's file: its table, its columns (table's ← file's), the links of a record
    (type ← file's column), and what has to be worked out."""

    name: str
    table: str
    key: str  # the file's column of ids
    moment: str  # … of the time of its creation, or of the event
    columns: Mapping[str, str]
    links: Mapping[str, str] = field(default_factory=dict)
    worked_out: Callable[[Batch], dict[str, pa.Array]] = lambda batch: {}
    needs: tuple[str, ...] = ()  # further columns of the file
    event_key: str = "event_id"  # the table's column of ids, of events

    @property
    def reads(self) -> list[str]:
        """List the file's columns that must be there."""
        named = {self.key, self.moment, *self.columns.values(), *self.links.values(), *self.needs}
        return sorted(named)

    @property
    def is_record(self) -> bool:
        """Tell whether these are records of HubSpot's, with raw_json; else events."""
        return self.name in OBJECT_TYPES

    def rows(self, batch: Batch, portal_id: int, fetched_at: str) -> dict[str, pa.Array]:
        """Answer the table's columns for a batch of the file's rows."""
        typed = {to: batch[of] for to, of in self.columns.items()} | self.worked_out(batch)
        portal = pa.repeat(portal_id, len(batch[self.key]))
        if not self.is_record:
            event = {self.event_key: batch[self.key], "occurred_at": batch[self.moment]}
            return {"portal_id": portal} | event | typed
        links = {to: batch[of] for to, of in self.links.items()}
        columns = OBJECT_TYPES[self.name].link_columns
        moment = text(pc.cast(batch[self.moment], pa.timestamp("ms", "UTC")))
        return {
            "portal_id": portal,
            "hubspot_id": batch[self.key],
            **typed,
            **{columns[to]: lists(ids) for to, ids in links.items()},
            "raw_json": self._json(batch[self.key], moment, typed, links),
            "fetched_at": pa.repeat(fetched_at, len(moment)),
            "updated_at": moment,
        }

    def _json(self, ids: pa.Array, moment: pa.Array, typed: Batch, links: Batch) -> pa.Array:
        """Write each record as HubSpot answers it: every value is a text."""
        kind = OBJECT_TYPES[self.name]
        names = {column.name: column.property for column in kind.columns}
        key, time = quoted(ids), quoted(moment)
        properties = {names[name]: quoted(column) for name, column in typed.items()}
        ends = {
            to: pc.binary_join_element_wise('{"results": [{"id": ', quoted(each), "}]}", "")
            for to, each in links.items()
        }
        members = {
            "id": key,
            "archived": pa.repeat("false", len(ids)),
            "createdAt": time,
            "updatedAt": time,
            "properties": objects(properties | {"hs_object_id": key, kind.modified: time}),
        }
        if ends:
            members["associations"] = objects(ends)
        return objects(members)


def stage_id(pipeline: str, stage: str) -> str:
    """Answer HubSpot's id for a stage: it has one for each stage of each pipeline."""
    return f"{slug(pipeline)}-{slug(stage)}"


def slug(words: str) -> str:
    return "-".join(words.lower().split())


def _mapped(column: pa.Array, by: Callable[[str], str]) -> pa.Array:
    """Answer another word for each word."""
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    words = [None if each is None else by(each) for each in coded.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(coded.indices, pa.array(words, pa.string())).cast("str")


def _later(moment: pa.Array, by_ms: pa.Array, where: pa.Array) -> pa.Array:
    """Answer moments that are later, and none where something is not so."""
    began = moment.cast(pa.timestamp("ms", "UTC")).cast(pa.int64())
    ended = pc.add(began, pc.cast(pc.round(pc.cast(by_ms, pa.float64())), pa.int64()))
    return pc.if_else(where, ended, None).cast(pa.timestamp("ms", "UTC"))


def _deals(batch: Batch) -> dict[str, pa.Array]:
    pipeline, stage = batch["pipeline"].cast("str"), batch["stage"].cast("str")
    ids = pc.binary_join_element_wise(_mapped(pipeline, slug), _mapped(stage, slug), "-")
    closed = pc.is_in(pc.utf8_lower(stage), pa.array([WON, LOST]))
    days = pc.cast(batch["days_in_pipeline"], pa.int64())
    return {
        "pipeline": _mapped(pipeline, slug),
        "dealstage": ids,
        # what was 49.67 % is 0.4967 exactly, as text: no float is nearer
        "probability": _hundredth(batch["probability"]),
        "closedate": _later(batch["created_at"], pc.multiply(days, DAY_MS), closed),
    }


def _hundredth(percent: pa.Array) -> pa.Array:
    """Divide by a hundred as people do it on paper."""
    exact = pc.cast(percent, pa.decimal128(12, 6), safe=False)
    return pc.multiply(exact, pa.scalar("0.01").cast(pa.decimal128(3, 2))).cast(pa.string())


def _tickets(batch: Batch) -> dict[str, pa.Array]:
    status = batch["status"].cast("str")
    spent = pc.round(pc.multiply(pc.cast(batch["resolution_hours"], pa.float64()), HOUR_MS))
    closed = pc.is_in(pc.utf8_lower(status), pa.array(CLOSED))
    return {
        "pipeline": pa.repeat(TICKETS_PIPELINE, len(status)),
        "pipeline_stage": _mapped(status, lambda each: stage_id(TICKETS_PIPELINE, each)),
        "time_to_close": pc.cast(spent, pa.int64(), safe=False),
        "closed_date": _later(batch["created_at"], spent, closed),
    }


def _same(*names: str, **others: str) -> dict[str, Any]:
    return {name: name for name in names} | others


ENTITY_FILES = (
    EntityFile(
        "companies", "hubspot_companies_raw", "company_id", "created_at",
        _same(
            "industry", "region", "founded_year", "website_traffic_monthly", name="company_name",
            numberofemployees="employee_count", annualrevenue="annual_revenue",
            createdate="created_at",
        ),
    ),
    EntityFile(
        "contacts", "hubspot_contacts_raw", "contact_id", "first_touch_date",
        _same(
            "email", "lead_source", "lead_score", "region", "num_page_views",
            "num_form_submissions", jobtitle="job_title", lifecyclestage="lifecycle_stage",
            first_touch_at="first_touch_date", createdate="first_touch_date",
        ),
        {"companies": "company_id"},
    ),
    EntityFile(
        "deals", "hubspot_deals_raw", "deal_id", "created_at",
        _same(
            "amount", "industry", "region", "days_in_pipeline", dealname="deal_name",
            createdate="created_at",
        ),
        {"contacts": "contact_id", "companies": "company_id"},
        _deals, ("stage", "pipeline", "probability"),
    ),
    EntityFile(
        "tickets", "hubspot_tickets_raw", "ticket_id", "created_at",
        _same(
            "category", "priority", "satisfaction_score", "num_interactions", subject="category",
            createdate="created_at",
        ),
        {"contacts": "contact_id", "companies": "company_id"},
        _tickets, ("status", "resolution_hours"),
    ),
    EntityFile(
        "marketing_events", "hubspot_marketing_events_raw", "event_id", "timestamp",
        _same(
            "event_type", "channel", "campaign_id", "utm_source", "device_type",
            "session_duration_sec", "page_depth", name="event_type", event_at="timestamp",
            createdate="timestamp",
        ),
        {"contacts": "contact_id"},
    ),
    EntityFile(
        "email_events", "hubspot_email_events", "email_event_id", "timestamp",
        _same(
            "contact_id", "campaign_id", "campaign_type", "action", "subject_line_length",
            "send_hour", "send_day_of_week",
        ),
    ),
    EntityFile(
        "web_sessions", "hubspot_web_sessions", "session_id", "timestamp",
        _same(
            "page_url", "referrer_domain", "browser", "device_type", "country",
            "session_duration_sec", "page_views", "bounce", "conversion",
        ),
        event_key="session_id",
    ),
)  # fmt: skip
