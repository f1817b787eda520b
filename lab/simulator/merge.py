"""Merging two records: the survivor has a new id, and the old ids lead to it.

https://developers.hubspot.com/changelog/announcement-deals-now-support-merging: a GET on an old id
returns the survivor while the associations of the old id are empty. hs_merged_object_ids is the
complete list of former ids; hs_calculated_merged_vids knows only the last merge:
https://github.com/fivetran/dbt_hubspot/issues/168
"""

from hubspot.objects import ObjectType

from .errors import Problem
from .events import Origin
from .history import joined_history
from .portal import Portal
from .store import Record, Version

MAX_IDENTITIES = 250


def merge(
    portal: Portal, kind: ObjectType, primary: Record, other: Record, origin: Origin
) -> Record:
    """Merge two records. The primary's values win; values that it lacks come from the other."""
    former = former_ids(primary) + former_ids(other)
    if len(former) > MAX_IDENTITIES:
        raise Problem(414, f"Cannot have more than {MAX_IDENTITIES} identities")
    values = joined(kind, primary, other)
    moved = len(values) - len(primary.properties)
    links = portal.associations.neighbours(kind.name, primary.id) + portal.associations.neighbours(
        kind.name, other.id
    )
    for record in (primary, other):
        portal.forget(kind, record, origin)
    survivor = reborn(
        portal, kind, values | merged_properties(kind, former, primary, other, origin), origin
    )
    survivor.created_at = min(primary.created_at, other.created_at)
    taken = {name: value for name, value in values.items() if primary.properties.get(name) != value}
    survivor.history = still_true(survivor, joined_history(primary, other, taken, origin))
    for to_type, to_id, types in links:
        portal.associate((kind.name, to_type), survivor.id, to_id, types, origin)
    lead_to(portal, kind, former, survivor)
    portal.tell(portal.writer.merged(kind, survivor.id, primary.id, [other.id], moved, origin))
    return survivor


def still_true(survivor: Record, history: dict[str, list[Version]]) -> dict[str, list[Version]]:
    """Leave out the histories that end in another value than the survivor's: of its id, its
    modified date and the list of former ids."""
    values = survivor.properties
    return {name: kept for name, kept in history.items() if kept[-1][1] == values.get(name, "")}


def former_ids(record: Record) -> list[int]:
    """Answer the record's own id and the ids it absorbed before."""
    return [
        record.id,
        *map(int, filter(None, record.properties.get("hs_merged_object_ids", "").split(";"))),
    ]


def joined(kind: ObjectType, primary: Record, other: Record) -> dict[str, str]:
    gaps = {
        name: value for name, value in other.properties.items() if not primary.properties.get(name)
    }
    return primary.properties | gaps


def merged_properties(
    kind: ObjectType, former: list[int], primary: Record, other: Record, origin: Origin
) -> dict[str, str]:
    values = {"hs_merged_object_ids": ";".join(map(str, sorted(former)))}
    if kind.singular == "contact":
        values["hs_calculated_merged_vids"] = ";".join(
            f"{one.id}:{origin.at_ms}" for one in (primary, other)
        )
    return values


def reborn(portal: Portal, kind: ObjectType, values: dict[str, str], origin: Origin) -> Record:
    """Make the survivor without a creation event: the merge event is all that tells of it."""
    muted, portal.muted = portal.muted, True
    survivor = portal.create(kind, values, origin)
    portal.muted = muted
    return survivor


def lead_to(portal: Portal, kind: ObjectType, former: list[int], survivor: Record) -> None:
    for record_id in former:
        portal.stores[kind.name].merged[record_id] = survivor.id
