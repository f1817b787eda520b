"""`spoke doctor`: each check well, and each thing that can be wrong named with what to do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import psycopg
import pytest
import redis
from psycopg.conninfo import make_conninfo
from rq.cron import CronScheduler
from rq.serializers import JSONSerializer

import jobs
import memory
import rq_worker
from hubspot import events, subscriptions
from hubspot.objects import CORE_TYPES, OBJECT_TYPES
from operations import holdups
from operations.lately_refused import LAST
from settings import WEBHOOK_PATH
from tests.commands.conftest import Spoke
from tests.processes import OTHER_TOKEN, Simulator, Web, address
from tests.workers.conftest import arrive
from workers import polling, streaming
from workers.context import Context
from workers.doctor import outside
from workers.doctor.finding import without_secrets
from workers.doctor.stores import _durable, _eviction

Rows = Callable[..., list[dict[str, Any]]]


def line(output: str, name: str) -> str:
    """Answer the finding of this name, joined where it was wrapped."""
    joined = output.replace("\n    ", " ").splitlines()
    return next(each.strip() for each in joined if each[4:].startswith(f"{name}:"))


@contextmanager
def answering(status: int) -> Iterator[str]:
    """Give a server that answers every GET with this status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_what_is_well_is_said_to_be_well(
    run: Spoke, context: Context, simulator: Simulator, web: Web
) -> None:
    simulator.create("contacts", {})
    arrive(context, simulator)
    output = run("doctor", PUBLIC_URL=web.url, HUBSPOT_CLIENT_SECRET="a client secret").output
    name = f"Portal {simulator.portal_id}"
    assert line(output, "Settings") == "✓ Settings: all 4 that are needed are set"
    assert line(output, "Postgres").endswith("schema hubspot, all migrations applied")
    assert line(output, "Row security").startswith("✓ Row security: on for all")
    assert line(output, "Redis").startswith("✓ Redis: ")
    assert (
        "✓ Clock: agrees with HubSpot's" in output and "✓ Clock: agrees with Postgres's" in output
    )
    assert line(output, "Web") == f"✓ Web: {web.url}/health/live answers 200"
    assert line(output, name) == f"✓ {name}: token accepted"
    assert line(output, f"{name} scopes") == (
        f"✓ {name} scopes: all {len(CORE_TYPES)} types and the owners can be read"
    )
    assert line(output, f"{name} events").startswith(f"✓ {name} events: the last came at 2")
    assert "never of calls, " in line(output, f"{name} events")
    assert line(output, f"{name} polled").startswith(
        f"✓ {name} polled: to be looked at, with the scopes automation, business-intelligence, "
    )
    assert all(len(each) <= 100 for each in output.splitlines())


def test_what_is_wrong_is_named_with_what_to_do(
    run: Spoke, context: Context, simulator: Simulator, rows: Rows
) -> None:
    rows("delete from migrations where name = '0002_sync.sql' returning 1")
    simulator.control("faults", api=[{"fault": "missing_scopes", "kinds": ["workflows"]}])
    polling.poll(context, context.portals()[0])
    streaming.read(context, context.portals()[0])
    simulator.control("faults", api=[{"fault": "status", "status": 403, "types": ["deals"]}])
    result = run("doctor", PUBLIC_URL="http://127.0.0.1:9")
    name = f"Portal {simulator.portal_id}"
    assert result.exit_code == 1
    assert line(result.output, "Settings") == (
        "✗ Settings: HUBSPOT_CLIENT_SECRET is not set. See .env.example. → Set what is missing."
    )
    assert line(result.output, "Postgres").endswith(
        "not applied: 0002_sync.sql → Run `spoke migrate`."
    )
    assert line(result.output, "Web") == (
        "✗ Web: http://127.0.0.1:9/health/live does not answer: ConnectionError"
        " → Start the web process, or correct PUBLIC_URL."
    )
    assert line(result.output, "Workers") == (
        "✗ Workers: backfill 0, fetch 0, ingest 0; nobody works on backfill, fetch, ingest → Start "
        "`python -m workers`."
    )
    assert line(result.output, "Clock process").startswith("✗ Clock process: none")
    assert line(result.output, f"{name} scopes").startswith(
        f"✗ {name} scopes: may not read deals (HubSpot answered 403"
    )
    assert line(result.output, f"{name} events").startswith(f"✗ {name} events: none has ever come")
    polled = line(result.output, f"{name} polled")
    assert polled.startswith(f"✓ {name} polled: campaigns, ")
    assert polled.endswith("web_sessions; not read: workflows (scope automation)")
    assert result.output.splitlines()[-1].endswith("need mending.")


def test_a_refused_and_a_foreign_token(run: Spoke, context: Context, simulator: Simulator) -> None:
    name = f"Portal {simulator.portal_id}"
    assert "401" in line(run("doctor", HUBSPOT_ACCESS_TOKEN="a-canary-of-a-token").output, name)
    output = run("doctor", HUBSPOT_ACCESS_TOKEN=OTHER_TOKEN).output
    assert f"HUBSPOT_ACCESS_TOKEN belongs to portal {simulator.portal_id + 1}" in line(output, name)


