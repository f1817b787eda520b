"""`spoke trace`: one record's life as a timeline, without what HubSpot calls sensitive."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from db import changes, dead_letters, purges
from db.changes import Mark
from db.dead_letters import Letter
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from hubspot.records import Links
from tests.commands.conftest import Spoke
from tests.processes import Simulator
from tests.workers.conftest import arrive
from tests.workers.test_events import event, send
from workers import ingest, privacy
from workers.backfill import backfill
from workers.context import Context
from workers.definitions import refresh
from workers.fetched import Fetched
from workers.save import save
from workers.verify import verify

Rows = Callable[..., list[dict[str, Any]]]


def told(output: str) -> list[str]:
    """Answer the lines without their times."""
    return [
        re.sub(r"^  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  ", "", line)
        for line in output.splitlines()
    ]


def test_a_records_life_is_told_in_order(
    run: Spoke, context: Context, simulator: Simulator
) -> None:
    contact = simulator.create("contacts", {"firstname": "Ada"})
    arrive(context, simulator)
    simulator.update("contacts", contact, {"firstname": "Grace"})
    arrive(context, simulator)
    output = run("trace", "contacts", contact).output
    lines = told(output)
    assert lines[0] == f"contacts {contact} of portal {simulator.portal_id}"
    assert any(
        re.fullmatch(r"event        contact\.creation \(INTEGRATION, \d+\.\d s late\)", line)
        for line in lines
    )
    assert any(
        re.match(r"event        contact\.propertyChange firstname = Grace \(", line)
        for line in lines
    )
    assert [line for line in lines if line in ("fetched", "upserted")] == [
        "fetched",
        "upserted",
    ] * 2
    assert re.fullmatch(r"row          as it stands: shown, of 2\S+ \S+ UTC in HubSpot", lines[-1])
    times = [line[2:25] for line in output.splitlines()[1:] if line[2:25].strip()]
    assert times == sorted(times)
    assert all(len(line) <= 100 for line in output.splitlines())


def test_what_came_of_each_read_is_told(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"firstname": "Ada"})
    arrive(context, simulator)
    rows("update hubspot_contacts_raw set updated_at = now() + interval '1 day' returning 1")
    simulator.update("contacts", contact, {"firstname": "Grace"})
    arrive(context, simulator)
    assert "upserted     nothing: the row was newer than HubSpot's answer" in told(
        run("trace", "contacts", contact).output
    )
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "contacts", "9999999")])
    arrive(context, simulator)
    assert told(run("trace", "contacts", "9999999").output)[1:] == [
        "fetched",
        "archived     HubSpot knew it no longer",
    ]


def test_what_waits_and_what_failed_is_told(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    with context.database.transaction() as conn:
        changes.mark(conn, [Mark(simulator.portal_id, "deals", "5")])
        reason = "DataError: no such day"
        dead_letters.bury(conn, Letter("record", reason, simulator.portal_id, "deals", "5"))
    rows(
        "update pending_changes set error = 'HubSpot answered 503', attempts = 3,"
        " not_before = now() + interval '1 hour' returning 1"
    )
    rows("update dead_letters set replayed_at = now() + interval '1 second' returning 1")
    rows("update dead_letters set landed_at = now() + interval '2 seconds' returning 1")
    assert told(run("trace", "deals", "5").output)[1:] == [
        "pending      to be fetched, generation 1, attempts 3",
        "dead letter  1: DataError: no such day",
        "replayed     dead letter 1",
        "landed       read after all; dead letter 1 needs nobody",
        "pending      tried again from now on; the last attempt failed: HubSpot",
        "                                        answered 503",
    ]


def test_the_scan_and_the_verify_runs_are_told(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    portal = context.portals()[0]
    refresh(context, portal)
    backfill(context, portal, ["contacts"], lambda scan: None)
    contact = rows("select hubspot_id from contacts limit 1")[0]["hubspot_id"]
    rows(
        'update hubspot_contacts_raw set raw_json = raw_json || \'{"updatedAt": "2020"}\' '
        "returning 1"
    )
    verify(context, portal, ["contacts"], heal=True, patience=0)
    lines = told(run("trace", "contacts", contact).output)
    assert "scan         the backfill that wrote the row began; it is completed" in lines
    assert "verify       found it different: modified, marked to be fetched again" in lines
    assert "pending      to be fetched, generation 1, attempts 0" in lines


def test_sensitive_values_are_not_told(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    portal_id = simulator.portal_id
    rows(
        "insert into hubspot_properties (portal_id, object_type, name, raw_json) values (%s,"
        " 'contacts', 'diagnosis', '{\"dataSensitivity\": \"highly_sensitive\"}') returning 1",
        portal_id,
    )
    change = {"subscriptionType": "contact.propertyChange", "objectId": 77}
    send(
        context,
        json.dumps(
            [
                event(portal_id, **change, propertyName="diagnosis", propertyValue="the-secret"),
                event(
                    portal_id,
                    **change,
                    propertyName="salary",
                    propertyValue="the-secret",
                    isSensitive=True,
                ),
                event(
                    portal_id,
                    **change,
                    propertyName="city",
                    propertyValue="Haifa",
                    isSensitive=False,
                ),
            ]
        ).encode(),
    )
    ingest.run(context)
    output = run("trace", "contacts", "77").output
    assert "the-secret" not in output and "city = Haifa" in output
    assert "diagnosis = (sensitive)" in output and "salary = (sensitive)" in output


def test_an_erased_record_and_an_unknown_one(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    contact = simulator.create("contacts", {"firstname": "Ada"})
    arrive(context, simulator)
    simulator.call("POST", "/crm/objects/2026-09/contacts/gdpr-delete", {"objectId": contact})
    simulator.quiet()
    ingest.run(context)
    assert (
        "  hidden       HubSpot announced its privacy deletion"
        in run("trace", "contacts", contact).output
    )
    privacy.run(context)
    [left] = rows("select count(*) as n from fetches where hubspot_ids @> array[%s]", contact)
    assert left == {"n": 0}
    lines = told(run("trace", "contacts", contact).output)
    assert lines[1:] == [
        "purged       privacy deletion: nothing of it is kept, and nothing will be"
    ]
    assert (
        run("trace", "contacts", "404").output
        == "Error: Nothing here ever heard of contacts 404.\n"
    )


def test_a_read_that_was_under_way_at_the_erasure_leaves_no_trace(
    context: Context, rows: Rows
) -> None:
    [portal] = context.portals()
    read = Fetched([], frozenset({"77"}), datetime.now(UTC), (Links("78", {}, "{}"),))
    with context.database.transaction() as conn:
        for hubspot_id in ("77", "78"):
            purges.erase(conn, Mirrored(portal.portal_id, CONTACTS), set(), [hubspot_id])
        save(conn, Mirrored(portal.portal_id, CONTACTS), read)
    assert rows("select * from fetches") == rows("select * from pending_changes") == []
