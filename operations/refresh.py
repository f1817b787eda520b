"""Have a record read from HubSpot again on request: mark it, and wake the fetch.

The mark goes the way of every change, so asking twice costs one read.
"""

from __future__ import annotations

import jobs
from db import changes
from db.changes import Mark
from operations.freshness import RecordKey
from operations.servers import Servers


def refresh(servers: Servers, record: RecordKey) -> None:
    """Mark a record with all of its links and wake the fetch. It need not be here yet."""
    of = record.of
    mark = Mark(of.portal_id, of.name, record.hubspot_id, of.links)
    with servers.database.transaction() as conn:
        changes.mark(conn, [mark])
    jobs.wake(servers.server, jobs.FETCH, of.portal_id, of.name)
