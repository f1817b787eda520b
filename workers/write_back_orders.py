"""Plan and order write-backs for people who asked on a page: what a command does at once, a job
does for them."""

from __future__ import annotations

import json
import logging
from collections import Counter
from datetime import UTC, datetime

import jobs
from operations.outgoing_state import plan_key
from outgoing import write_back
from workers.context import Context

KEPT_SECONDS = 86_400
SHOWN = 20  # differences that the page shows
log = logging.getLogger(__name__)


def run(context: Context, portal_id: int, is_order: bool) -> None:
    """Run the job: order what differs, or keep what would change for the page."""
    jobs.lower_flag(context.server, jobs.WRITE_BACK, portal_id, is_order)
    if is_order:
        order(context, portal_id)
    else:
        plan(context, portal_id)


def plan(context: Context, portal_id: int) -> None:
    """Keep the result of a dry run for a day; nothing is written."""
    with context.database.transaction() as conn:
        found = write_back.plan(conn, portal_id)
    counts = Counter((each.object_type, each.name) for each in found)
    records = {(each.object_type, each.hubspot_id) for each in found}
    kept = {
        "made_at": datetime.now(UTC).isoformat(),
        "values": len(found),
        "requests": -(-len(records) // write_back.BATCH),
        "properties": [
            {"object_type": kind, "name": name, "values": count}
            for (kind, name), count in sorted(counts.items())
        ],
        "sample": [
            {
                "object_type": each.object_type,
                "hubspot_id": each.hubspot_id,
                "name": each.name,
                "known": each.known,
                "wanted": each.wanted,
            }
            for each in found[:SHOWN]
        ],
    }
    context.server.set(plan_key(portal_id), json.dumps(kept), ex=KEPT_SECONDS)


def order(context: Context, portal_id: int) -> None:
    """Order what differs; while an earlier order waits it is left alone."""
    try:
        with context.database.transaction() as conn:
            write_back.order(conn, portal_id, write_back.plan(conn, portal_id))
    except write_back.UnderWay as error:
        log.info("Nothing was ordered: %s", error)
    context.server.delete(plan_key(portal_id))
    jobs.wake(context.server, jobs.OUTGOING)
