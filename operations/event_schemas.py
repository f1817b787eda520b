"""List the schemas of events that the company's own systems send, as data. One more is one entry.

A schema's name ends with its version: what changes its meaning is a new one. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

LONGEST = 2_000  # characters of a value
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)  # how far a clock may be wrong
_SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,39}")
SOURCE_RULE = "a name of at most 40 small letters, digits, _ and -, which begins with a letter"


@dataclass(frozen=True, slots=True)
class EventField:
    """Describe a field: what it holds (text, number or time), and how long it may be."""

    name: str
    about: str
    kind: str = "text"
    needed: bool = False
    longest: int = LONGEST


@dataclass(frozen=True, slots=True)
class EventSchema:
    """Describe the events of one kind of system."""

    name: str
    about: str
    own: tuple[EventField, ...]  # beside the fields of all

    @property
    def fields(self) -> tuple[EventField, ...]:
        """Answer every field, the ones of all schemas first."""
        return (*OF_ALL, *self.own)


OF_ALL = (
    EventField("event_id", "The sender's id: an event that comes again is one", "text", True, 200),
    EventField("event", "What happened, as page_view or report_made", "text", True, 100),
    EventField("occurred_at", "When, in ISO 8601 with its zone", "time", True),
    EventField("contact_id", "HubSpot's id of the contact", longest=50),
    EventField("email", "Else the contact's e-mail address", longest=320),
    EventField("quantity", "How much or how many of it", "number"),
)
EVENT_SCHEMAS: Mapping[str, EventSchema] = {
    each.name: each
    for each in (
        EventSchema(
            "website.v1",
            "What people do on the company's website",
            (
                EventField("url", "The page"),
                EventField("referrer", "The page before"),
                EventField("campaign", "What brought the visit", longest=200),
                EventField("duration_seconds", "How long it took", "number"),
            ),
        ),
        EventSchema(
            "product.v1",
            "What users do in the company's product",
            (
                EventField("feature", "Which part of it", longest=200),
                EventField("account", "The customer's account there", longest=200),
                EventField("plan", "What the account pays for", longest=200),
            ),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class GivenEvent:
    """Hold one event whose fields were checked."""

    event_id: str
    event: str
    occurred_at: datetime
    contact_id: str | None
    email: str | None
    quantity: float | None
    properties: Mapping[str, Any]


def is_source(name: str) -> bool:
    """Tell whether a system may be called so."""
    return _SOURCE.fullmatch(name) is not None


def given(schema: EventSchema, values: Mapping[str, Any], now: datetime) -> GivenEvent:
    """Check an event and answer it. Raises ValueError, which names every mistake."""
    known = {field.name: field for field in schema.fields}
    mistakes = [f"{name} is no field of {schema.name}" for name in values if name not in known]
    found: dict[str, Any] = {}
    for name, field in known.items():
        try:
            found[name] = _value(field, values.get(name), now)
        except ValueError as error:
            mistakes.append(f"{name} {error}")
    if not (values.get("contact_id") or values.get("email")):
        mistakes.append("contact_id or email is needed: an event of nobody says nothing")
    if mistakes:
        raise ValueError("; ".join(mistakes))
    if found["email"]:
        found["email"] = found["email"].lower()
    of_all = {field.name: found.pop(field.name) for field in OF_ALL}
    kept = {name: value for name, value in found.items() if value is not None}
    return GivenEvent(**of_all, properties=kept)


def _value(field: EventField, value: Any, now: datetime) -> Any:
    if value is None or value == "":
        if field.needed:
            raise ValueError("is needed")
        return None
    return _READ[field.kind](field, value, now)


def _text(field: EventField, value: Any, now: datetime) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("must be a text")
    said = str(value).strip()
    if not said or len(said) > field.longest or "\0" in said:
        raise ValueError(f"must be a text of 1 to {field.longest} characters")
    return said


def _number(field: EventField, value: Any, now: datetime) -> float:
    try:
        found = float(value) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise ValueError("must be a number")
    return found


def _time(field: EventField, value: Any, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("must be a time in ISO 8601") from None
    if found.tzinfo is None:
        raise ValueError("must name its time zone, as 2026-11-29T10:00:00Z does")
    if not _OLDEST <= found <= now + _AHEAD:
        raise ValueError("must lie after 2000 and not in the future")
    return found


_READ = {"text": _text, "number": _number, "time": _time}


def described() -> Iterator[str]:
    """Yield a line for each schema: its name and fields."""
    for schema in EVENT_SCHEMAS.values():
        names = ", ".join(f"{each.name}{'*' if each.needed else ''}" for each in schema.fields)
        yield f"{schema.name}: {names}"
