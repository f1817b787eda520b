"""Processes of the product that are told to end in the middle of their work, for tests of how they
do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import VARIABLES, Settings
from tests.processes import ROOT, Simulator, wait_for
from workers.context import Context
from workers.worker import handlers

WITHIN_SECONDS = 10  # of a platform's 30
HANGS = {"fault": "latency", "ms": 60_000}


@dataclass(frozen=True)
class Process:
    """One process and all that it says."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    def ends(self, number: signal.Signals = signal.SIGTERM, code: int = 0) -> None:
        """Tell it to end, once; and be sure that it does in time, by itself, with this code and
        without a traceback."""
        began = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(3 * WITHIN_SECONDS) == code, self.said
        assert time.monotonic() - began < WITHIN_SECONDS, self.said
        assert "Traceback" not in self.said and "killed" not in self.said, self.said


@contextmanager
def started(log: Path, environment: dict[str, str], *arguments: str) -> Iterator[Process]:
    """Run `python` with these arguments, and no variable of ours beside the ones of
    `environment`."""
    others = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=others | environment,
            stdout=output,
            stderr=output,
        )
    try:
        yield Process(process, log)
    finally:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class AtWork:
    """One job of a worker, in a thread: what a process does with it, without the process."""

    context: Context
    job: Future[None]

    def ends(self) -> None:
        """Ask it to stop, as a signal does; and be sure that it does in time."""
        began = time.monotonic()
        self.context.stop.ask()
        self.job.result(3 * WITHIN_SECONDS)
        assert time.monotonic() - began < WITHIN_SECONDS


@contextmanager
def at_work(settings: Settings, name: str, *arguments: Any) -> Iterator[AtWork]:
    """Run a worker of these settings that runs one job. It is asked to stop at the end, at the
    latest."""
    context = Context.open(settings, connections=8, searches_per_second=1_000)
    with closing(context), ThreadPoolExecutor(1) as threads:
        try:
            yield AtWork(context, threads.submit(handlers(context)[name], *arguments))
        finally:
            context.stop.ask()


def environment_of(settings: Settings, **more: str) -> dict[str, str]:
    """Answer the variables from which a process reads these settings."""
    return {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "HUBSPOT_ACCESS_TOKEN": settings.hubspot_access_token,
        "HUBSPOT_API_BASE_URL": settings.hubspot_api_base_url,
        "HUBSPOT_RATE_LIMIT": str(settings.hubspot_rate_limit),
        "ENCRYPTION_KEY": settings.encryption_key,
        **more,
    }


@contextmanager
def struck_by(
    simulator: Simulator, fault: dict[str, Any], patience: float = 60
) -> Iterator[Callable[[], None]]:
    """Give HubSpot a fault. The given function waits until a request was struck: then work is under
    way that meets it."""
    simulator.control("faults", api=[fault])

    def wait() -> None:
        wait_for(
            lambda: any(each["struck"] for each in simulator.control("faults")["api"]), patience
        )

    try:
        yield wait
    finally:
        simulator.control("faults", api=[])
