"""Every version of the properties that matter over time: from events, from HubSpot's history, and
healed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest

import jobs
from db import property_history as stored
from hubspot import json_text, property_values, records
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS, CORE_TYPES, DEALS, ObjectType
from hubspot.property_values import spelled
from tests.processes import ACCESS_TOKEN, OTHER_TOKEN, Simulator
from tests.soak.slow import SlowWorker
from tests.workers.conftest import arrive, waited_for
from tests.workers.test_events import event, send
from workers import history, ingest
from workers.backfill import backfill
from workers.context import Context

Rows = Callable[..., list[dict[str, Any]]]
TRACKED = [kind for kind in CORE_TYPES.values() if kind.history]


def read(context: Context, simulator: Simulator) -> int:
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    return history.read(context, portal)


def truth(
    simulator: Simulator, kind: ObjectType, ids: list[str]
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """(id, property) → (time, value)s, oldest first, as the simulated portal kept them itself."""
    found = {}
    for place in range(0, len(ids), 50):
        inputs = [{"id": each} for each in ids[place : place + 50]]
        for archived in ("", "?archived=true"):
            body = {"inputs": inputs, "propertiesWithHistory": list(kind.history)}
            for record in simulator.call(
                "POST", f"/crm/objects/2026-09/{kind.name}/batch/read{archived}", body
            )["results"]:
                for name, versions in json_text.storable(record["propertiesWithHistory"])[
                    0
                ].items():
                    found[record["id"], name] = [
                        (each["timestamp"], each["value"]) for each in reversed(versions)
                    ]
    return {key: versions for key, versions in found.items() if versions}


def kept(
    rows: Rows, kind: ObjectType, portal_id: int
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Answer the same of ours."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in rows(
        "select hubspot_id, property, value, changed_at from property_history"
        " where portal_id = %s and object_type = %s order by changed_at",
        portal_id,
        kind.name,
    ):
        found.setdefault((row["hubspot_id"], row["property"]), []).append(
            (spelled(row["changed_at"]), row["value"] or "")
        )
    return found


def equal(rows: Rows, simulator: Simulator, kind: ObjectType) -> bool:
    """Tell whether all is here, of every record that has a row and was not merged away."""
    ids = [
        row["hubspot_id"]
        for row in rows(
            f"select hubspot_id from {kind.table} where portal_id = %s and merged_into is null",
            simulator.portal_id,
        )
    ]
    ours = kept(rows, kind, simulator.portal_id)
    assert ours == truth(simulator, kind, ids)
    return bool(ours)


def deal(rows: Rows, deal_id: str, name: str = "dealstage") -> list[tuple[str, str, str]]:
    return [
        (row["value"], row["source"], row["source_id"])
        for row in rows(
            "select * from property_history where hubspot_id = %s and property = %s"
            " order by changed_at",
            deal_id,
            name,
        )
    ]


def test_events_alone_are_history_and_cost_no_request(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    deal_id = simulator.create(
        "deals", {"dealname": "A", "dealstage": "appointmentscheduled", "pipeline": "default"}
    )
    arrive(context, simulator)
    simulator.update("deals", deal_id, {"dealstage": "qualifiedtobuy"})
    arrive(context, simulator)
    assert [value for value, _, _ in deal(rows, deal_id)] == [
        "appointmentscheduled",
        "qualifiedtobuy",
    ]
    assert read(context, simulator) == 0


def test_a_close_date_is_spelled_once_however_events_and_records_spell_it(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Events tell epoch milliseconds, records ISO 8601: no history is to be read for that."""
    deal_id = simulator.create("deals", {"dealname": "A", "closedate": "2020-05-01T00:00:00Z"})
    simulator.update("deals", deal_id, {"closedate": "1588291200123"})
    arrive(context, simulator)
    simulator.update("deals", deal_id, {"closedate": ""})
    arrive(context, simulator)
    sent = rows(
        "select event->>'propertyValue' as value from webhook_events"
        " where hubspot_id = %s and event->>'propertyName' = 'closedate' order by occurred_at",
        deal_id,
    )
    assert [each["value"] for each in sent] == ["1588291200000", "1588291200123", ""]
    assert [value for value, _, _ in deal(rows, deal_id, "closedate")] == [
        "2020-05-01T00:00:00Z",
        "2020-05-01T00:00:00.123Z",
        None,
    ]
    assert read(context, simulator) == 0


