"""13, 14, 15: events and reads in every order, a storm of updates on one record, updates that come
during a fetch."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import permutations
from random import Random
from typing import Any

from db import changes
from db import metadata as definitions
from db.changes import Claim, Claims
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS
from lab.benchmarks import truth
from lab.faults.crew import pace
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.sender import Sender
from lab.faults.stage import Stage, staged
from lab.processes import ROOT
from lab.simulated import Scene
from workers import asking, ingest, settling
from workers.fetched import Fetched
from workers.save import save

STEPS = 6
_SMALL = Scene(
    {"contacts": 0, "companies": 10, "deals": 10, "calls": 0}, latency_ms=5, rate_limit=5_000
)
_ALIVE: tuple[tuple[str, dict[str, str]], ...] = (
    ("contact.creation", {}),
    ("contact.propertyChange", {"propertyName": "firstname", "propertyValue": "Second"}),
    ("contact.associationChange", {"associationType": "CONTACT_TO_COMPANY"}),
    ("contact.deletion", {}),
    ("contact.restore", {}),
    ("contact.propertyChange", {"propertyName": "lastname", "propertyValue": "Sixth"}),
)
_ERASED = (*_ALIVE[:4], ("contact.privacyDeletion", {}), _ALIVE[5])


@scenario(
    13,
    "Events and reads in any order",
    "all 720 orders of six lifecycle events, half of them doubled, each on a contact of its own "
    "that ends alive, and on one that ends erased; and all 720 orders of committing six reads of "
    "a contact, from its creation to a restore",
    "same final state 720/720, three times",
)
def orders(plan: Plan) -> Result:
    wanted = list(permutations(range(STEPS)))
    Random(plan.seed).shuffle(wanted)
    wanted = wanted[: plan.size(720, 30)]
    with staged(_SMALL) as stage:
        alive, erased, read = (_contacts(stage, len(wanted)) for _ in range(3))
        _live_through(stage, alive, erased)
        _deliver_rounds(stage, plan, wanted, [(_ALIVE, alive), (_ERASED, erased)])
        stage.crew.kill_all()
        _commit_rounds(stage, wanted, read)
        wrong = set(truth.differences(stage.stack, ("contacts",)).get("contacts", []))
        wrong |= _unlinked(stage, [*alive, *read])
        left = {*stage.known("hubspot_contacts_raw", erased)}
        left |= {*stage.known("webhook_events", erased)}
        purged = stage.count("purges")
    right = [len(set(ids) - wrong) for ids in (alive, read)]
    counted = (
        f"{right[0]} and {purged - len(left)} of {len(wanted)} orders of events, {right[1]} "
        "orders of reads"
    )
    return Result(counted, right == [len(wanted)] * 2 and purged == len(wanted) and not left)


def _live_through(stage: Stage, alive: list[str], erased: list[str]) -> None:
    """Live all steps of some contacts and erase the others, without a webhook."""
    with _silence(stage):
        for step in range(1, STEPS):
            _live(stage, alive, step)
        _erase(stage, erased)


@scenario(
    14,
    "A storm on one record",
    "1,000 updates of one contact within 10 s, each with its event, HubSpot answering after 100 ms",
    "at most 20 fetches; the newest value wins",
)
def storm(plan: Plan) -> Result:
    updates = plan.size(1_000, 200)
    with staged(
        Scene({"contacts": 100, "companies": 10, "deals": 10, "calls": 0}, latency_ms=100)
    ) as stage:
        contact = str(
            stage.select("select min(hubspot_id) as id from hubspot_contacts_raw")[0]["id"]
        )
        stage.hubspot.call("reset-stats")
        began = time.monotonic()
        for number in range(updates):
            pace(began, number, 0.01)
            _change(stage, [contact], {"firstname": f"number {number}"}, told=True)
        seconds = time.monotonic() - began
        stage.hubspot.wait_until_quiet()
        settled = stage.settle(60)
        fetches = stage.hubspot.ask("stats")["requests_by_type"].get("batch_read contacts", 0)
        found = stage.select(
            "select firstname from hubspot_contacts_raw where hubspot_id = %s", contact
        )
    newest = found == [{"firstname": f"number {updates - 1}"}]
    counted = (
        f"{updates} updates in {seconds:.1f} s, {fetches} fetches, "
        f"{'the newest' if newest else 'an old one'} kept"
    )
    return Result(f"{counted} {settled:.1f} s after the last event", fetches <= 20 and newest)


@scenario(
    15,
    "Updates during a fetch",
    "1,000 times: a contact is read, changes, its event is ingested, and only then is the read "
    "committed",
    "0 lost updates",
)
def races(plan: Plan) -> Result:
    tries, lost = plan.size(1_000, 100), 0
    with staged(_SMALL) as stage:
        stage.crew.kill_all()
        contacts = _contacts(stage, 100)
        for turn in range(tries // len(contacts)):
            lost += _race(stage, contacts, turn)
        unequal = len(truth.differences(stage.stack, ("contacts",)))
    runs = subprocess.run(
        [sys.executable, "-m", "lab.faults.dedupe"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    counted = f"{tries:,} races, {lost} lost updates, {unequal} unequal"
    return Result(
        counted, not lost and not unequal, f"RQ with a job_id per record: {runs.stdout.strip()}"
    )


def _contacts(stage: Stage, count: int) -> list[str]:
    """Make contacts of which no delivery has told us yet."""
    records = [
        {"properties": {"firstname": "First", "lastname": str(number)}} for number in range(count)
    ]
    return list(map(str, stage.hubspot.call("import", type="contacts", records=records)["ids"]))


def _change(
    stage: Stage, ids: Sequence[str], properties: dict[str, Any], told: bool = False, **more: Any
) -> None:
    records = [{"id": each, "properties": properties, **more} for each in ids]
    stage.hubspot.call("import", type="contacts", records=records, events=told)


def _live(stage: Stage, ids: Sequence[str], step: int) -> None:
    """Live the step of that number in the life of these contacts; step 0 is their creation."""
    company = str(stage.select("select min(hubspot_id) as id from hubspot_companies_raw")[0]["id"])
    if step == 1:
        _change(stage, ids, {"firstname": "Second"})
    elif step == 2:
        _change(stage, ids, {}, associations={"companies": [company]})
    elif step == 3:
        _change(stage, ids, {}, archived=True)
    elif step == 4:
        stage.hubspot.call("restore", type="contacts", ids=list(ids))
    else:
        _change(stage, ids, {"lastname": "Sixth"})


def _erase(stage: Stage, ids: Sequence[str]) -> None:
    for each in ids:
        stage.ask("POST", "/crm/objects/2026-09/contacts/gdpr-delete", {"objectId": each})


@contextmanager
def _silence(stage: Stage) -> Iterator[None]:
    """Let HubSpot tell nothing of the changes that are made here."""
    heard = stage.hubspot.call("settings", deliver_to="")
    try:
        yield
    finally:
        assert heard["deliver_to"] == ""
        stage.hubspot.call("settings", deliver_to=stage.webhook_url)


def _deliver_rounds(
    stage: Stage,
    plan: Plan,
    orders: Sequence[Sequence[int]],
    families: Sequence[tuple[Any, list[str]]],
) -> None:
    """Deliver per round one event of each contact, in its own order; the next round begins when all
    have had their effect."""
    sender, random, sent = Sender(stage.stack), Random(plan.seed), list[dict[str, Any]]()
    company = int(stage.select("select min(hubspot_id) as id from hubspot_companies_raw")[0]["id"])
    for turn in range(STEPS):
        doubles = random.sample(sent, len(sent) // 2)
        events = [
            _event(sender, steps[order[turn]], int(contact), company)
            for steps, contacts in families
            for order, contact in zip(orders, contacts, strict=True)
        ]
        sent = events
        for start in range(0, len(events + doubles), 100):
            assert sender.post((events + doubles)[start : start + 100]).status == 204
        stage.drain()


def _event(
    sender: Sender, step: tuple[str, dict[str, Any]], contact: int, company: int
) -> dict[str, Any]:
    kind, fields = step
    event = sender.event(contact, kind, **fields)
    if kind.endswith("associationChange"):
        del event["objectId"]
        event |= {"fromObjectId": contact, "toObjectId": company, "associationRemoved": False}
    return event


def _commit_rounds(stage: Stage, orders: Sequence[Sequence[int]], contacts: list[str]) -> None:
    """Read the contacts after every step of their life, then commit these reads in each contact's
    own order."""
    reads: list[Fetched] = []
    with _silence(stage):
        for step in range(STEPS):
            if step:
                _live(stage, contacts, step)
            reads.append(_read(stage, contacts))
    for turn in range(STEPS):
        for step, fetched in enumerate(reads):
            mine = {
                contact
                for order, contact in zip(orders, contacts, strict=True)
                if order[turn] == step
            }
            rows = [row for row in fetched.rows if row.hubspot_id in mine]
            with stage.context.database.transaction() as conn:
                save(
                    conn,
                    Mirrored(stage.stack.portal.portal_id, CONTACTS),
                    replace(fetched, rows=rows),
                )


def _read(stage: Stage, contacts: Sequence[str]) -> Fetched:
    """Read all of them with their links, as a fetch does."""
    client, links = stage.context.client(stage.stack.portal), frozenset(CONTACTS.associations)
    at = stage.select("select clock_timestamp() as now")[0]["now"]
    with stage.context.database.transaction() as conn:
        names = definitions.property_names(conn, Mirrored(stage.stack.portal.portal_id, CONTACTS))
    rows = []
    for start in range(0, len(contacts), 100):
        batch = tuple(Claim(each, 1, links, 1) for each in contacts[start : start + 100])
        claims = Claims(stage.stack.portal.portal_id, "contacts", batch, at)
        rows += asking.ask(client, CONTACTS, claims, names).rows
    return Fetched(rows, frozenset(), at, asked=frozenset(CONTACTS.property_names(names)))


def _unlinked(stage: Stage, contacts: Sequence[str]) -> set[str]:
    """Answer the contacts whose link to a company is not here."""
    rows = stage.select("select hubspot_id from hubspot_contacts_raw where company_ids <> '{}'")
    return set(contacts) - {row["hubspot_id"] for row in rows}


def _race(stage: Stage, contacts: Sequence[str], turn: int) -> int:
    """Count the contacts that lost the update that came while they were being fetched."""
    context, portal, sender = stage.context, stage.stack.portal, Sender(stage.stack)
    _tell(stage, sender, contacts)
    with context.database.transaction() as conn:
        claims = changes.claim(conn, Mirrored(portal.portal_id, CONTACTS), len(contacts))
        names = definitions.property_names(conn, Mirrored(portal.portal_id, CONTACTS))
    assert claims is not None and set(claims.ids) == set(contacts)
    fetched = asking.ask(context.client(portal), CONTACTS, claims, names)
    _change(stage, contacts, {"firstname": f"turn {turn}"})
    _tell(stage, sender, contacts)
    with context.database.transaction() as conn:
        settling.conclude(conn, CONTACTS, claims, fetched)
    stage.work_off("contacts")
    return len(contacts) - stage.count("hubspot_contacts_raw where firstname = %s", f"turn {turn}")


def _tell(stage: Stage, sender: Sender, contacts: Sequence[str]) -> None:
    assert sender.post([sender.event(int(each)) for each in contacts]).status == 204
    ingest.run(stage.context)
