"""What each property of a record was, and since when: HubSpot's propertiesWithHistory.

https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis: newest first. What
was never changed has the one version that it was created with, so nothing is kept for it.
"""

from collections.abc import Iterable
from typing import Any

from .events import Origin
from .store import Record, Version
from .wire import epoch_ms, iso

CREATED = ("CRM_UI", "userId:52530071")


def versions(record: Record, name: str) -> list[Version]:
    """Answer the versions, oldest first."""
    kept = (record.history or {}).get(name)
    if kept is not None:
        return kept
    value = record.properties.get(name)
    if not value:
        return []
    return [(epoch_ms(record.created_at) or 0, value, *CREATED)]


def note(record: Record, values: dict[str, str], origin: Origin) -> None:
    """Enter new values into the record's history; call it before the record changes."""
    changed = {name: [*versions(record, name), (origin.at_ms, value, origin.source,
        origin.source_id)]
               for name, value in values.items()}  # fmt: skip
    record.history = (record.history or {}) | changed


def newest_at(record: Record, names: Iterable[str]) -> int:
    """Answer when the last of these properties changed last; 0 where none ever did."""
    return max(
        (versions(record, name)[-1][0] for name in names if versions(record, name)), default=0
    )


def joined_history(
    primary: Record, other: Record, taken: dict[str, str], origin: Origin
) -> dict[str, list[Version]]:
    """Join two histories. A survivor has the primary's; the values that it took from the other
    record it has since the merge."""
    names = {*primary.properties, *(primary.history or {})}
    kept = {name: versions(primary, name) for name in names if versions(primary, name)}
    moved = {
        name: (origin.at_ms, value, "MERGE_OBJECTS", f"objectId:{other.id}")
        for name, value in taken.items()
    }
    return kept | {name: [*kept.get(name, []), version] for name, version in moved.items()}


def shown_history(record: Record, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    return {name: [_shown(each) for each in reversed(versions(record, name))] for name in names}


def _shown(version: Version) -> dict[str, Any]:
    at_ms, value, source, source_id = version
    return {"value": value, "timestamp": iso(at_ms), "sourceType": source, "sourceId": source_id}
