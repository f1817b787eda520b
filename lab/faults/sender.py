"""Deliveries of our own making, signed like HubSpot's: what was answered, and when, is known of
each."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import requests

from lab.simulator.deliveries import signed_headers
from lab.simulator.wire import dumps
from lab.stack import Stack
from settings import WEBHOOK_PATH

MARK = "faults"  # the sourceId of our events, to tell them from the simulator's


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is 0 when the connection ended without one. Times come from time.monotonic()."""

    status: int
    began: float
    ended: float
    event_id: int

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass
class Sender:
    stack: Stack
    session: requests.Session = field(default_factory=requests.Session)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def event(
        self, hubspot_id: str | int, kind: str = "contact.propertyChange", **fields: Any
    ) -> dict[str, Any]:
        known = {}
        if kind.endswith("propertyChange"):
            known = {"propertyName": "firstname", "propertyValue": "x"}
        return {
            "eventId": next(self._numbers),
            "portalId": self.stack.portal.portal_id,
            "occurredAt": time.time_ns() // 1_000_000,
            "subscriptionType": kind,
            "attemptNumber": 0,
            "objectId": hubspot_id,
            "sourceId": MARK,
        } | (known | fields)

    def post(self, events: Sequence[dict[str, Any]]) -> Answer:
        body, began = dumps(list(events)), time.monotonic()
        status = self.send(body)
        return Answer(status, began, time.monotonic(), events[0]["eventId"] if events else 0)

    def send(self, body: bytes) -> int:
        """Send a delivery; answer the status, 0 for none."""
        environment = self.stack.environment
        url = environment["PUBLIC_URL"] + WEBHOOK_PATH
        headers = signed_headers(
            environment["HUBSPOT_CLIENT_SECRET"], url, body, time.time_ns() // 1_000_000
        )
        try:
            return self.session.post(url, body, headers=headers, timeout=30).status_code
        except requests.RequestException:
            return 0


@contextmanager
def probing(stack: Stack, hubspot_id: str, threads: int, pause: float) -> Iterator[list[Answer]]:
    """Send single events, without end, from several threads; their answers gather in the list."""
    answers, done, sender = list[Answer](), threading.Event(), Sender(stack)
    sender.session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=threads))

    def probe() -> None:
        while not done.wait(pause):
            answers.append(sender.post([sender.event(hubspot_id)]))

    with ThreadPoolExecutor(threads, thread_name_prefix="probe") as pool:
        probes = [pool.submit(probe) for _ in range(threads)]
        try:
            yield answers
        finally:
            done.set()
    for each in probes:
        each.result()