def test_what_came_before_is_read_fifty_at_a_time_and_goes_on_where_it_stopped(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Killed after the first fifty, and again while it asked for others."""
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    backfill(context, portal, [kind.name for kind in TRACKED], lambda scan: None)
    waiting = sum(row["records"] for row in rows("select count(*) as records from history_marks"))
    assert waiting > 50

    def killed(kind: ObjectType, count: int) -> None:
        raise RuntimeError(f"killed after {count}")

    with pytest.raises(RuntimeError, match="killed after"):
        history.read(context, portal, killed)
    with context.database.transaction() as conn:
        claims = [stored.claim(conn, Mirrored(portal.portal_id, kind), 50) for kind in TRACKED]
    assert any(claims)
    # The lease of the one who died has ended.
    rows("update history_marks set not_before = now() returning 1")
    assert 0 < read(context, simulator) < waiting
    assert all([equal(rows, simulator, kind) for kind in TRACKED[:2]])
    assert read(context, simulator) == 0


def test_a_value_that_came_and_went_before_the_record_was_known_is_read(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    """Nothing that a backfill sees tells of it."""
    simulator.control("faults", webhooks={"dropped": 1.0})
    contact_id = simulator.create("contacts", {"hubspot_owner_id": "71002026"})
    simulator.update("contacts", contact_id, {"hubspot_owner_id": "", "lifecyclestage": ""})
    simulator.quiet()
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    backfill(context, portal, ["contacts"], lambda scan: None)
    read(context, simulator)
    told = truth(simulator, CORE_TYPES["contacts"], [contact_id])[contact_id, "hubspot_owner_id"]
    assert [value for _, value in told] == ["71002026", ""]
    assert (
        kept(rows, CORE_TYPES["contacts"], simulator.portal_id)[contact_id, "hubspot_owner_id"]
        == told
    )
    backfill(context, portal, ["contacts"], lambda scan: None)
    assert rows("select from history_marks where hubspot_id = %s", contact_id) == [], (
        "once is enough"
    )


def test_random_edits_with_lost_doubled_and_late_deliveries_end_in_the_truth(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    simulator.control(
        "faults", webhooks={"dropped": 0.3, "duplicates": 0.3, "disorder": 0.3, "disorder_ms": 50}
    )
    kinds = ["update", "create", "archive", "restore", "merge"]
    moments: list[datetime] = []
    for seed in range(3):
        simulator.control(
            "edits", count=60, over=25, kinds=kinds, types=["deals", "contacts"], seed=seed
        )
        arrive(context, simulator)
        moments.append(datetime.now(UTC))
    simulator.control("faults", webhooks={})
    portal = context.portal(simulator.portal_id)
    assert portal is not None
    backfill(context, portal, ["deals", "contacts"], lambda scan: None)
    arrive(context, simulator)
    rows("update history_marks set not_before = now() returning 1")  # a day has passed
    read(context, simulator)
    assert equal(rows, simulator, CORE_TYPES["deals"])
    assert equal(rows, simulator, CORE_TYPES["contacts"])
    for moment in moments:
        assert as_of(rows, simulator, moment) == naive_as_of(rows, simulator, moment) != {}


def as_of(rows: Rows, simulator: Simulator, moment: datetime) -> dict[str, Any]:
    query = "select deal_id, stage_id, amount, closedate, is_known from deals_as_of(%s, %s)"
    found = rows(query, moment, simulator.portal_id)
    assert all(row["is_known"] for row in found)
    return {row["deal_id"]: (row["stage_id"], row["amount"], row["closedate"]) for row in found}


def worth(*amounts: str | None) -> Decimal | None:
    """Answer None|The first of these that is a number."""
    read = [property_values.number(each or "") for each in amounts]
    return next((each for each in read if each is not None), None)


def naive_as_of(rows: Rows, simulator: Simulator, moment: datetime) -> dict[str, Any]:
    """Read the simulated portal's own history."""
    query = (
        "select hubspot_id from hubspot_deals_raw where portal_id = %s and createdate <= %s"
        " and merged_into is null and (archived_at is null or archived_at > %s)"
    )
    ids = [row["hubspot_id"] for row in rows(query, simulator.portal_id, moment, moment)]
    told = truth(simulator, CORE_TYPES["deals"], ids)

    def value(hubspot_id: str, name: str) -> str | None:
        then = [
            value
            for at, value in told.get((hubspot_id, name), [])
            if datetime.fromisoformat(at) <= moment
        ]
        return then[-1] or None if then else None

    return {
        each: (
            value(each, "dealstage"),
            worth(value(each, "deal_whole_amount"), value(each, "amount")),
            records.timestamp(value(each, "closedate")),
        )
        for each in ids
    }


def test_a_lost_event_is_noticed_by_the_next_fetch(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    deal_id = simulator.create("deals", {"dealname": "A", "amount": "1"})
    arrive(context, simulator)
    simulator.control("faults", webhooks={"dropped": 1.0})
    simulator.update("deals", deal_id, {"amount": "2"})
    simulator.quiet()
    simulator.control("faults", webhooks={})
    simulator.update("deals", deal_id, {"dealname": "B"})
    arrive(context, simulator)
    assert [value for value, _, _ in deal(rows, deal_id, "amount")] == ["1"]
    assert read(context, simulator) == 1
    assert [value for value, _, _ in deal(rows, deal_id, "amount")] == ["1", "2"]


def test_a_change_while_the_history_is_being_read_keeps_the_record_waiting(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    deal_id = simulator.create("deals", {"dealname": "A", "amount": "1"})
    with context.database.transaction() as conn:
        stored.mark(conn, Mirrored(simulator.portal_id, DEALS), [deal_id])
    reader = SlowWorker(context.settings, jobs.HISTORY, ())
    simulator.update("deals", deal_id, {"amount": "2"})
    arrive(context, simulator)
    simulator.control("reset-stats")
    reader.finish()
    assert simulator.stats()["requests"] == {"batch_read": 1}  # once more
    assert rows("select 1 from history_marks where hubspot_id = %s", deal_id) == []


def test_events_may_come_twice_and_in_any_order(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    names = {"subscriptionType": "deal.propertyChange", "objectId": 4711, "propertyName": "amount"}
    events = [
        event(
            simulator.portal_id,
            **names,
            eventId=number,
            occurredAt=1_769_000_000_000 + number,
            propertyValue=value,
        )
        for number, value in enumerate(["1", "2", "", "4"])
    ]
    for order in (events, events[::-1], Random(1).sample(events, 4)):
        for each in order:
            send(context, _json([each]))
    ingest.run(context)
    found = rows("select value from property_history where hubspot_id = '4711' order by changed_at")
    assert [row["value"] for row in found] == ["1", "2", None, "4"]


@pytest.mark.parametrize(
    "more",
    [
        {"isSensitive": True},
        {"propertyValue": "REDACTED"},
        {"propertyName": "dealname"},
        {"occurredAt": None},
    ],
    ids=["sensitive", "redacted", "not tracked", "no time"],
)
def test_what_must_not_or_cannot_be_kept_is_not(
    context: Context, simulator: Simulator, rows: Rows, more: dict[str, Any]
) -> None:
    names = {"subscriptionType": "object.propertyChange", "objectTypeId": "0-3", "objectId": 4711}
    whole = event(
        simulator.portal_id, **names, **{"propertyName": "amount", "propertyValue": "1"} | more
    )
    send(context, _json([whole]))
    send(context, _json([whole | {"attemptNumber": 1}]))
    ingest.run(context)
    assert rows("select * from property_history where hubspot_id = '4711'") == []
    [stored] = rows("select event->>'propertyValue' as value from webhook_events")
    is_hidden = "isSensitive" in more or "propertyValue" in more
    assert stored["value"] == ("REDACTED" if is_hidden else "1")


def test_a_survivor_has_hubspots_joined_history_and_the_former_records_have_none(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    first = simulator.create("deals", {"dealname": "A", "amount": "1"})
    other = simulator.create("deals", {"dealname": "B", "amount": "2", "closedate": "2026-01-01"})
    simulator.update("deals", first, {"amount": "3"})
    arrive(context, simulator)
    body = {"primaryObjectId": first, "objectIdToMerge": other}
    survivor = simulator.call("POST", "/crm/objects/2026-09/deals/merge", body)["id"]
    arrive(context, simulator)
    read(context, simulator)
    assert [value for value, _, _ in deal(rows, survivor, "amount")] == ["1", "3"]
    assert deal(rows, survivor, "closedate")[0][1] == "MERGE_OBJECTS"
    assert rows("select 1 from property_history where hubspot_id = any(%s)", [first, other]) == []


def test_a_privacy_deletion_erases_the_history_and_what_waits_of_it(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"firstname": "A", "lifecyclestage": "lead"})
    arrive(context, simulator)
    with context.database.transaction() as conn:
        stored.mark(conn, Mirrored(simulator.portal_id, CONTACTS), [contact])
    assert rows("select 1 from property_history where hubspot_id = %s", contact)
    simulator.call("POST", "/crm/objects/2026-09/contacts/gdpr-delete", {"objectId": contact})
    arrive(context, simulator)
    read(context, simulator)
    for table in ("property_history", "history_marks"):
        assert rows(f"select 1 from {table} where hubspot_id = %s", contact) == []


def test_what_hubspot_refuses_waits_with_the_reason(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    deal_id = simulator.create("deals", {"dealname": "A"})
    with context.database.transaction() as conn:
        stored.mark(conn, Mirrored(simulator.portal_id, DEALS), [deal_id])
    simulator.control("faults", api=[{"fault": "status", "status": 403, "kinds": ["batch_read"]}])
    assert read(context, simulator) == 0
    [mark] = rows(
        "select error, not_before > now() as later from history_marks where hubspot_id = %s",
        deal_id,
    )
    assert mark["later"] and mark["error"]


def test_the_job_makes_way_for_what_waits_and_then_goes_on(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    deal_id = simulator.create("deals", {"dealname": "A"})
    with context.database.transaction() as conn:
        stored.mark(conn, Mirrored(simulator.portal_id, DEALS), [deal_id])
    jobs.enqueue(context.server, jobs.RECONCILE)
    history.run(context, makes_way_after_seconds=0)
    waiting = "select hubspot_id from history_marks where not_before <= now()"
    assert rows(waiting) == [{"hubspot_id": deal_id}]
    assert jobs.queued(context.server, jobs.HISTORY) == {()}
    jobs.queue(context.server, "backfill").empty()
    history.run(context, makes_way_after_seconds=0)
    assert rows(waiting) == [] and jobs.queued(context.server, jobs.HISTORY) == set()


def test_a_portal_that_is_waited_for_lets_no_other_wait(
    context: Context, simulator: Simulator, rows: Rows
) -> None:
    first, other = context.portals()
    for portal, token in ((first, ACCESS_TOKEN), (other, OTHER_TOKEN)):
        deal_id = simulator.create("deals", {"dealname": "A"}, token)
        with context.database.transaction() as conn:
            stored.mark(conn, Mirrored(portal.portal_id, DEALS), [deal_id])
    with waited_for(context, first, history.run) as running:
        while rows("select portal_id from history_marks") != [{"portal_id": first.portal_id}]:
            running()
    assert rows("select portal_id from history_marks") == []


def _json(events: list[dict[str, Any]]) -> bytes:
    return json.dumps(events).encode()
