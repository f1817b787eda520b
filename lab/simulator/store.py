"""The records of one object type, in the orders that HubSpot reads them: by id, and by modified
time for search."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from zlib import crc32

Version = tuple[int, str, str, str]  # epoch ms, value, source, source id


@dataclass(slots=True)
class Record:
    """Unset properties are simply not in the dict: a portal has far more names than values."""

    id: int
    properties: dict[str, str]
    created_at: str
    updated_at: str
    modified: int  # epoch ms of updated_at
    archived_at: str | None = None
    history: dict[str, list[Version]] | None = (
        None  # of the properties that ever changed; see history.py
    )


@dataclass(slots=True)
class Store:
    """`live` and `archived` are ascending ids; `by_modified` holds (modified, id) of the live
    records."""

    unique: set[str] = field(default_factory=set)
    records: dict[int, Record] = field(default_factory=dict)
    live: list[int] = field(default_factory=list)
    archived: list[int] = field(default_factory=list)
    by_modified: list[tuple[int, int]] = field(default_factory=list)
    keys: dict[str, dict[str, int]] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)  # old id → survivor
    last_id: int = 100

    def fill(self, records: Iterable[Record]) -> None:
        """Load the records at first: sorted once instead of inserted one by one."""
        self.records = {record.id: record for record in records}
        self.live = sorted(self.records)
        self.last_id = max(self.live, default=self.last_id)
        self.by_modified = sorted((record.modified, record.id) for record in self.records.values())
        for name in self.unique:
            self.index(name)

    def index(self, name: str) -> None:
        """Start to keep a property unique."""
        self.unique.add(name)
        values = ((record.properties.get(name), record.id) for record in self.records.values())
        self.keys[name] = {value.lower(): record_id for value, record_id in values if value}

    def get(self, record_id: int, archived: bool = False) -> Record | None:
        record = self.records.get(record_id)
        if record is not None and (record.archived_at is not None) == archived:
            return record
        return None

    def find(self, name: str, value: str) -> Record | None:
        """Find a record by a unique property such as email; case does not count."""
        record_id = self.keys.get(name, {}).get(value.lower())
        if record_id is None:
            return None
        return self.records.get(record_id)

    def page(self, after: int, limit: int, archived: bool) -> tuple[list[Record], bool]:
        """Answer the records with ids above `after`, and whether more follow."""
        ids = self.archived if archived else self.live
        start = bisect_right(ids, after)
        return [self.records[record_id] for record_id in ids[start : start + limit]], len(
            ids
        ) > start + limit

    def jumbled(self, place: int, limit: int) -> tuple[list[Record], bool]:
        """Answer archived records in no order of their ids, from a place on, and whether more
        follow."""
        ids = sorted(self.archived, key=lambda record_id: crc32(str(record_id).encode()))
        found = [self.records[record_id] for record_id in ids[place : place + limit]]
        return found, len(ids) > place + limit

    def modified_between(self, low: float, high: float) -> Iterator[Record]:
        """Answer live records with low <= modified <= high: search by modified time is what a
        mirror asks every hour."""
        start, end = (
            bisect_left(self.by_modified, (low,)),
            bisect_right(self.by_modified, (high, float("inf"))),
        )
        return (self.records[record_id] for _, record_id in self.by_modified[start:end])

    def add(self, record: Record) -> None:
        self.records[record.id] = record
        self.last_id = max(self.last_id, record.id)
        self._show(record)
        for name in self.unique:
            self._key(record, name)

    def change(
        self, record: Record, values: dict[str, str], modified: int, updated_at: str
    ) -> None:
        """Set properties and move the record to its new place in modified order. A cleared one
        stays as ""."""
        for name in self.unique & values.keys():
            self.keys[name].pop(record.properties.get(name, "").lower(), None)
        record.properties.update(values)
        self._hide_modified(record)
        record.modified, record.updated_at = modified, updated_at
        insort(self.by_modified, (record.modified, record.id))
        for name in self.unique & values.keys():
            self._key(record, name)

    def archive(self, record: Record, at: str) -> None:
        self._hide(record)
        record.archived_at = at
        insort(self.archived, record.id)

    def restore(self, record: Record) -> None:
        self._drop(self.archived, record.id)
        record.archived_at = None
        self._show(record)

    def remove(self, record: Record) -> None:
        """Drop a record for good, as after a merge or a privacy deletion; its unique values lead
        nowhere from now on."""
        if record.archived_at is None:
            self._hide(record)
        else:
            self._drop(self.archived, record.id)
        del self.records[record.id]

    def _show(self, record: Record) -> None:
        insort(self.live, record.id)
        insort(self.by_modified, (record.modified, record.id))

    def _hide(self, record: Record) -> None:
        self._drop(self.live, record.id)
        self._hide_modified(record)

    def _hide_modified(self, record: Record) -> None:
        del self.by_modified[bisect_left(self.by_modified, (record.modified, record.id))]

    def _drop(self, ids: list[int], record_id: int) -> None:
        del ids[bisect_left(ids, record_id)]

    def _key(self, record: Record, name: str) -> None:
        if value := record.properties.get(name):
            self.keys[name][value.lower()] = record.id
