"""How far search is behind: which records it still shows as they were, and until when.

HubSpot's search is eventually consistent, by seconds and not in order:
https://github.com/estuary/connectors/issues/1861
"""

import time
from dataclasses import dataclass, field, replace
from random import Random

from .store import Record


@dataclass(frozen=True, slots=True)
class Behind:
    """A record as search shows it until `due`; None when search does not know it yet."""

    due: float
    before: Record | None


@dataclass(slots=True)
class SearchIndex:
    random: Random = field(default_factory=lambda: Random(1))
    behind: dict[int, Behind] = field(default_factory=dict)

    def delay(self, record: Record | None, record_id: int, lag_ms: float) -> None:
        """Start the wait with the first change; later ones become visible together with it."""
        self.catch_up()
        if record_id not in self.behind:
            shown = None
            if record is not None and record.archived_at is None:
                shown = record
            copy = None
            if shown is not None:
                copy = replace(shown, properties=dict(shown.properties))
            self.behind[record_id] = Behind(
                time.monotonic() + self.random.random() * lag_ms / 1000, copy
            )

    def catch_up(self) -> None:
        now = time.monotonic()
        for record_id in [record_id for record_id, one in self.behind.items() if one.due <= now]:
            del self.behind[record_id]

    def stale(self) -> list[Record]:
        """Answer the old versions that search still shows."""
        return [one.before for one in self.behind.values() if one.before is not None]
