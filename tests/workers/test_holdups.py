"""Code newer than the schema, a missing right, a read-only database: jobs wait for an operator and
lose nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest
import redis
from psycopg.conninfo import make_conninfo
from rq.serializers import JSONSerializer

import deliveries
import jobs
import rq_worker
from db.connect import Database
from db.migrate import migrate
from operations import holdups
from settings import Settings
from tests.processes import Simulator, wait_for
from tests.workers.conftest import arrive
from tests.workers.test_events import event, make_abandoned, send
from workers.__main__ import _register
from workers.context import Context
from workers.worker import handlers

Rows = Callable[..., list[dict[str, Any]]]
Run = Callable[[str], None]
ROLE = "spoke_test_restricted"


@dataclass(frozen=True)
class Fault:
    """A thing that an operator did or has not done yet, how it is mended, what is said, and which
    job says it."""

    breaks: str
    mends: str
    says: str
    of: str = jobs.INGEST


MIGRATE = "Run `spoke migrate`"
FAULTS = {
    "no table of events": Fault(
        "alter table webhook_events rename to away",
        "alter table away rename to webhook_events",
        MIGRATE,
    ),
    "no column of marks": Fault(
        "alter table pending_changes rename whole to away",
        "alter table pending_changes rename away to whole",
        MIGRATE,
    ),
    "no column of contacts": Fault(
        "alter table hubspot_contacts_raw rename firstname to away",
        "alter table hubspot_contacts_raw rename away to firstname",
        MIGRATE,
        jobs.FETCH,
    ),
    "no function of a trigger": Fault(
        "alter function renumber_contacts(bigint, text[], text[]) rename to away",
        "alter function away(bigint, text[], text[]) rename to renumber_contacts",
        MIGRATE,
        jobs.FETCH,
    ),
    "no schema": Fault(
        "alter schema hubspot rename to away", "alter schema away rename to hubspot", MIGRATE
    ),
    "no right to write events": Fault(
        f"revoke insert on webhook_events from {ROLE}",
        f"grant insert on webhook_events to {ROLE}",
        "permission denied for table webhook_events. Grant it",
    ),
    "no right to write contacts": Fault(
        f"revoke update on hubspot_contacts_raw from {ROLE}",
        f"grant update on hubspot_contacts_raw to {ROLE}",
        "permission denied for table hubspot_contacts_raw. Grant it",
        jobs.FETCH,
    ),
    "read-only": Fault(
        f"alter role {ROLE} set default_transaction_read_only = on",
        f"alter role {ROLE} reset default_transaction_read_only",
        "the database is read-only",
    ),
}


@pytest.fixture
def operator(database_url: str, directly: Callable[[str], str]) -> Iterator[Run]:
    """Run a statement as a superuser, who ends all other sessions of ROLE: new ones know the new
    defaults."""
    with psycopg.connect(directly(database_url), autocommit=True) as conn:

        def run(statement: str) -> None:
            conn.execute("set search_path = hubspot, extensions, public")
            conn.execute(statement.encode())
            conn.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = %s",
                [ROLE],
            )

        run(f"drop role if exists {ROLE}")
        run(f"create role {ROLE} login bypassrls")
        for what in ("usage on schema hubspot, extensions", "all on all tables in schema hubspot"):
            run(f"grant {what} to {ROLE}")
        yield run
        run(f"drop owned by {ROLE}")
        run(f"drop role {ROLE}")


@pytest.fixture
def restricted(
    settings: Settings, operator: Run, context: Context, directly: Callable[[str], str]
) -> Iterator[Context]:
    """Give the context of workers whose role is not a superuser; `context` has described the
    portals before."""
    address = make_conninfo(directly(settings.database_url), user=ROLE)
    opened = Context.open(replace(settings, database_url=address), connections=4)
    yield opened
    opened.close()


def work(context: Context, simulator: Simulator) -> None:
    """Do what a worker would do now, three times over."""
    known = handlers(context)
    for _ in range(3):
        known[jobs.WAKE_WAITING]()
        known[jobs.INGEST]()
        known[jobs.FETCH](simulator.portal_id, "contacts")
        as_if_later(context)


def as_if_later(context: Context) -> None:
    """Let the deliveries that were read from the stream and not acknowledged be read again."""
    if deliveries.waiting(context.server):
        make_abandoned(context.server)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_work_waits_for_an_operator_and_goes_on_once_it_is_mended(
    restricted: Context,
    simulator: Simulator,
    rows: Rows,
    operator: Run,
    fault: Fault,
    caplog: pytest.LogCaptureFixture,
) -> None:
    contact = simulator.create("contacts", {"firstname": "Kept", "phone": "+15551234567"})
    simulator.quiet()
    operator(fault.breaks)
    work(restricted, simulator)
    assert fault.says in holdups.seen(restricted.server)[fault.of]
    said = [
        each.getMessage()
        for each in caplog.records
        if each.getMessage().startswith(f"{fault.of} waits")
    ]
    assert len(said) == 1 and fault.says in said[0]
    operator(fault.mends)
    rows("update pending_changes set leased_until = null returning 1")
    as_if_later(restricted)
    arrive(restricted, simulator)
    assert rows("select firstname from hubspot_contacts_raw where hubspot_id = %s", contact) == [
        {"firstname": "Kept"}
    ]
    assert rows("select reason from dead_letters") == []
    assert rows("select 1 from webhook_events where hubspot_id = %s and ignored is null", contact)


def test_jobs_that_wait_are_no_failed_jobs(
    restricted: Context, simulator: Simulator, operator: Run
) -> None:
    server, known = restricted.server, handlers(restricted)
    send(restricted, json.dumps([event(simulator.portal_id)]).encode())
    operator(FAULTS["no schema"].breaks)
    arguments = {
        jobs.FETCH: [simulator.portal_id, "contacts"],
        jobs.BACKFILL: [simulator.portal_id],
    }
    arguments[jobs.WRITE_BACK] = [simulator.portal_id, True]
    arguments |= {key: [simulator.portal_id] for key in (jobs.CATCH_UP, jobs.RECONCILE_ASKED)}
    for name in known:
        jobs.enqueue(server, name, *arguments.get(name, []))
        queue = jobs.queue(server, next(job.queue for job in jobs.every_job() if job.run == name))
        worker = rq_worker._Worker(
            [queue],
            connection=server,
            job_class=type("_HandledJob", (rq_worker._Job,), {"handlers": known}),
            serializer=JSONSerializer,
        )
        found = worker.dequeue_job_and_maintain_ttl(1)
        assert found is not None
        worker.execute_job(*found)
        assert (queue.failed_job_registry.count, queue.count) == (0, 0), name
    assert deliveries.waiting(server) == 1
    off = {jobs.ALERTS, jobs.ENRICHING}  # which ask nothing without Slack and a provider
    assert set(holdups.seen(server)) == {*known} - off
    operator(FAULTS["no schema"].mends)


def test_the_workers_start_once_there_are_tables(
    settings: Settings,
    empty_database_url: str,
    redis_client: redis.Redis,
    caplog: pytest.LogCaptureFixture,
) -> None:
    empty = replace(settings, database_url=empty_database_url)
    with ThreadPoolExecutor(1) as threads, Database(empty_database_url) as database:
        starting = threads.submit(_register, Context.open(empty, connections=1), 0.01)
        wait_for(lambda: holdups.seen(redis_client))
        assert not starting.done() and MIGRATE in holdups.seen(redis_client)[holdups.START]
        migrate(database)
        starting.result(60)
        with database.transaction() as conn:
            assert conn.execute("select count(*) as n from portals").fetchone() == {"n": 1}
    assert len([each for each in caplog.records if each.levelno == logging.ERROR]) == 1
