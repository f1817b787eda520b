"""receive: verified and durably enqueued deliveries a second, against an empty Flask route under
the same gunicorn."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median, quantiles

import redis

import deliveries
from lab import embedded, ownership, processes
from lab.benchmarks import load
from lab.benchmarks.figure import Figure
from lab.keeper import kept_folder
from settings import WEBHOOK_PATH

SIDES = {
    "ours": "webhooks.app:create_app()",
    "empty": "lab.benchmarks.rivals:empty()",
    "naive": "lab.benchmarks.rivals:naive()",
}
GOAL, NAIVE_GOAL = 0.40, 25
# short, so that other work on the machine strikes all sides alike
ROUNDS, ROUND_SECONDS = (
    25,
    0.6,
)
CONNECTIONS, BODIES = 10, 200
PUBLIC_URL = "https://receiver.example"


def main() -> None:
    with _servers() as (ports, server, secret):
        rates = _rounds(ports, server, secret)
    ours, empty, naive = (median(rates[side]) for side in SIDES)
    ratio = median(one / other for one, other in zip(rates["ours"], rates["empty"], strict=True))
    to_naive = median(one / other for one, other in zip(rates["ours"], rates["naive"], strict=True))
    ok = ratio >= GOAL and to_naive >= NAIVE_GOAL
    more = {
        "unit": "deliveries of 100 events/s",
        "rival_is": "empty Flask route, same gunicorn",
        "naive": naive,
    }
    more |= {
        "naive_is": "one RQ job per event",
        "ratio_to_naive": to_naive,
        "goal_to_naive": NAIVE_GOAL,
    }
    Figure(
        "receive", ours, empty, ratio, GOAL, ok, more | {"ratio_quartiles": _quartiles(rates)}
    ).print()


def _rounds(ports: dict[str, int], server: redis.Redis, secret: str) -> dict[str, list[float]]:
    """Measure the deliveries a second of every side, round by round; one after the other, so that
    all see the same machine."""
    bodies, rates = load.bodies(BODIES), {side: list[float]() for side in SIDES}
    for place in range(ROUNDS + 1):
        requests = load.signed(bodies, PUBLIC_URL + WEBHOOK_PATH, secret)
        for side, port in ports.items():
            run = load.drive(port, requests, ROUND_SECONDS, CONNECTIONS)
            _check(side, run, server)
            ownership.flush(server)
            if place:  # the first round warms up
                rates[side].append(run.per_second)
    return rates


def _check(side: str, run: load.Run, server: redis.Redis) -> None:
    """Count an answer only when the delivery is where it belongs."""
    total = run.statuses.total()
    kept = {"ours": deliveries.waiting(server), "naive": server.llen("rq:queue:naive") / 100}.get(
        side, total
    )
    if set(run.statuses) != {"204"} or kept != total:
        raise AssertionError(f"{side}: answers {dict(run.statuses)}, {kept} deliveries kept")


def _quartiles(rates: dict[str, list[float]]) -> list[float]:
    """Answer how far the rounds lie apart, which other work on the machine causes."""
    ratios = [one / other for one, other in zip(rates["ours"], rates["empty"], strict=True)]
    return [round(quartile, 3) for quartile in quantiles(ratios)]


@contextmanager
def _servers() -> Iterator[tuple[dict[str, int], redis.Redis, str]]:
    """Start a Valkey with its append-only file, and one gunicorn per side with the product's own
    configuration."""
    secret = secrets.token_hex(16)
    with ExitStack() as opened:
        folder = opened.enter_context(kept_folder())
        redis_url, _ = opened.enter_context(embedded.stream(folder / "valkey"))
        ports = {}
        for side, app in SIDES.items():
            ports[side] = embedded.free_port()
            environment = {**os.environ, "REDIS_URL": redis_url, "HUBSPOT_CLIENT_SECRET": secret}
            environment |= {
                "PUBLIC_URL": PUBLIC_URL,
                "DATABASE_URL": "postgresql://unused",
                "LOG_LEVEL": "WARNING",
            }
            command = [sys.executable, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{ports[side]}"]
            opened.enter_context(processes.process(side, command, environment, folder))
        for port in ports.values():
            processes.wait_until_ready(f"http://127.0.0.1:{port}", "/health/live")
        yield ports, redis.Redis.from_url(redis_url), secret


if __name__ == "__main__":
    main()
