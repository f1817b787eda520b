"""Events of types that HubSpot does not show: which are dropped with their type, and which came too
late for that."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.processes import Simulator, wait_for
from tests.workers.conftest import fetch_now
from tests.workers.test_events import event, send
from workers import ingest
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]


def test_what_comes_while_hubspot_is_asked_for_its_types_is_not_dropped_with_the_rest(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Its type may be younger than HubSpot's answer. The answer is held up until both have come."""

    def come(hubspot_id: int, event_id: int) -> None:
        raw = {
            "subscriptionType": "object.creation",
            "objectTypeId": "2-999",
            "objectId": hubspot_id,
        }
        send(context, json.dumps([event(simulator.portal_id, **raw, eventId=event_id)]).encode())
        ingest.run(context)

    for hubspot_id in (1, 2):
        come(hubspot_id, 1)
    with ThreadPoolExecutor(1) as threads:
        with context.database.transaction() as conn:
            conn.execute(
                "select from portals where portal_id = %s for update", [simulator.portal_id]
            )
            settling = threads.submit(fetch_now, context, simulator.portal_id, "2-999")
            blocked = (
                "select 1 from pg_stat_activity where wait_event_type = 'Lock'"
                " and datname = current_database()"
            )
            wait_for(lambda: rows(blocked))
            come(2, 2)
            come(3, 1)
        settling.result()
    assert rows("select hubspot_id, generation from pending_changes order by 1") == [
        {"hubspot_id": "2", "generation": 2},
        {"hubspot_id": "3", "generation": 1},
    ]
    assert rows("select hubspot_id from webhook_events where ignored is not null") == [
        {"hubspot_id": "1"}
    ]
