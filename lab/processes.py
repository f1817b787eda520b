"""Processes of a stack: start, watch, end, and wait until they are ready."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).parents[1]


class Died(Exception):
    """A process that everything needs has ended; the message has its last words."""


def ended_by(code: int) -> str:
    if code < 0:
        return f"{signal.Signals(-code).name}"
    return f"exit code {code}"


def end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:].strip() or "none"


def runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextmanager
def process(
    name: str, command: list[str], environment: Mapping[str, str], logs: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process of the product; it is told to stop at the end, and killed when it does not."""
    with (logs / f"{name}.log").open("ab") as log:
        started = subprocess.Popen(command, env=dict(environment), cwd=ROOT, stdout=log, stderr=log)
    try:
        yield started
    finally:
        end(started)


def end(started: subprocess.Popen[bytes]) -> None:
    started.terminate()
    try:
        started.wait(10)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()


def wait_until_ready(
    url: str,
    path: str = "/health/ready",
    seconds: float = 60,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Wait until the process is ready; `meanwhile` may break it off. Raise TimeoutError with the
    last answer when it does not get ready."""
    give_up, answer = time.monotonic() + seconds, "no answer"
    while time.monotonic() < give_up:
        meanwhile()
        try:
            found = requests.get(url + path, timeout=5)
            if found.ok:
                return
            answer = found.text
        except (requests.ConnectionError, requests.Timeout) as error:
            answer = type(error).__name__
        time.sleep(0.1)
    raise TimeoutError(f"{url}{path} was not ready within {seconds:.0f} s: {answer}")
