"""write_back: 10,000 scores into HubSpot while kill -9 strikes the workers twenty times, then
webhooks of ours under twenty more.

The portal's allowance is made small, so that the writes last as long as the kills. A second attempt
reads before it writes; such reads are counted apart. A kill between HubSpot's answer and our note
of it cannot be avoided, only made harmless: for write-back by that read, for webhooks by the
webhook-id, which comes again and is the receiving end's to know.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

import psutil
from psycopg.sql import SQL

import jobs
from lab import stack
from lab.benchmarks.figure import Figure
from lab.benchmarks.kills import works
from lab.simulated import Scene
from lab.stack import Stack
from outgoing import endpoints, write_back
from outgoing.write_backs import WRITE_BACKS
from workers import tokens

SCENE = Scene(
    {"contacts": 10_000, "companies": 5, "deals": 5, "calls": 5}, latency_ms=300, rate_limit=190
)
KILLS, SECONDS = 20, 40.0  # so many, over so long
ALLOWANCE = 30  # requests per ten seconds while scores are written
EDITS = 2_000
PATIENCE_SECONDS = 420.0
HERE = "127.0.0.1"
SCORE = replace(
    WRITE_BACKS["lead_score_ml"],
    needs="",
    wanted=SQL(
        "select hubspot_id, (hubspot_id::bigint %% 100 + 1)::text as value"
        " from hubspot_contacts_raw where portal_id = %(portal_id)s"
    ),
)


def main() -> None:
    with listening() as (heard, url):
        more = {"OUTGOING_PRIVATE_HOSTS": HERE}
        with stack.running(SCENE, more=more) as running:
            running.backfill()
            written = of_write_back(running)
            told = of_webhooks(running, heard, url)
    wanted = -(-written["changed"] // write_back.BATCH)
    found = written | told | {"wanted_requests": wanted}
    misses = (written["requests"] - wanted, written["echoes_fetched"], written["sent_twice"],
              written["not_there"], told["lost"], told["doubled"])  # fmt: skip
    ok = not any(misses)
    rival = written["changed"]
    about = {"unit": "requests", "rival_is": "a request for each record", **found}
    goal = wanted / rival
    requests = written["requests"]
    Figure("write_back", requests, rival, requests / rival, goal, ok, about).print()


def of_write_back(running: Stack) -> dict[str, int]:
    """Write 10,000 scores under kills; count what HubSpot was asked, and what came of it."""
    portal_id, database = running.portal.portal_id, running.context.database
    with database.transaction() as conn:
        conn.execute("update portals set rate_limit = %s", [ALLOWANCE])
        found = write_back.plan(conn, portal_id, [SCORE])
        write_back.order(conn, portal_id, found, [SCORE])
    before = requests(running)
    jobs.wake(running.context.server, jobs.OUTGOING)
    kills = kill_meanwhile(running, lambda: waiting(running))
    running.hubspot.wait_until_quiet()
    running.wait_until_applied()
    asked = requests(running)
    with database.transaction() as conn:
        left = len(write_back.plan(conn, portal_id, [SCORE]))
        row = conn.execute(
            "select (select coalesce(sum(cardinality(hubspot_ids)), 0) from fetches"
            "         where object_type = 'contacts') as fetched,"
            " (select count(*) from (select 1 from webhook_events"
            "   where event->>'propertyName' = 'lead_score_ml'"
            "   group by hubspot_id having count(*) > 1) as twice) as twice"
        ).fetchone()
    assert row is not None
    count = asked["batch_update"] - before["batch_update"]
    return {
        "changed": len(found),
        "requests": count,
        "read_backs": asked["batch_read"] - before["batch_read"],
        "echoes_fetched": int(row["fetched"]),
        "sent_twice": max(0, count - -(-len(found) // write_back.BATCH)) + int(row["twice"]),
        "not_there": left,
        "kills": kills,
    }


def of_webhooks(running: Stack, heard: Counter[str], url: str) -> dict[str, int]:
    """Change 2,000 contacts under kills; compare what was put with what the endpoint heard."""
    portal_id, context = running.portal.portal_id, running.context
    secret = tokens.encrypt(endpoints.new_secret(), context.settings.encryption_key, portal_id)
    given: dict[str, Any] = {"url": url, "secrets": [secret]}
    with context.database.transaction() as conn:
        conn.execute("update portals set rate_limit = null")
        endpoints.add(conn, portal_id, endpoints.new_id(), given)
    running.hubspot.call("edits", count=EDITS, over=EDITS, types=["contacts"])
    kills = kill_meanwhile(running, lambda: running.waiting() + waiting(running))
    with context.database.transaction() as conn:
        rows = conn.execute(
            "select 'msg_' || message_id as id from outgoing_messages where channel = 'webhook'"
        ).fetchall()
    put = {row["id"] for row in rows}
    return {
        "webhooks_put": len(put),
        "lost": len(put - heard.keys()),
        "doubled": len(heard.keys() - put),
        "same_id_again": sum(heard.values()) - len(heard),
        "webhook_kills": kills,
    }


def kill_meanwhile(running: Stack, left: Callable[[], int]) -> int:
    """Strike a worker at random twenty times, and wait until nothing is left to do."""
    random, supervisor, done = Random(1), psutil.Process(running.processes["workers"].pid), 0
    give_up = time.monotonic() + PATIENCE_SECONDS
    while done < KILLS or left():
        time.sleep(random.uniform(0.5, 1.5) * SECONDS / KILLS)
        if time.monotonic() > give_up:
            raise TimeoutError(f"{left()} are left after {PATIENCE_SECONDS:.0f} s")
        if done < KILLS:
            with suppress(psutil.NoSuchProcess):
                alive = [child for child in supervisor.children() if works(child)]
                random.choice(alive).kill()
                done += 1
    return done


def waiting(running: Stack) -> int:
    """Count the messages that are not sent yet. Rests are ended: they are for strangers."""
    with running.context.database.transaction() as conn:
        row = conn.execute(
            "select count(*) as n from outgoing_messages where sent_at is null"
        ).fetchone()
    return int(row["n"]) if row else 0


def requests(running: Stack) -> Counter[str]:
    return Counter(running.hubspot.ask("stats")["requests"])


@contextmanager
def listening() -> Iterator[tuple[Counter[str], str]]:
    """Give an endpoint, and how often it heard each webhook-id."""
    heard: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard[self.headers["webhook-id"]] += 1
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HERE, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield heard, f"http://{HERE}:{server.server_address[1]}/"
        server.shutdown()


if __name__ == "__main__":
    main()
