"""loaders: whole commands that copy contacts with their links to companies and deals. Ours, beside
HubSpot's own client in a plain loop, and singer's tap-hubspot, which writes a file.

`python -m lab.benchmarks.loaders [--contacts N] [--rounds N] [--limit REQUESTS]`:
`make bench-peers` runs it at full size, without a limit of HubSpot's and with one. Every round runs
each of them once, and the medians count. Their environments are made first, in a folder that git
ignores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from hubspot.objects import CONTACTS
from lab import stack
from lab.benchmarks import truth
from lab.benchmarks.figure import Figure
from lab.peers import environments, singer
from lab.peers.compare import Record, Stream, Tally, compare
from lab.peers.loads import DLT_CHECKOUT, PROGRAMS, checkout, links_of
from lab.peers.mirror import records_of
from lab.processes import ROOT
from lab.simulated import Scene
from lab.stack import Stack

LATENCY_MS = 150
GOAL = 3.0  # times as long as Spoke, where nothing limits the rate
GOAL_LIMITED = 1.0  # no slower than the best of them
GOAL_REQUESTS = 1.15  # times as many as the fewest of them
ONLY = ["--type", CONTACTS.name]
ARGS = argparse.ArgumentParser(prog="python -m lab.benchmarks.loaders")
ARGS.add_argument("--contacts", type=int, default=40_000)
ARGS.add_argument("--rounds", type=int, default=5)
ARGS.add_argument("--limit", type=int, default=0, help="requests in 10 s; 0: as many as it can")
CLIENT, SINGER, OURS = "HubSpot's client in a loop", "singer's tap", "Spoke"
DLT = "dlt's HubSpot source"  # where a checkout is named: it is in no wheel
RIVALS = {
    CLIENT: "client_loop.py",
    SINGER: "singer_contacts.py",
    DLT: "dlt_contacts.py",
}
STREAM = Stream(CONTACTS.name, CONTACTS.name, ("companies", "deals"), unset_is_false=True)
_WITHOUT_COMPANIES = Stream(CONTACTS.name, CONTACTS.name, ("deals",), unset_is_false=True)


@dataclass(frozen=True, slots=True)
class Took:
    """What one whole command cost."""

    seconds: float
    requests: int


def main() -> None:
    asked = ARGS.parse_args()
    homes = {
        CLIENT: environments.python_environment(
            "client-loop", "hubspot-api-client==12.0.0", "psycopg[binary]==3.3.9"
        ),
        SINGER: environments.python_environment("singer", "tap-hubspot==4.5.0"),
    }
    if os.environ.get(DLT_CHECKOUT):
        os.environ[DLT_CHECKOUT] = checkout()
        homes[DLT] = environments.python_environment("dlt-loop", "dlt[postgres]==1.31.0")
    counts = {"contacts": asked.contacts, "companies": asked.contacts // 5}
    counts["deals"] = asked.contacts // 25
    scene = Scene(counts, LATENCY_MS, rate_limit=asked.limit)
    limit = {"HUBSPOT_RATE_LIMIT": str(asked.limit or 1_000_000)}
    took = defaultdict[str, list[Took]](list)
    with stack.running(scene, more=limit) as running:
        for _ in range(asked.rounds):
            empty(running)
            for name, one in one_round(running, homes):
                took[name].append(one)
        told = told_of(running)
    figure(took, asked, told).print()


def empty(running: Stack) -> None:
    """Let every round begin with empty tables."""
    with running.context.database.transaction() as conn:
        conn.execute(f"truncate {CONTACTS.table}".encode())
        conn.execute(b"drop table if exists public.client_loop_contacts")
        conn.execute(b"drop schema if exists dlt_contacts cascade")


def one_round(running: Stack, homes: dict[str, Path]) -> Iterator[tuple[str, Took]]:
    ours = [sys.executable, "cli.py", "backfill", *ONLY]
    yield OURS, timed(running, OURS, ours, dict(running.environment))
    for name, home in homes.items():
        command = [str(home / "bin/python"), str(PROGRAMS / RIVALS[name])]
        yield name, timed(running, name, command, theirs(running))


def theirs(running: Stack) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(running.logs),
        "PYTHONPATH": str(PROGRAMS),
        "SPOKE_PEER_HUBSPOT": running.hubspot.url,
        "SPOKE_PEER_TOKEN": running.environment["HUBSPOT_ACCESS_TOKEN"],
        "SPOKE_PEER_DATABASE": running.environment["DATABASE_URL"],
        DLT_CHECKOUT: os.environ.get(DLT_CHECKOUT, ""),
    }


def timed(running: Stack, name: str, command: list[str], environment: dict[str, str]) -> Took:
    """Run a whole command, from its start to its exit. Raises RuntimeError where it fails."""
    running.hubspot.call("reset-stats")
    folder = ROOT if name == OURS else running.logs
    began = time.perf_counter()
    with printed(running, name).open("wb") as out, (running.logs / "errors").open("wb") as errors:
        ended = subprocess.run(command, cwd=folder, env=environment, stdout=out, stderr=errors)
    seconds = time.perf_counter() - began
    if ended.returncode:
        raise RuntimeError(f"{name}: {(running.logs / 'errors').read_text()[-2000:]}")
    took = Took(seconds, sum(running.hubspot.ask("stats")["requests"].values()))
    print(f"{name}: {took.seconds:.1f} s, {took.requests} requests", file=sys.stderr, flush=True)
    return took


def printed(running: Stack, name: str) -> Path:
    return running.logs / f"{name.split()[0]}.out"


def told_of(running: Stack) -> dict[str, int]:
    """Compare what the last round left with the source, and both rivals' copies with ours."""
    ours = dict(records_of(running, CONTACTS))
    tally = Tally()
    compare(tally, STREAM, ours, client_copy(running))
    compare(tally, _WITHOUT_COMPANIES, ours, singer_copy(running))
    wrong = {
        *truth.differences(running, (CONTACTS.name,)).get(CONTACTS.name, ()),
        *truth.misled(running, CONTACTS),
    }
    for each in tally.different[:10]:
        print(each, file=sys.stderr)
    different = len(tally.different)
    return {"unequal": len(wrong), "values": tally.values, "different_of_rivals": different}


