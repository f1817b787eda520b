"""A worker whose answers from HubSpot are held at a gate: what they say grows old while others go
on."""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any

import psycopg
import requests
from requests.adapters import HTTPAdapter

from hubspot.rate_limit import BULK, HEALING, LIVE
from settings import Settings
from tests.soak.haste import hastened
from workers.worker import handlers

PATIENCE_SECONDS = 20


class Gate(HTTPAdapter):
    """Lets requests out, and answers in when it is told to."""

    def __init__(self) -> None:
        super().__init__(pool_maxsize=16)
        self.changed, self.waiting, self._passes, self._open = threading.Condition(), 0, 0, False

    def send(self, *args: Any, **more: Any) -> requests.Response:
        answer = super().send(*args, **more)
        with self.changed:
            self.waiting += 1
            self.changed.notify_all()
            self.changed.wait_for(lambda: self._open or self._passes)
            self._passes -= not self._open
            self.waiting -= 1
            self.changed.notify_all()
        return answer

    def let_pass(self) -> None:
        """Let the jobs go on that wait now."""
        with self.changed:
            self._passes = self.waiting
            self.changed.notify_all()
            self.changed.wait_for(lambda: not self._passes, PATIENCE_SECONDS)

    def open(self) -> None:
        with self.changed:
            self._open = True
            self.changed.notify_all()


class SlowWorker:
    """One job in a thread, up to its first answer; each `go_on` brings it to the next."""

    def __init__(self, settings: Settings, name: str, args: tuple[Any, ...]) -> None:
        self._gate, self._context = Gate(), hastened(settings)
        self._error: BaseException | None = None
        active = (portal for portal in self._context.portals() if not portal.paused)
        for portal, lane in itertools.product(active, (LIVE, HEALING, BULK)):
            self._context.client(portal, lane)._transport._session.mount("http://", self._gate)
        self._thread = threading.Thread(target=self._run, args=(name, args), daemon=True)
        self._thread.start()
        self._wait()

    @property
    def done(self) -> bool:
        return not self._thread.is_alive()

    def go_on(self) -> None:
        self._gate.let_pass()
        self._wait()

    def finish(self) -> None:
        """Raises what the job raised, unless it lost its connection: then RQ would run it again."""
        self._gate.open()
        self._thread.join(PATIENCE_SECONDS)
        assert self.done, "a job hangs"
        self._context.close()
        if self._error and not isinstance(self._error, psycopg.OperationalError):
            raise self._error

    def _run(self, name: str, args: tuple[Any, ...]) -> None:
        try:
            handlers(self._context)[name](*args)
        except BaseException as error:
            self._error = error
        with self._gate.changed:
            self._gate.changed.notify_all()

    def _wait(self) -> None:
        """Wait until an answer waits at the gate, or nothing more will come."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        with self._gate.changed:
            while not self._gate.waiting and not self.done and time.monotonic() < give_up:
                self._gate.changed.wait(0.01)
