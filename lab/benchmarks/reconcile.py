"""reconcile: 25,000 records that share one modified time, while search lags by a minute; none may
be missed."""

from __future__ import annotations

import time

from hubspot.client import Client
from hubspot.errors import HubSpotError
from hubspot.objects import CONTACTS
from hubspot.records import timestamp
from lab import stack
from lab.benchmarks import truth
from lab.benchmarks.figure import Figure
from lab.simulated import Scene
from lab.stack import Stack
from workers import reconcile

SCENE = Scene(
    {"contacts": 100, "companies": 100, "deals": 100, "calls": 100}, latency_ms=50, rate_limit=0
)
NO_LIMIT = {"HUBSPOT_RATE_LIMIT": "1000000"}
RECORDS, LAG_SECONDS = 25_000, 60


def main() -> None:
    with stack.running(SCENE, more=NO_LIMIT) as running:
        running.processes["clock"].terminate()  # the hour's reconcile is ours
        running.backfill()
        running.hubspot.call("settings", search_lag_ms=LAG_SECONDS * 1000)
        began = time.monotonic()
        instant = touch_all(running)
        reconcile.run(running.context)
        first = time.monotonic() - began
        running.wait_until_applied()
        missed_at_first = len(truth.differences(running).get(CONTACTS.name, ()))
        time.sleep(max(0.0, began + first + LAG_SECONDS - time.monotonic()))
        reconcile.again(running.context)
        running.wait_until_applied()
        missed = sum(map(len, truth.differences(running).values()))
        seconds = time.monotonic() - began
        rival = RECORDS - paged(running.context.client(running.portal), instant)
    more = {
        "unit": "records missed",
        "rival_is": "search paged by its own offsets",
        "records": RECORDS,
    }
    more |= {"search_lag_seconds": LAG_SECONDS, "missed_before_second_pass": missed_at_first}
    more |= {"seconds_of_first_pass": first, "seconds": seconds}
    Figure("reconcile", missed, rival, missed / rival, 0, not missed, more).print()


def touch_all(running: Stack) -> int:
    """Make contacts of which no webhook tells; answer the modified time that they share, in
    milliseconds."""
    contacts = [
        {"properties": {"email": f"person{number}@example.com"}} for number in range(RECORDS)
    ]
    ids = running.hubspot.call("import", type=CONTACTS.name, records=contacts)["ids"]
    answer = running.hubspot.ask(f"records/{CONTACTS.name}?after={int(ids[0]) - 1}")["records"]
    (instant,) = {answer[each]["updatedAt"] for each in ids}
    moment = timestamp(instant)
    assert moment is not None
    return round(moment.timestamp() * 1000)


def paged(client: Client, instant: int) -> int:
    """Count the records that search tells when its pages are followed to the end; HubSpot ends them
    at 10,000."""
    same = [{"propertyName": CONTACTS.modified, "operator": "EQ", "value": str(instant)}]
    seen, after = set[str](), "0"
    while after:
        try:
            page = client.search(CONTACTS.name, same, "hs_object_id", [CONTACTS.modified], after)
        except HubSpotError:
            break
        seen |= {record["id"] for record in page.records}
        after = page.after or ""
    return len(seen)


if __name__ == "__main__":
    main()
