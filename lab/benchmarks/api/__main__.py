"""api: how soon every JSON read is answered while 20 users ask once a second, as the reader role.

`--size 10` fills ten times the real portal. Steps:
1. Fill a database, start receiver and pages as the Procfile does.
2. Send signed deliveries at a steady pace: what the receiver takes alone.
3. Send them again while 20 users ask every read of the served document in turns.
4. Let a browser paint every page while they go on asking; these answers are not counted.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, takewhile
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import psycopg
import redis
import requests
from rich.console import Console
from rich.table import Table

from dashboard.pages import PAGES
from db import sort_indexes
from db.connect import Database
from hubspot.objects import OBJECT_TYPES
from lab import embedded, processes
from lab.benchmarks import load
from lab.benchmarks.api import painting, receiving
from lab.benchmarks.api.asking import Answers, Ask, on_schedule, percentile
from lab.benchmarks.api.reads import TYPES, Read, reads
from lab.benchmarks.figure import Figure
from lab.benchmarks.pace import Pace, paced
from lab.benchmarks.sql.filling import filled
from lab.keeper import kept_folder
from operations import access_tokens, dashboard_users, sessions
from operations.callers import SCOPES
from operations.servers import Servers
from settings import Settings

USERS, WARM_SECONDS = 20, 10
GOALS_MS, PAINT_MS, RECEIVER_RATIO = {1: 100.0, 10: 250.0}, 1000.0, 2.0
ALONE_SECONDS = 20
VISITOR, SEED = "demo@localhost", 1
AROUND = Path(__file__).with_name("around.sql").read_text()
KINDS = {"numeric": "number", "integer": "number", "boolean": "bool", "timestamp": "datetime"}
console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Served:
    """What runs, and how to ask it."""

    servers: Servers
    web_port: int
    pages_port: int
    secret: str

    @property
    def pages_url(self) -> str:
        """Answer where the API and the pages are."""
        return f"http://127.0.0.1:{self.pages_port}"


def main() -> None:
    asked = _arguments()
    with (
        _database(asked) as database,
        _serving(database) as served,
        _sorting(database),
        paced() as pace,
    ):
        alone = receiving.begin(served.web_port, served.secret, ALONE_SECONDS).result()
        chosen, tokens = _asked_for(served, asked.only)
        answers, beside = _loaded(served, asked, chosen, tokens)
        with _asking(served, _asks(chosen, tokens, asked.size, SEED + 1), not asked.no_paint):
            painted = {} if asked.no_paint else _painted(served)
    _show(answers, painted, GOALS_MS.get(asked.size, 250.0))
    knocks = {name: percentile(each, 99) for name, each in (("alone", alone), ("beside", beside))}
    _figure(asked.size, answers, painted, knocks, pace).print()


def _figure(
    size: int, answers: Answers, painted: dict[str, float], knocks: dict[str, float], pace: Pace
) -> Figure:
    """Compare what was measured with the goals."""
    goal = GOALS_MS.get(size, 250.0)
    slow = {name: percentile(times, 95) for name, times in answers.times.items()}
    worst, ratio = max(slow, key=slow.__getitem__), knocks["beside"] / knocks["alone"]
    missed = [name for name, ms in slow.items() if ms >= goal]
    missed += [f"paint {name}" for name, ms in painted.items() if ms >= PAINT_MS]
    missed += ["receiver"] if ratio > RECEIVER_RATIO else []
    more = _more(answers, painted, knocks) | {"size": size, "missed": missed} | pace.told()
    more |= {"ours_is": f"p95 of the slowest read, {worst}", "receiver_ratio": ratio}
    ok = not missed and not answers.wrong
    return Figure("api", slow[worst], goal, slow[worst] / goal, 1.0, ok, more)


def _more(answers: Answers, painted: dict[str, float], knocks: dict[str, float]) -> dict[str, Any]:
    """Tell what stands beside the figure; load is the machine's, of the last minute."""
    return {
        "unit": "ms",
        "rival_is": "the goal",
        "reads": len(answers.times),
        "answers": sum(map(len, answers.times.values())),
        "wrong": len(answers.wrong),
        "p95_of_all": percentile([ms for each in answers.times.values() for ms in each], 95),
        "slowest_paint_ms": max(painted.values(), default=None),
        "receiver_p99_alone": knocks["alone"],
        "receiver_p99_beside": knocks["beside"],
        "load_average": os.getloadavg()[0],
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab.benchmarks.api", description=__doc__)
    parser.add_argument("--size", type=int, default=1, help="how many times the real portal")
    parser.add_argument("--seconds", type=float, default=90, help="how long users ask")
    parser.add_argument("--only", default="", help="reads with this in their name")
    parser.add_argument("--on", default="", help="the address of a database that is filled so")
    parser.add_argument("--no-paint", action="store_true", help="leave out the browser")
    return parser.parse_args()


@contextmanager
def _database(asked: argparse.Namespace) -> Iterator[Database]:
    """Give a database filled for this run, or one that an earlier run left filled."""
    if asked.on:
        with Database(asked.on) as database:
            with database.transaction() as conn:
                conn.execute("select refresh_user_spend()")  # as the clock does every ten minutes
            yield database
        return
    with filled(asked.size) as database:
        surround(database, asked.size)
        yield database


@contextmanager
def _serving(database: Database) -> Iterator[Served]:
    """Receiver and pages started, as processes of their own."""
    with ExitStack() as opened:
        folder = opened.enter_context(kept_folder())
        redis_url, _ = opened.enter_context(embedded.stream(folder / "valkey"))
        environment, secret = _environment(database.url, redis_url), secrets.token_hex(16)
        environment |= {"HUBSPOT_CLIENT_SECRET": secret, "PUBLIC_URL": receiving.PUBLIC_URL}
        ports = embedded.free_port(), embedded.free_port()
        for port, app in zip(ports, ("webhooks.app:create_app()", "wsgi:app"), strict=True):
            command = [sys.executable, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}"]
            opened.enter_context(processes.process(app[:4], command, environment, folder))
        for port in ports:
            processes.wait_until_ready(f"http://127.0.0.1:{port}", "/health/live")
        server = opened.enter_context(redis.Redis.from_url(redis_url))
        servers = Servers(Settings.from_env(env=environment), server, database)
        yield Served(servers, *ports, secret)


@contextmanager
def _sorting(database: Database) -> Iterator[None]:
    """Make an index for each property that is sorted by, as the job does that such a question
    wakes."""
    done = Event()

    def look() -> None:
        while not done.wait(1):
            sort_indexes.bring_up_to_date(database)

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        try:
            yield
        finally:
            done.set()
            looking.result()


def _environment(database_url: str, redis_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "ENCRYPTION_KEY": secrets.token_hex(32),
        "LOG_LEVEL": "WARNING",
    }


def surround(database: Database, scale: int) -> None:
    """Add what is asked for beside the records: see around.sql."""
    with database.transaction() as conn:
        conn.execute(AROUND.replace("%(scale)s", str(scale)).replace("%%", "%").encode())
        for name in TYPES:
            for column in OBJECT_TYPES[name].columns:
                kind = next((to for word, to in KINDS.items() if word in column.sql_type), "string")
                conn.execute(
                    "insert into hubspot_properties (portal_id, object_type, name, label, type,"
                    """ raw_json) values (%s, %s, %s, %s, %s, '{"hubspotDefined": true}')"""
                    " on conflict do nothing",
                    [load.PORTAL_ID, name, column.property, column.property, kind],
                )
    with psycopg.connect(database.url, autocommit=True) as conn:
        conn.execute("vacuum analyze")


def _asked_for(served: Served, only: str) -> tuple[list[Read], list[str]]:
    """Answer the reads of the served document, and a token for each user."""
    tokens = [
        access_tokens.make(served.servers, f"user {place}", tuple(SCOPES), [load.PORTAL_ID])
        for place in range(USERS)
    ]
    header = {"Authorization": f"Bearer {tokens[0]}"}
    document = requests.get(f"{served.pages_url}/openapi.json", headers=header, timeout=30).json()
    return [each for each in reads(document) if only in each.name], tokens


def _loaded(
    served: Served, asked: argparse.Namespace, chosen: Sequence[Read], tokens: Sequence[str]
) -> tuple[Answers, list[float]]:
    """Let users ask while deliveries come, after some seconds that warm up."""
    on_schedule(served.pages_port, _asks(chosen, tokens, asked.size, 0), USERS, WARM_SECONDS)
    coming = receiving.begin(served.web_port, served.secret, asked.seconds)
    asks = _asks(chosen, tokens, asked.size, SEED)
    return on_schedule(served.pages_port, asks, USERS, asked.seconds), coming.result()


@contextmanager
def _asking(served: Served, asks: Iterator[Ask], wanted: bool) -> Iterator[None]:
    """Let users ask as long as this lasts."""
    done = Event()
    with ThreadPoolExecutor(1) as pool:
        if wanted:
            going_on = takewhile(lambda ask: not done.is_set(), asks)
            pool.submit(on_schedule, served.pages_port, going_on, USERS, float("inf"))
        try:
            yield
        finally:
            done.set()


def _asks(chosen: Sequence[Read], tokens: Sequence[str], scale: int, seed: int) -> Iterator[Ask]:
    """Yield what the users ask, one user after the other: every read as often as any."""
    random, users = Random(seed), cycle(tokens)
    while True:
        for read in random.sample(chosen, len(chosen)):
            header = {"Authorization": f"Bearer {next(users)}"}
            yield read.name, "GET", read.url(random, scale), b"", header


def _painted(served: Served) -> dict[str, float]:
    """Sign in by a link and paint every page."""
    servers = served.servers
    dashboard_users.put(servers, VISITOR, list(SCOPES), [load.PORTAL_ID])
    link = f"/sign-in/{sessions.make_link(servers, VISITOR)}"
    with servers.database.transaction() as conn:
        run = conn.execute("select max(scan_id::text) as scan_id from scans").fetchone()
    assert run is not None
    fills = {"<object_type>": "deals", "<hubspot_id>": "7", "<scan_id>": run["scan_id"]}
    paths = {each.name: each.path for each in PAGES}
    for place, value in fills.items():
        paths = {name: path.replace(place, value) for name, path in paths.items()}
    return painting.paints(served.pages_url, link, paths)


def _show(answers: Answers, painted: dict[str, float], goal: float) -> None:
    table = Table("read", "n", "p50 ms", "p95 ms", "p99 ms", "")
    for name, times in sorted(answers.times.items(), key=lambda each: percentile(each[1], 95)):
        told = [f"{percentile(times, each):.0f}" for each in (50, 95, 99)]
        table.add_row(name, f"{len(times)}", *told, _verdict(percentile(times, 95) < goal))
    for name, ms in painted.items():
        table.add_row(f"paint of {name}", "", f"{ms:.0f}", "", "", _verdict(ms < PAINT_MS))
    Console(width=120).print(table)
    for each in answers.wrong[:10]:
        console.print(each, style="red", markup=False)


def _verdict(is_met: bool) -> str:
    if is_met:
        return "[green]ok[/green]"
    return "[red]missed[/red]"


if __name__ == "__main__":
    main()