def test_with_a_server_out_of_reach_the_rest_is_still_checked_and_no_password_is_shown(
    run: Spoke, simulator: Simulator, database_url: str
) -> None:
    result = run("doctor", REDIS_URL="redis://:canary-password@127.0.0.1:9/0")
    assert (
        "✗ Redis: out of reach: ConnectionError" in result.output and "✓ Postgres" in result.output
    )
    assert (
        "✗ Workers, portals: cannot be checked without Postgres and Redis"
        in result.output.replace("\n    ", " ")
    )
    assert "canary-password" not in result.output


def test_addresses_that_are_none_are_named_and_not_quoted(run: Spoke) -> None:
    result = run("doctor", DATABASE_URL="me:canary-password@host", REDIS_URL="host:canary-password")
    assert (
        "DATABASE_URL cannot be read" in result.output
        and "REDIS_URL cannot be read" in result.output
    )
    assert "canary-password" not in result.output and result.exit_code == 1


def test_an_empty_database_needs_migrating(run: Spoke, empty_database_url: str) -> None:
    output = run("doctor", DATABASE_URL=empty_database_url).output
    assert "not applied: 0001_mirror.sql, " in line(output, "Postgres")
    assert line(output, "Portals") == (
        '✗ Portals: tables are missing or out of date: relation "portals" does not exist → Run '
        "`spoke migrate`."
    )


@pytest.fixture
def restricted(database_url: str, directly: Callable[[str], str]) -> Iterator[str]:
    """Give the address of the same database for a role that lacks rights, whose transactions are
    read-only."""
    role = "spoke_test_reading"
    with psycopg.connect(directly(database_url), autocommit=True) as conn:
        for statement in (
            f"drop role if exists {role}",
            f"create role {role} login bypassrls",
            f"grant usage on schema hubspot, extensions to {role}",
            f"grant select, insert, update, delete on all tables in schema hubspot to {role}",
            f"revoke update, delete on hubspot.hubspot_deals_raw from {role}",
            f"alter role {role} set default_transaction_read_only = on",
        ):
            conn.execute(statement.encode())
        yield make_conninfo(directly(database_url), user=role)
        for statement in (f"drop owned by {role}", f"drop role {role}"):
            conn.execute(statement.encode())


def test_missing_rights_and_a_read_only_database_are_named(
    run: Spoke, context: Context, restricted: str
) -> None:
    rights = "rights are missing: delete, update on hubspot_deals_raw"
    todo = "Grant them to the role of DATABASE_URL."
    result = run("doctor", DATABASE_URL=restricted)
    assert line(result.output, "Postgres").endswith(f"; {rights} → {todo}")
    assert "; the database is read-only → Let it be written to:" in result.output.replace(
        "\n    ", " "
    )
    status = run("status", DATABASE_URL=restricted).output.replace("\n    ", " ")
    assert status.startswith(
        f"To be mended\n  {rights}. {todo}\n  the database is read-only. Let it be written to:"
    )


def test_what_jobs_wait_for_is_told(run: Spoke, context: Context) -> None:
    with (
        pytest.raises(psycopg.errors.UndefinedTable) as raised,
        context.database.transaction() as conn,
    ):
        conn.execute("select from away")
    holdups.say(context.server, jobs.FETCH, raised.value)
    said = 'tables are missing or out of date: relation "away" does not exist'
    assert f"✗ Workers: workers.fetch.run waited within the last minute → {said}" in " ".join(
        run("doctor").output.split()
    )
    assert f"To be mended\n  workers.fetch.run waits: {said}. Run `spoke migrate`.\n" in run(
        "status"
    ).output.replace("\n    ", " ")


def test_a_command_says_which_right_it_lacks(run: Spoke, context: Context, restricted: str) -> None:
    paused = ("portals", "pause", str(context.portals()[0].portal_id), "--reason", "audit")
    output = run(*paused, DATABASE_URL=restricted).output
    assert (
        "Error: The database is read-only: cannot execute UPDATE in a read-only transaction."
        in output
    )


def test_a_clock_that_is_off_is_measured() -> None:
    assert outside._skew("HubSpot's", 12).ok
    assert outside._skew("HubSpot's", -400).found == "400 s behind HubSpot's"


def test_a_redis_that_forgets_is_named() -> None:
    assert _durable({"aof_enabled": 1}).ok and not _durable({"aof_enabled": 0}).ok
    assert _eviction("noeviction").ok and not _eviction("allkeys-lru").ok


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (200, "✗ Supabase: the Data API shows"),
        (406, "✓ Supabase"),
        (401, "✗ Supabase: the Data API a"),
    ],
)
def test_supabase_must_not_know_the_schema(
    run: Spoke, context: Context, status: int, words: str
) -> None:
    with answering(status) as url:
        assert words in run("doctor", SUPABASE_URL=url, SUPABASE_SERVICE_KEY="a-service-key").output


def test_secrets_leave_every_message(context: Context) -> None:
    settings = context.settings
    text = f"x {settings.hubspot_access_token} y {settings.encryption_key}"
    assert without_secrets(text, settings) == "x … y …"


