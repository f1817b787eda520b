"""One HubSpot account: its records, links, definitions, owners and pipelines, and every change that
can happen to them.

A change moves the records first and tells the webhooks after; it never yields between, so readers
see it whole.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from hubspot.objects import OBJECT_TYPES, ObjectType

from .associations import Associations, LinkChange, Pair
from .definitions import Definition, announced, created_property, definitions, options
from .deliveries import Deliveries
from .derived import derived
from .errors import unknown_type, unlinkable
from .events import PRIVACY, Event, Origin, Writer
from .families import Families
from .history import newest_at, note
from .pipelines import pipelines
from .search_index import SearchIndex
from .standard_types import UNFILLED, called
from .store import Record, Store
from .wire import in_event, iso

_SILENT = {kind.type_id for kind in OBJECT_TYPES.values() if not kind.tells}
Group = dict[str, Any]  # of properties: name, label, displayOrder


@dataclass(slots=True)
class Portal:
    portal_id: int
    writer: Writer
    deliveries: Deliveries
    owners: list[dict[str, Any]]
    types: dict[str, ObjectType] = field(default_factory=lambda: dict(OBJECT_TYPES))
    stores: dict[str, Store] = field(default_factory=dict)
    indexes: dict[str, SearchIndex] = field(default_factory=dict)
    properties: dict[str, dict[str, Definition]] = field(default_factory=dict)
    announced: dict[str, set[str]] = field(default_factory=dict)
    archived_properties: dict[tuple[str, str], Definition] = field(default_factory=dict)
    pipelines: dict[str, list[dict[str, Any]]] = field(default_factory=pipelines)
    associations: Associations = field(init=False)
    # custom object types, as they were created
    schemas: dict[str, dict[str, Any]] = field(default_factory=dict)
    # property groups that were written, by type and name; the others follow from the definitions
    groups: dict[str, dict[str, Group]] = field(default_factory=dict)
    # lists, forms and all else that webhooks do not tell of: see families.py
    families: Families = field(default_factory=dict)
    made: int = 0  # how many pipelines and stages were created: ids are never used again
    defined: int = 0  # how many custom types there ever were: ids are never used again
    muted: bool = False  # while true, changes fire no events

    def __post_init__(self) -> None:
        self.associations = Associations(self.types)
        for kind in list(self.types.values()):
            self.know(kind, definitions(kind, self.choices(kind)))

    def know(self, kind: ObjectType, known: dict[str, Definition]) -> None:
        """Learn an object type: the registry's at the start, custom ones later."""
        self.types[kind.name] = kind
        self.properties[kind.name] = known
        unique = {name for name, one in known.items() if one["hasUniqueValue"]} - {"hs_object_id"}
        self.stores[kind.name] = Store(unique, keys={name: {} for name in unique})
        self.indexes[kind.name] = SearchIndex()
        self.define(kind)

    def choices(self, kind: ObjectType) -> dict[str, list[tuple[str, str]]]:
        """Answer the options of the properties whose values are this portal's own: owners,
        pipelines, stages."""
        held = self.pipelines.get(kind.name, [])
        pipelines = [(one["id"], one["label"]) for one in held]
        stages = [(stage["id"], stage["label"]) for one in held for stage in one["stages"]]
        return {
            "hubspot_owner_id": [
                (one["id"], f"{one['firstName']} {one['lastName']}") for one in self.owners
            ],
            "pipeline": pipelines,
            "hs_pipeline": pipelines,
            "dealstage": stages,
            "hs_pipeline_stage": stages,
        }

    def choose_again(self, kind: ObjectType) -> None:
        """Choose the options again; call it whenever pipelines or stages of a type changed: they
        are options."""
        known = self.properties[kind.name]
        for name, pairs in self.choices(kind).items():
            if name in known:
                known[name]["options"] = options(pairs)

    def next_id(self) -> str:
        """Answer the id of a pipeline or stage that is created."""
        self.made += 1
        return str(94_700_000 + self.made)

    def groups_of(self, kind: ObjectType) -> dict[str, Group]:
        """Answer every group that a property names or that was created."""
        named = dict.fromkeys(one["groupName"] for one in self.properties[kind.name].values())
        plain = {
            name: {"name": name, "label": name, "displayOrder": place, "archived": False}
            for place, name in enumerate(named)
        }
        return plain | self.groups.get(kind.name, {})

    def define(self, kind: ObjectType) -> None:
        """Learn what webhooks announce of a type; call it whenever its definitions changed."""
        self.announced[kind.name] = announced(kind, self.properties[kind.name].values())

    def kind(self, name: str) -> ObjectType:
        """Find a type by any of its names, in any case, as every path of the API allows. A standard
        type that has no records is learned when it is first named."""
        if name in self.types:
            return self.types[name]
        word = name.lower()
        for kind in self.types.values():
            if word in called(kind):
                return kind
        if word not in UNFILLED:
            raise unknown_type(name)
        kind = UNFILLED[word]
        self.know(kind, definitions(kind, self.choices(kind)))
        return kind

    def now(self) -> int:
        return time.time_ns() // 1_000_000

    def create(
        self, kind: ObjectType, values: dict[str, str], origin: Origin, record_id: int | None = None
    ) -> Record:
        store = self.stores[kind.name]
        record_id, at = record_id or store.last_id + 1, iso(origin.at_ms)
        kept = {name: value for name, value in values.items() if value != ""}
        fixed = {"hs_object_id": str(record_id), kind.modified: at}
        record = Record(
            record_id, {created_property(kind): at} | kept | fixed, at, at, origin.at_ms
        )
        record.properties |= derived(kind.name, kept, self.pipelines)
        self._lag(kind, record_id)
        store.add(record)
        self.tell(
            self.writer.created(kind, record.id, origin),
            *(
                self.writer.changed(kind, record.id, name, value, origin)
                for name, value in self._told(kind, kept)
            ),
        )
        return record

    def update(
        self, kind: ObjectType, record: Record, values: dict[str, str], origin: Origin
    ) -> dict[str, str]:
        """Set the values that differ and return them; a write that changes nothing leaves the
        modified date alone."""
        kept = record.properties
        changed = {name: value for name, value in values.items() if kept.get(name, "") != value}
        if changed:
            # Nothing changes twice in one millisecond: its history could not tell which came last.
            origin = replace(origin, at_ms=max(origin.at_ms, newest_at(record, changed) + 1))
            modified = max(origin.at_ms, record.modified + 1)
            at = iso(modified)
            silent = derived(kind.name, changed, self.pipelines) | {kind.modified: at}
            self._lag(kind, record.id)
            note(record, changed, origin)
            self.stores[kind.name].change(record, changed | silent, modified, at)
            told = self._told(kind, changed)
            self.tell(
                *(self.writer.changed(kind, record.id, name, value, origin) for name, value in told)
            )
        return changed

    def archive(self, kind: ObjectType, record: Record, origin: Origin) -> None:
        """Archive a record. The modified date stays as it was: only list and get with archived=true
        can tell."""
        self._lag(kind, record.id)
        self.stores[kind.name].archive(record, iso(origin.at_ms))
        self.tell(self.writer.archived(kind, record.id, origin))
        self._tell_neighbours(kind, record, origin, removed=True)

    def restore(self, kind: ObjectType, record: Record, origin: Origin) -> None:
        self._lag(kind, record.id)
        self.stores[kind.name].restore(record)
        self.tell(self.writer.restored(kind, record.id, origin))
        self._tell_neighbours(kind, record, origin, removed=False)

    def purge(self, kind: ObjectType, record: Record, origin: Origin) -> None:
        """Delete a person for good: nothing is left, and two deliveries tell it, in any order."""
        self.forget(kind, record, origin)
        deletions = [self.writer.archived(kind, record.id, origin)]
        if kind.name in PRIVACY:
            deletions.append(self.writer.purged(record.id, origin))
        if self.heard:
            self.deliveries.add_apart(deletions)

    def forget(self, kind: ObjectType, record: Record, origin: Origin) -> None:
        """Remove a record and its links for good."""
        self._lag(kind, record.id)
        self.stores[kind.name].remove(record)
        gone = self.associations.drop_all(kind.name, record.id)
        if self.deliveries.settings.removals_tell_associations:
            self.tell_links(gone, origin)

    def associate(
        self, pair: Pair, from_id: int, to_id: int, type_ids: Iterable[int], origin: Origin
    ) -> None:
        """Raise Problem for a pair of types that HubSpot never links."""
        if not self.associations.labels_of(pair):
            raise unlinkable(*pair)
        self.tell_links(self.associations.put(pair, from_id, to_id, type_ids), origin)

    def dissociate(
        self, pair: Pair, from_id: int, to_id: int, type_ids: Iterable[int] | None, origin: Origin
    ) -> None:
        self.tell_links(self.associations.drop(pair, from_id, to_id, type_ids), origin)

    def linked(
        self, kind: ObjectType, record_id: int, to: ObjectType
    ) -> dict[int, tuple[int, ...]]:
        """Answer a record's links to records that still show; archived ones keep theirs for the day
        they are restored."""
        shown = self.stores[to.name].records
        links = self.associations.of(kind.name, record_id, to.name)
        return {
            to_id: types
            for to_id, types in links.items()
            if to_id in shown and shown[to_id].archived_at is None
        }

    @property
    def heard(self) -> bool:
        return bool(self.deliveries.settings.deliver_to) and not self.muted

    def tell(self, *events: Event) -> None:
        """Send events, but of types of which HubSpot has no webhooks."""
        about = ("objectTypeId", "fromObjectTypeId")
        told = [one for one in events if _SILENT.isdisjoint(one.get(name) for name in about)]
        if self.heard:
            self.deliveries.add(told)

    def tell_links(self, changes: Iterable[LinkChange], origin: Origin) -> None:
        written = (self.writer.linked(change, origin) for change in changes)
        self.tell(*(event for event in written if event is not None))

    def _tell_neighbours(
        self, kind: ObjectType, record: Record, origin: Origin, removed: bool
    ) -> None:
        if self.deliveries.settings.removals_tell_associations:
            self.tell_links(self.associations.changes_of(kind.name, record.id, removed), origin)

    def _lag(self, kind: ObjectType, record_id: int) -> None:
        """Keep a record for search before it changes: search may go on showing it as it is now."""
        lag_ms = self.deliveries.settings.search_lag_ms
        if lag_ms:
            self.indexes[kind.name].delay(
                self.stores[kind.name].records.get(record_id), record_id, lag_ms
            )

    def _told(self, kind: ObjectType, values: dict[str, str]) -> Iterable[tuple[str, str | None]]:
        """Tell a value as an event does: times in epoch milliseconds, where records have ISO 8601;
        of a sensitive property none."""
        known = self.properties[kind.name]
        return (
            (name, in_event(value, known[name]["type"]) if _is_plain(known[name]) else None)
            for name, value in values.items()
            if name in self.announced[kind.name]
        )


def _is_plain(one: Definition) -> bool:
    return bool(one["dataSensitivity"] == "non_sensitive")
