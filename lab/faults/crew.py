"""The worker processes of a stack: found, killed, stopped and started, each by its own process
id."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from random import Random

import psutil

from lab.processes import ROOT
from lab.stack import Stack


class Crew:
    """The supervisor and its workers. Only processes that this run has started are ever
    signalled."""

    def __init__(self, running: Stack, arguments: Sequence[str] = ()) -> None:
        self._running, self._command = running, [sys.executable, "-m", "workers", *arguments]
        if arguments:
            self.kill_all()
            self.start()

    @property
    def supervisor(self) -> subprocess.Popen[bytes]:
        return self._running.processes["workers"]

    def workers(self) -> list[psutil.Process]:
        """Answer the processes that are alive; multiprocessing's own helper process is none."""
        try:
            children = psutil.Process(self.supervisor.pid).children()
        except psutil.NoSuchProcess:
            return []
        return [child for child in children if _is_worker(child)]

    def signal_one(self, number: signal.Signals, random: Random) -> bool:
        """Signal one of the workers; whether there was one."""
        alive = self.workers()
        if alive:
            _send(random.choice(alive), number)
        return bool(alive)

    def signal_all(self, number: signal.Signals) -> None:
        for worker in self.workers():
            _send(worker, number)

    def kill_all(self) -> None:
        """Kill the supervisor first, or it would start others; then the workers."""
        workers = self.workers()
        self.supervisor.kill()
        self.supervisor.wait()
        for worker in workers:
            _send(worker, signal.SIGKILL)

    def start(self, **more: str) -> None:
        """Start a new supervisor, its output where the first one's is; `more` goes into its
        environment."""
        with (self._running.logs / "workers.log").open("ab") as log:
            self._running.processes["workers"] = subprocess.Popen(
                self._command,
                env={**self._running.environment, **more},
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def end(self) -> None:
        """End the crew, and leave the web process to the stack: killed, gunicorn would leave its
        worker behind."""
        self.kill_all()
        self._running.processes["clock"].kill()


def pace(began: float, place: int, seconds: float) -> None:
    """Sleep until the turn of `place`, when each has `seconds`."""
    time.sleep(max(0.0, began + place * seconds - time.monotonic()))


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "--multiprocessing-fork" in process.cmdline()
    except psutil.Error:
        return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    """Kill a process; psutil looks whether the process id still belongs to this very process."""
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)