def test_a_full_redis_is_said_with_since_when_and_what_to_do(
    run: Spoke, context: Context, full_redis: redis.Redis
) -> None:
    well = line(run("doctor").output, "Redis's memory")
    assert well.startswith("✓ Redis's memory: ") and well.endswith(" MB of any amount used")
    memory.note_refusal(full_redis)
    result = run("doctor", REDIS_URL=address(full_redis))
    said = line(result.output, "Redis's memory")
    assert said.startswith("✗ Redis's memory: full: ") and said.endswith(
        f"for 24 hours → {memory.CURE}"
    )
    assert " of 0.0 MB used; deliveries are refused since 2" in said
    assert result.exit_code == 1


def test_workers_and_clock_are_seen(redis_client: redis.Redis) -> None:
    assert jobs.listening(redis_client) == {"backfill": 0, "fetch": 0, "ingest": 0}
    assert not jobs.clock_ticks(redis_client)
    worker = rq_worker._Worker(
        [jobs.queue(redis_client, "fetch")], connection=redis_client, serializer=JSONSerializer
    )
    worker.register_birth()
    assert jobs.listening(redis_client) == {"backfill": 0, "fetch": 1, "ingest": 0}
    CronScheduler(redis_client).register_birth()
    assert jobs.clock_ticks(redis_client)


def test_the_subscriptions_file_covers_the_registry(run: Spoke) -> None:
    component = json.loads(
        run("doctor", "--subscriptions", PUBLIC_URL="https://spoke.example.com").output
    )
    assert (
        component["config"]["settings"]["targetUrl"] == f"https://spoke.example.com{WEBHOOK_PATH}"
    )
    listed = component["config"]["subscriptions"]
    assert set(listed) == {"crmObjects", "legacyCrmObjects", "hubEvents"}
    told = {_meaning(each) for group in listed.values() for each in group}
    expected = {
        (name, action, None)
        for name in CORE_TYPES
        for action in subscriptions.ACTIONS
        if (name, action) != ("products", "associationChange")
    } | {
        (name, "propertyChange", column.property)
        for name, kind in CORE_TYPES.items()
        for column in kind.columns
        if column.told and column.property != "hs_email_subject"
    }
    assert told == expected | {("contacts", "privacyDeletion", None)}
    assert sum(len(group) for group in listed.values()) == len(told) < 1_000

    address = {"PUBLIC_URL": "https://spoke.example.com", "DATABASE_URL": ""}
    output = run("doctor", "--subscriptions", "--type", "orders", **address).output
    more = json.loads(output[output.index("{") :])["config"]["subscriptions"]
    found = {_meaning(each) for group in more.values() for each in group} - told
    assert {name for name, _, _ in found} == {"orders"} and told < told | found
    assert ("orders", "propertyChange", "hs_total_price") in found
    refused = run("doctor", "--subscriptions", "--type", "wizards", **address)
    assert refused.exit_code == 1 and "There is no object type wizards." in refused.output


def _meaning(subscription: dict[str, Any]) -> tuple[str, str, str | None]:
    """Answer what its events will mean to us, as events.parse reads them."""
    raw = dict(subscription)
    if "objectType" in raw:
        raw["objectTypeId"] = next(
            each.type_id for each in OBJECT_TYPES.values() if each.singular == raw["objectType"]
        )
    event = events.parse(raw)
    return event.object_type, event.action, raw.get("propertyName")


def test_refused_webhooks_and_strange_portals_are_seen(
    run: Spoke, context: Context, rows: Rows
) -> None:
    """With a cause and a cure while they are new; an older one than an hour needs no attention."""
    now = time.time()
    refused = {"count": 3, "since": now - 90, "at": now, "path": WEBHOOK_PATH, "cause": "it is so"}
    context.server.hset(LAST, mapping={f"unauthorized:{name}": refused[name] for name in refused})
    context.server.hset(LAST, mapping={f"too_large:{name}": refused[name] for name in refused})
    old = {"count": 1, "since": now - 9_000, "at": now - 9_000, "path": "/", "cause": "it was so"}
    context.server.hset(LAST, mapping={f"malformed:{name}": old[name] for name in old})
    rows(
        "insert into unknown_portals values (999, 12, now(), now(), 'contact.creation') returning 1"
    )
    output = run("doctor").output
    joined = output.replace("\n    ", " ")
    assert "✗ Webhooks: 3 requests were refused as unauthorized since" in joined
    assert f"to {WEBHOOK_PATH}: it is so → Compare HUBSPOT_CLIENT_SECRET and PUBLIC_URL" in joined
    assert "refused as too large" in joined and "it is so → HubSpot sends an array of" in joined
    assert "✓ Webhooks: 1 request was refused as malformed" in joined
    assert "✗ Unknown portal: 12 events of portal 999, which is not registered" in joined
    told = run("status").output.replace("\n    ", " ")
    assert "3 requests were refused as unauthorized" in told
    assert "it is so. HubSpot sends an array of at most 100 events" in told
    assert "portal 999 is not registered and sent 12 events" in told