def client_copy(running: Stack) -> Iterator[tuple[str, Record]]:
    with running.context.database.transaction() as conn:
        rows = conn.execute(b"select * from public.client_loop_contacts").fetchall()
    for row in rows:
        links = {"companies": set(row["companies"]), "deals": set(row["deals"])}
        times = {"createdAt": row["created_at"], "updatedAt": row["updated_at"]}
        yield row["id"], Record(row["properties"] | times, links)


def singer_copy(running: Stack) -> Iterator[tuple[str, Record]]:
    with printed(running, SINGER).open() as lines:
        told = (json.loads(line) for line in lines if line.startswith("{"))
        for _, key, record in singer.read(told, links_of):
            yield key, record


def figure(took: dict[str, list[Took]], asked: argparse.Namespace, told: dict[str, int]) -> Figure:
    seconds = {name: median(one.seconds for one in runs) for name, runs in took.items()}
    requests = {name: median(one.requests for one in runs) for name, runs in took.items()}
    quickest = min(seconds[CLIENT], seconds[SINGER])
    ratio, goal = quickest / seconds[OURS], GOAL_LIMITED if asked.limit else GOAL
    more_requests = requests[OURS] / min(requests[CLIENT], requests[SINGER])
    ok = ratio >= goal and not told["unequal"] and not told["different_of_rivals"]
    ok = ok and (not asked.limit or more_requests <= GOAL_REQUESTS)
    more = {
        "unit": "s",
        "rival_is": "the quicker of HubSpot's client in a loop and singer's tap",
        "client_seconds": seconds[CLIENT],
        "singer_seconds": seconds[SINGER],
        "dlt_seconds": seconds.get(DLT),
        "requests_ratio": more_requests,
        "latency_ms": LATENCY_MS,
        "rounds": asked.rounds,
        "contacts": asked.contacts,
        "limit": asked.limit,
    }
    return Figure("loaders", seconds[OURS], quickest, ratio, goal, ok, more | told)


if __name__ == "__main__":
    main()
