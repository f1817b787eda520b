"""22: two portals with the same record ids, one flooding and poisoned, one quiet."""

from __future__ import annotations

import secrets
import time
from random import Random
from statistics import median

from hubspot.objects import CORE_TYPES
from lab.benchmarks import truth
from lab.faults.edits import editing
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.sender import Sender
from lab.faults.stage import Stage, staged
from lab.simulated import Scene
from workers import tokens
from workers.backfill import backfill
from workers.definitions import refresh, register

_POISON = [
    "\x00", "\ud800", "1e400", "9" * 5_000, "year 99999", '{"a":' * 200, "'; drop table x; --",
        "\U0010ffff" * 5_000,
]  # fmt: skip


@scenario(
    22,
    "A portal that floods and is poisoned",
    "two portals with identical record ids; one gets 10,000 events, values that no column takes"
    " and deliveries that nobody can read, while the other has an update every second",
    "0 crossed rows; the quiet portal's median lag < 2 x what it was",
)
def flood(plan: Plan) -> Result:
    key, token = secrets.token_hex(16), secrets.token_hex(16)
    counts = {"contacts": plan.size(2_000, 200), "companies": 100, "deals": 100, "calls": 100}
    scene = Scene(counts, latency_ms=50, rate_limit=190, other_tokens=(token,))
    with staged(scene, {"ENCRYPTION_KEY": key}) as stage:
        quiet = _second(stage, token, key)
        before = _lags(stage, quiet, plan.size(15, 3))
        with editing(
            stage.hubspot,
            plan.size(10_000, 400),
            plan.size(250, 100),
            plan.seed,
            types=["contacts"],
        ) as edits:
            poisoned = _poison(stage, plan)
            during = _lags(stage, quiet, plan.size(30, 4))
            told = edits.result()
        stage.hubspot.wait_until_quiet()
        stage.drain(180)
        crossed = len(_crossed(stage, [stage.stack.portal.portal_id, quiet]) - poisoned)
        letters = stage.count("dead_letters")
    calm, busy = median(before), median(during)
    counted = (
        f"{told:,} events and {letters} dead letters in one portal; {crossed} crossed or "
        "unequal rows in both;"
    )
    counted += f" the quiet portal's lag {calm:.2f} → {busy:.2f} s, at worst {max(during):.2f} s"
    return Result(counted, not crossed and busy < 2 * calm)


def _second(stage: Stage, token: str, key: str) -> int:
    """Register the other portal with a token of its own, and fetch it."""
    context = stage.context
    object.__setattr__(context.settings, "encryption_key", key)
    portal_id = register(context, context.client_with(token, "other"), tokens.encrypt(token, key))
    portal = context.portal(portal_id)
    assert portal is not None
    refresh(context, portal)
    assert not backfill(context, portal, tuple(CORE_TYPES), lambda scan: None)
    return portal_id


def _lags(stage: Stage, portal_id: int, updates: int) -> list[float]:
    """Measure the seconds from an update of a contact to its row, one update a second."""
    rows = stage.select(
        "select hubspot_id from hubspot_contacts_raw where portal_id = %s limit 100", portal_id
    )
    return [
        _lag(stage, portal_id, rows[number % len(rows)]["hubspot_id"], number)
        for number in range(updates)
    ]


def _lag(stage: Stage, portal_id: int, hubspot_id: str, number: int) -> float:
    value, began = f"{time.time_ns()} {number}", time.monotonic()
    records = [{"id": hubspot_id, "properties": {"firstname": value}}]
    stage.hubspot.call("import", portal_id=portal_id, type="contacts", records=records, events=True)
    where = "hubspot_contacts_raw where portal_id = %s and hubspot_id = %s and firstname = %s"
    while not stage.count(where, portal_id, hubspot_id, value):
        if time.monotonic() - began > 60:
            break
        time.sleep(0.02)
    seconds = time.monotonic() - began
    time.sleep(max(0.0, 1 - seconds))
    return seconds


def _poison(stage: Stage, plan: Plan) -> set[str]:
    """Send values that do not fit, a delivery that is signed and unreadable, and ids that no record
    has. Answer the ids whose rows cannot equal their records: PostgreSQL has no \\u0000."""
    random, sender = Random(plan.seed), Sender(stage.stack)
    values = [
        {"properties": {"firstname": bad, "createdate": bad}}
        for bad in random.sample(_POISON, len(_POISON))
    ]
    ids = stage.hubspot.call("import", type="contacts", records=values, events=True)["ids"]
    sender.send(b'[{"objectId": "\\u0000", "portalId": "x"}]')
    sender.post([sender.event(f"9{number}", "contact.creation") for number in range(100)])
    return set(ids)


def _crossed(stage: Stage, portal_ids: list[int]) -> set[str]:
    """Answer the rows of either portal that are not exactly that portal's records."""
    found = (truth.differences(stage.stack, portal_id=each) for each in portal_ids)
    return {hubspot_id for types in found for ids in types.values() for hubspot_id in ids}
