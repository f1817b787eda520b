"""24, 25: people who were erased, and secrets and people in what goes wrong: is any trace left
where none may be?"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import Any

import jobs
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.sender import Sender
from lab.faults.servers import PASSWORD
from lab.faults.stage import Stage, staged
from lab.simulated import Scene

_SMALL = Scene(
    {"contacts": 50, "companies": 10, "deals": 10, "calls": 20}, latency_ms=5, rate_limit=5_000
)
_TEXTS = ("email", "firstname", "lastname", "phone", "city", "jobtitle")
_PRODUCT = ("web", "workers", "clock")  # whose logs are searched: the simulator is no part of it
_ANSWERS: tuple[dict[str, Any], ...] = (
    *({"fault": "status", "status": status} for status in (400, 403, 404, 409, 414, 500, 502)),
    {"fault": "rate_limit"}, {"fault": "moving"}, {"fault": "locked"}, {"fault": "cut"},
    {"fault": "html"},
    {"fault": "unauthenticated"},
)  # fmt: skip


@scenario(
    24,
    "People are erased",
    "50 contacts with a canary in every text, linked, edited, heard of and read; privacy "
    "deletions; then late and doubled events about them, a backfill, and a search through every "
    "table, every key and every log",
    "0 canaries; none comes back",
)
def erasure(plan: Plan) -> Result:
    canary, people = f"canary{secrets.token_hex(6)}", plan.size(50, 5)
    with staged(_SMALL, {"LOG_LEVEL": "DEBUG"}) as stage:
        ids = _people(stage, canary, people)
        stage.hubspot.wait_until_quiet()
        stage.drain()
        seen = _hits(stage, canary)
        for each in ids:
            _import(stage, [{"id": each, "properties": {"firstname": f"{canary} again"}}])
            stage.ask("POST", "/crm/objects/2026-09/contacts/gdpr-delete", {"objectId": each})
        stage.hubspot.wait_until_quiet()
        stage.drain()
        _speak_of(stage, ids, canary)
        stage.stack.backfill()
        stage.drain()
        left, back = _hits(stage, canary), len(stage.known("hubspot_contacts_raw", ids))
        purged, unequal = stage.count("purges"), stage.unequal()
    counted = (
        f"{people} erased of whom {_told(seen)} told before; afterwards {_told(left)}; "
        f"{back} came back"
    )
    ok = (
        not any(left.values())
        and not back
        and purged == people
        and not unequal
        and seen["tables"] > 0
    )
    return Result(f"{counted}; {purged} remembered as a hash, {unequal} unequal", ok)


@scenario(
    25,
    "Secrets and people in error messages",
    "with LOG_LEVEL=DEBUG: forged, garbled, oversized and unreadable deliveries, wrong cron "
    "tokens, thirteen kinds of bad answers from HubSpot, Redis frozen, Postgres restarted, rows "
    "that a constraint of the company's own refuses, a revoked token; each with a canary in it",
    "0 canaries and 0 secrets in the logs",
)
def error_paths(plan: Plan) -> Result:
    canary, key = f"canary{secrets.token_hex(6)}", secrets.token_hex(16)
    with staged(_SMALL, {"LOG_LEVEL": "DEBUG", "ENCRYPTION_KEY": key}) as stage:
        ids = _people(stage, canary, 20)
        stage.drain()
        _bother_web(stage, canary)
        _bother_servers(stage, ids, canary)
        _refuse_rows(stage, ids, canary)
        for answer in _ANSWERS:
            _answer_badly(stage, ids, canary, answer)
        environment = stage.stack.environment
        words = [canary, key, PASSWORD]
        words += [
            environment[name]
            for name in ("HUBSPOT_ACCESS_TOKEN", "HUBSPOT_CLIENT_SECRET", "CRON_SECRET")
        ]
        logs = _logs(stage)
        letters = stage.count("dead_letters")
    hits = sum(logs.count(word) for word in words)
    lines = logs.count("\n")
    counted = (
        f"{hits} hits of {len(words)} words in {lines:,} lines of logs; {letters} dead "
        "letters were written"
    )
    if hits:
        counted += f", for example: {_example(logs, words)}"
    return Result(counted, not hits and lines > 100 and letters > 0)


def _people(stage: Stage, canary: str, count: int) -> list[str]:
    """Make contacts with the canary in every text, each linked to a company and known to us."""
    company = str(stage.select("select min(hubspot_id) as id from hubspot_companies_raw")[0]["id"])
    records = [
        {
            "properties": {name: f"{canary}-{number}-{name}" for name in _TEXTS},
            "associations": {"companies": [company]},
        }
        for number in range(count)
    ]
    return _import(stage, records)


def _import(stage: Stage, records: list[dict[str, Any]]) -> list[str]:
    return list(
        map(str, stage.hubspot.call("import", type="contacts", records=records, events=True)["ids"])
    )


def _speak_of(stage: Stage, ids: Iterable[str], canary: str) -> None:
    """Send all that HubSpot may still send about people who are gone: late, twice, and of every
    kind."""
    sender = Sender(stage.stack)
    late = [sender.event(int(each), propertyValue=canary) for each in ids]
    late += [sender.event(int(each), "contact.creation") for each in ids]
    for start in range(0, len(late), 100):
        assert (
            sender.post(late[start : start + 100]).status
            == sender.post(late[start : start + 100]).status
            == 204
        )


def _bother_web(stage: Stage, canary: str) -> None:
    sender, url = Sender(stage.stack), stage.stack.environment["PUBLIC_URL"]
    for body in (
        b"{" + canary.encode(),
        canary.encode() * 200_000,
        b'["' + canary.encode() + b'"]',
    ):
        sender.send(body)
        sender.session.post(
            stage.webhook_url, body, headers={"X-HubSpot-Signature-v3": canary}, timeout=30
        )
    event = sender.event(canary, portalId=canary, occurredAt=canary, propertyValue=canary + "\x00")
    sender.post([event, event | {"subscriptionType": canary + "\ud800"}])
    sender.session.get(
        f"{url}/cron/reconcile", headers={"Authorization": f"Bearer {canary}"}, timeout=30
    )


def _bother_servers(stage: Stage, ids: list[str], canary: str) -> None:
    sender = Sender(stage.stack)
    stage.servers.valkey.freeze()
    sender.post([sender.event(int(ids[0]), propertyValue=canary)])
    stage.servers.valkey.thaw()
    for number in range(3):
        _edit(stage, ids, canary, number)
        stage.servers.postgres.restart_immediately()
    time.sleep(2)


def _refuse_rows(stage: Stage, ids: list[str], canary: str) -> None:
    """Have constraints refuse rows: PostgreSQL quotes the whole row in its message."""
    with stage.context.database.transaction() as conn:
        conn.execute(
            "alter table hubspot_contacts_raw add constraint own check (lastname not like "
            "'%refused%')"
        )
        conn.execute(
            "alter table webhook_events add constraint own check (event->>'propertyValue' <> "
            "'refused')"
        )
    sender = Sender(stage.stack)
    sender.post([sender.event(int(ids[0]), propertyValue="refused", sourceId=canary)])
    _import(stage, [{"id": ids[0], "properties": {"lastname": f"{canary} refused"}}])
    stage.hubspot.wait_until_quiet()
    jobs.enqueue(stage.context.server, jobs.BACKFILL, stage.stack.portal.portal_id, ["contacts"])
    time.sleep(5)


def _answer_badly(stage: Stage, ids: list[str], canary: str, answer: dict[str, Any]) -> None:
    stage.hubspot.call("faults", api=[answer | {"times": 3}])
    with stage.context.database.transaction() as conn:
        conn.execute("update pending_changes set not_before = now()")
    _edit(stage, ids, canary, answer.get("status", 0))
    time.sleep(0.7)


def _edit(stage: Stage, ids: list[str], canary: str, number: int) -> None:
    _import(
        stage, [{"id": each, "properties": {"firstname": f"{canary} {number}"}} for each in ids[1:]]
    )


def _hits(stage: Stage, word: str) -> dict[str, int]:
    return {
        "tables": sum(row.count(word) for row in _rows(stage)),
        "keys": sum(value.count(word.encode()) for value in _values(stage)),
        "logs": _logs(stage).count(word),
    }


def _rows(stage: Stage) -> Iterable[str]:
    """Yield every row of every table of the database, as text."""
    for table in stage.select(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema')"
    ):
        for row in stage.select(f"select whole::text as whole from {table['name']} as whole"):
            yield row["whole"]


def _values(stage: Stage) -> Iterable[bytes]:
    """Yield every key with its value as Redis would dump it. Deliveries are compressed, but none is
    left by then."""
    server = stage.context.server
    for key in server.scan_iter():
        yield key + (server.dump(key) or b"")


def _logs(stage: Stage) -> str:
    return "".join(
        (stage.stack.logs / f"{name}.log").read_text(errors="replace") for name in _PRODUCT
    )


def _example(logs: str, words: Iterable[str]) -> str:
    """Show a line with a hit, cut short and the word itself left out."""
    for line in logs.splitlines():
        for word in words:
            if word in line:
                return line.replace(word, "…")[:160]
    return ""


def _told(hits: dict[str, int]) -> str:
    return ", ".join(f"{count} hits in {place}" for place, count in hits.items())
