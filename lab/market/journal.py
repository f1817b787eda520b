"""Collect what happened to a record, and answer it as the simulator keeps it: with histories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.simulator.history import CREATED
from lab.simulator.store import Record, Version
from lab.simulator.wire import iso

Values = Mapping[str, str | None]


@dataclass
class Journal:
    """Hold the values of one record by the time at which they were set; nothing after the end of
    the market is kept."""

    created_ms: int
    until_ms: int
    entries: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    silent: dict[str, str] = field(default_factory=dict)  # HubSpot calculates them: no history

    def set(self, at_ms: int, values: Values) -> None:
        if at_ms <= self.until_ms:
            known = {name: value for name, value in values.items() if value is not None}
            self.entries.append((at_ms, known))

    def record(self, record_id: int, created: str, modified: str) -> Record:
        """Make the record; `created` and `modified` are the properties with these dates."""
        versions: dict[str, list[Version]] = {}
        last = self.created_ms
        for at_ms, values in sorted(self.entries, key=lambda entry: entry[0]):
            last = max(last, at_ms)
            for name, value in values.items():
                kept = versions.setdefault(name, [])
                if not kept or kept[-1][1] != value:
                    kept.append((at_ms, value, *CREATED))
        properties = {name: kept[-1][1] for name, kept in versions.items()}
        made, changed = iso(self.created_ms), iso(last)
        fixed = {"hs_object_id": str(record_id), created: made, modified: changed}
        moved = {name: kept for name, kept in versions.items() if self._has_moved(kept)}
        return Record(
            record_id, properties | self.silent | fixed, made, changed, last, history=moved or None
        )

    def _has_moved(self, kept: list[Version]) -> bool:
        """Tell a history from a value that the record was created with."""
        return len(kept) > 1 or kept[0][0] != self.created_ms


def at_once(
    record_id: int, at_ms: int, values: dict[str, str], created: str, modified: str
) -> Record:
    """Make a record that never changed."""
    made = iso(at_ms)
    fixed = {"hs_object_id": str(record_id), created: made, modified: made}
    return Record(record_id, values | fixed, made, made, at_ms)
