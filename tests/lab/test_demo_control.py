"""The demo's control answers the demo's dashboard and nobody else."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
import requests

from lab import embedded
from lab.demo_control import ADDRESS, Control
from lab.simulated import HubSpot
from lab.stack import Stack
from tests.processes import Simulator
from tests.workers.conftest import (
    context,
    described,
    fetch_now,
    lent,
    settings,
    waiting,
)
from workers.context import Context

__all__ = ["context", "described", "lent", "settings"]


@pytest.fixture
def address() -> Iterator[str]:
    """Answer where a control of no stack answers."""
    control = Control()
    with control.answering():
        yield control.environment[ADDRESS]


def test_who_knows_the_secret_path_is_answered(address: str) -> None:
    state = requests.get(f"{address}/state", timeout=5)
    assert (state.status_code, state.json()) == (200, {"broken": "", "workers": 0, "diary": []})
    assert requests.post(f"{address}/break/redis", timeout=5).status_code == 409  # nothing runs


@pytest.mark.parametrize("path", ["state", "guess/state", "break/redis", "guess/break/redis", ""])
def test_a_stranger_is_not(address: str, path: str) -> None:
    place = address.rpartition("/")[0]
    assert requests.get(f"{place}/{path}", timeout=5).status_code == 404
    assert requests.post(f"{place}/{path}", timeout=5).status_code == 404


def test_only_what_is_listed_can_be_broken(address: str) -> None:
    for path in ("break/postgres", "break/", "redis", "state"):
        assert requests.post(f"{address}/{path}", timeout=5).status_code == 404


def test_a_frozen_redis_is_told_and_heals(
    context: Context,
    simulator: Simulator,
    direct_servers: embedded.Servers,
    redis_client: redis.Redis,
    tmp_path: Path,
) -> None:
    """The diary's lines: frozen, going on, nothing waits, equal to HubSpot."""
    portal = context.portals()[0]
    workers = subprocess.Popen(["sleep", "60"])
    running = Stack(
        {}, HubSpot(simulator.url), context, portal, tmp_path, direct_servers, workers,
        {"workers": workers},
    )  # fmt: skip
    running.backfill()
    control = Control(freeze=0.5)
    try:
        with control.serving(running):
            address = control.environment[ADDRESS]
            assert requests.post(f"{address}/break/redis", timeout=5).status_code == 202
            assert requests.post(f"{address}/break/worker", timeout=5).status_code == 409
            with pytest.raises(redis.TimeoutError):
                redis.Redis.from_url(context.settings.redis_url, socket_timeout=0.2).ping()
            told = _when_healed(address)
    finally:
        workers.kill()
    verdicts = [line["verdict"] for line in told]
    assert redis_client.ping() and verdicts == ["bad", "good", "good", "good"]
    assert "frozen" in told[0]["words"] and "Equal to HubSpot" in told[-1]["words"]


def test_lost_deliveries_are_told_and_found_by_the_comparison(
    context: Context, simulator: Simulator, direct_servers: embedded.Servers, tmp_path: Path
) -> None:
    """The diary's lines: lost, so many, nothing waits, they differ, equal to HubSpot."""
    portal = context.portals()[0]
    workers = subprocess.Popen(["sleep", "60"])
    running = Stack(
        {}, HubSpot(simulator.url), context, portal, tmp_path, direct_servers, workers,
        {"workers": workers},
    )  # fmt: skip
    running.backfill()
    control, healed = Control(spell=0.3), threading.Event()
    with control.serving(running), ThreadPoolExecutor(1) as threads:
        address = control.environment[ADDRESS]
        assert requests.post(f"{address}/break/deliveries", timeout=5).status_code == 202
        running.hubspot.call("edits", count=5, over=5, kinds=["update"])
        fetching = threads.submit(_fetch_until, healed, context)
        try:
            told = _when_healed(address)
        finally:
            healed.set()
            workers.kill()
        fetching.result()
    assert [line["verdict"] for line in told] == ["bad", "warn", "good", "warn", "good"]
    assert re.match("[1-9][0-9]* deliveries were lost", told[1]["words"])
    assert re.match("[1-5] of [0-9,]+ records differ", told[3]["words"])
    assert "Equal to HubSpot" in told[-1]["words"]


def _fetch_until(healed: threading.Event, context: Context) -> None:
    """Fetch what is marked, as workers do, until it has healed."""
    while not healed.wait(0.02):
        for portal_id, object_type in waiting(context):
            fetch_now(context, portal_id, object_type)


def _when_healed(address: str) -> list[dict[str, str]]:
    """Wait until nothing is broken; answer the diary, oldest first."""
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        state = requests.get(f"{address}/state", timeout=5).json()
        if not state["broken"]:
            return list(state["diary"][::-1])
        time.sleep(0.05)
    raise AssertionError("It has not healed.")
