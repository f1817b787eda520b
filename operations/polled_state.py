"""Tell how the polled families and streams of portals are: how many entries, how fresh, when they
are looked at next, and why one cannot be read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import jobs
from db.connect import Connection
from db.polled_entries import SLACK
from db.queries import QUERIES
from hubspot.polled import FAMILIES
from hubspot.streams import STREAMS
from operations.servers import Servers

_HOUR = timedelta(hours=1)
# The minute of each hour at which the clock rings for it.
_RINGS_AT = int((jobs.schedules()[jobs.named(jobs.POLLING)].cron or "0").split()[0])

_EVERIES = {name: each.every for name, each in FAMILIES.items()}
_EVERIES |= {name: each.every for name, each in STREAMS.items()}


@dataclass(frozen=True, slots=True)
class PolledState:
    """Hold how one family of a portal is. `failed` counts lists of it that HubSpot refused, and
    `being_read` lists whose walk goes on."""

    portal_id: int
    family: str
    entries: int
    gone: int
    being_read: int
    failed: int
    looked_at: datetime | None  # None: not yet
    whole_at: datetime | None
    next_at: datetime
    note: str | None

    @property
    def is_begun(self) -> bool:
        """Tell whether the clock has come to this family."""
        return bool(self.looked_at or self.being_read or self.note)


def of_portal(servers: Servers, portal_id: int) -> list[PolledState]:
    """Answer every family of a portal, also the ones that were not looked at yet."""
    with servers.database.transaction() as conn:
        return families(conn, [portal_id], datetime.now(UTC))


def families(conn: Connection, portals: Collection[int], now: datetime) -> list[PolledState]:
    """Answer every family and stream of these portals, in the order of the registries."""
    asked = {
        "portals": list(portals),
        "names": list(_EVERIES),
        "everies": [every - SLACK for every in _EVERIES.values()],
    }
    rows = conn.execute(QUERIES["polled_families"], asked).fetchall()
    found = []
    for row in rows:
        due_at = row.pop("due_at") or now
        found.append(PolledState(**row, next_at=_ring(max(due_at, now))))
    return list(_as_fresh_as_parents(found))


def _ring(at: datetime) -> datetime:
    """Answer when the clock rings next, at this moment or after it."""
    ring = at.astimezone(UTC).replace(minute=_RINGS_AT, second=0, microsecond=0)
    return ring if ring >= at else ring + _HOUR


def _as_fresh_as_parents(found: Sequence[PolledState]) -> Iterator[PolledState]:
    """Take over the look at the parents, where that tells whether lists changed: one that did not
    is as fresh as that look."""
    looks = {(each.portal_id, each.family): each.looked_at for each in found}
    for each in found:
        family = FAMILIES.get(each.family)  # a stream has no parents
        parents = family and family.watch and looks.get((each.portal_id, family.parent))
        is_read = each.looked_at and not (each.note or each.being_read)
        if parents and is_read:
            yield replace(each, looked_at=max(parents, each.looked_at or parents))
        else:
            yield each
