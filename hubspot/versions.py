"""Read versions of properties, from events and from propertiesWithHistory. Pure.

https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis says how the API
shows them. Events tell times in epoch milliseconds and records in ISO 8601. One spelling is kept,
so that a history that ends with the record's value can be seen to. Sensitive values are not kept:
HubSpot sends REDACTED in their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hubspot.events import REDACTED, Event
from hubspot.json_text import storable
from hubspot.objects import ObjectType
from hubspot.records import as_text, spelled, timestamp


@dataclass(frozen=True, slots=True)
class Version:
    """Hold one version of a property. `value` is None where the property was cleared."""

    hubspot_id: str
    name: str  # the property's
    changed_at: datetime
    value: str | None
    source: str | None
    source_id: str | None


def of_event(kind: ObjectType, event: Event) -> Version | None:
    """Answer an event's version; None for an event that changes no property whose history is kept,
    or does not say when or to what."""
    raw = event.raw
    name, value = raw.get("propertyName"), raw.get("propertyValue")
    kept = event.action == "propertyChange" and name in kind.history and "propertyValue" in raw
    if (
        not kept
        or raw.get("isSensitive")
        or value == REDACTED
        or not event.hubspot_id
        or not event.occurred_at
    ):
        return None
    source, source_id = raw.get("changeSource"), raw.get("sourceId")
    return Version(
        event.hubspot_id,
        str(name),
        event.occurred_at,
        spelled(kind, str(name), as_text(value)),
        as_text(source),
        as_text(source_id),
    )


def of_record(kind: ObjectType, record: Mapping[str, Any]) -> Iterator[Version]:
    """Yield a record's versions, oldest first."""
    found = storable(record.get("propertiesWithHistory") or {})[0]
    for name in kind.history:
        for each in reversed(found.get(name) or []):
            changed_at = timestamp(each.get("timestamp"))
            if changed_at is not None and each.get("value") != REDACTED:
                source, source_id = as_text(each.get("sourceType")), as_text(each.get("sourceId"))
                yield Version(
                    str(record["id"]),
                    name,
                    changed_at,
                    spelled(kind, name, as_text(each.get("value"))),
                    source,
                    source_id,
                )
