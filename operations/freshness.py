"""Tell whether the copy has seen a moment of a record, and wait until it has.

The copy has seen a moment T of a record when both hold:
1. The record was modified in HubSpot at T or later, or we began to read it at T or later. Then
   whatever was written until T is in the row.
2. No event from T or before waits to be applied.

T is in HubSpot's time for the first way (the `updatedAt` of its answer to a write) and in the
database's for the second. Only what is here is looked at: waiting asks nothing of HubSpot.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from db import stored
from db.queries import QUERIES
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from operations.servers import Servers

MOST_SECONDS = 8.0
STEP_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class RecordKey:
    """Name one record of one portal."""

    portal_id: int
    kind: ObjectType
    hubspot_id: str

    @property
    def of(self) -> Mirrored:
        """Answer what the record is one of: a type of a portal."""
        return Mirrored(self.portal_id, self.kind)

    @property
    def where(self) -> dict[str, object]:
        """Answer the parameters by which a statement finds the record."""
        return self.of.where | {"hubspot_id": self.hubspot_id}


def has_seen(servers: Servers, record: RecordKey, moment: datetime) -> bool:
    """Tell whether the copy has seen this moment of a record."""
    with servers.database.transaction() as conn:
        mark = conn.execute(QUERIES["trace_mark"], record.where).fetchone()
        row = stored.standing(conn, record.of, record.hubspot_id)
    if row is None or max(row["updated_at"], row["fetched_at"]) < moment:
        return False
    return not (mark and mark["event_at"] and mark["event_at"] <= moment)


def wait(servers: Servers, record: RecordKey, moment: datetime, seconds: float) -> bool:
    """Wait until the copy has seen this moment; False when it has not within these seconds.

    No connection is held meanwhile.
    """
    ends = time.monotonic() + min(seconds, MOST_SECONDS)
    while not has_seen(servers, record, moment):
        left = ends - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(left, STEP_SECONDS))
    return True
