"""Webhook deliveries: events gathered into signed POSTs of up to 100, ten in flight, retried when
refused.

https://developers.hubspot.com/docs/api/webhooks. The headers are a live delivery's of 2026. Each
attempt carries its own timestamp and signature: retries come hours later, and receivers refuse
timestamps older than five minutes.
"""

import logging
import time
from collections import deque
from dataclasses import dataclass, field
from random import Random

import gevent
import requests
from gevent.event import Event as Signal
from gevent.lock import BoundedSemaphore

from hubspot.signature import sign_v1, sign_v3

from .events import Event
from .faults import DeliveryFaults
from .settings import Settings
from .wire import dumps, iso

MAX_EVENTS = 100
MAX_IN_FLIGHT = 10
# Minutes between attempts, 24 h in all. HubSpot says only "up to 10 retries, spread over 24 hours,
# randomised".
RETRY_MINUTES = (1, 4, 10, 15, 30, 60, 120, 240, 420, 540)
USER_AGENT = (
    "HubSpot Connect 2.0 (http://dev.hubspot.com/) "
    "(namespace: webhooks-nio-http-client) - WebhooksExecutorDaemon-executor"
)
log = logging.getLogger(__name__)


def signed_headers(secret: str, url: str, body: bytes, now_ms: int) -> dict[str, str]:
    timestamp = str(now_ms)
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "X-HubSpot-Signature": sign_v1(secret, body).decode(),
        # of the header above; it reads v1 although v3 is present
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Signature-v3": sign_v3(secret, "POST", url, body, timestamp.encode()).decode(),
        "X-HubSpot-Request-Timestamp": timestamp,
        "X-HubSpot-Timeout-Millis": "10000",
    }


@dataclass(slots=True)
class Tally:
    """What became of the deliveries; an attempt is one POST."""

    attempts: int = 0
    ok: int = 0
    failed: int = 0  # attempts that were refused or broke
    given_up: int = 0  # deliveries that failed eleven times
    dropped: int = 0  # deliveries that a fault kept from being sent
    events: int = 0
    events_delivered: int = 0
    last_delivery_at: str | None = None


@dataclass(slots=True)
class Deliveries:
    """The sender of one portal. `pending` counts deliveries that wait for their turn or for a
    retry."""

    settings: Settings
    random: Random
    session: requests.Session = field(default_factory=requests.Session)
    waiting: deque[Event] = field(default_factory=deque)
    tally: Tally = field(default_factory=Tally)
    faults: DeliveryFaults = field(default_factory=DeliveryFaults)
    pending: int = 0
    in_flight: int = 0
    _some: Signal = field(default_factory=Signal)
    _full: Signal = field(default_factory=Signal)
    _slots: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_IN_FLIGHT))

    @property
    def quiet(self) -> bool:
        return not (self.waiting or self.pending or self.in_flight)

    def add(self, events: list[Event]) -> None:
        self.tally.events += len(events)
        self.waiting.extend(events)
        if self.waiting:
            self._some.set()
        if len(self.waiting) >= MAX_EVENTS:
            self._full.set()

    def add_apart(self, events: list[Event]) -> None:
        """Add one delivery for each event, in any order."""
        self.tally.events += len(events)
        for event in events:
            self.pending += 1
            gevent.spawn_later(
                self.random.random() * 2 * self.settings.gather_ms / 1000, self._deliver, [event]
            )

    def run(self) -> None:
        """Gather for a moment, or until a delivery is full; never ends."""
        self.session.trust_env = (
            False  # no proxies from the environment, and no look for them at each delivery
        )
        self.session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=MAX_IN_FLIGHT))
        self.session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=MAX_IN_FLIGHT))
        while True:
            self._some.wait()
            self._full.wait(self.settings.gather_ms / 1000)
            self._some.clear()
            self._full.clear()
            while self.waiting:
                self._send(self._next())

    def _next(self) -> list[Event]:
        return [self.waiting.popleft() for _ in range(min(MAX_EVENTS, len(self.waiting)))]

    def _send(self, events: list[Event]) -> None:
        """Start a delivery, after what the faults make of it: none, two, shuffled, late."""
        faults = self.faults
        if self._strikes(faults.dropped):
            self.tally.dropped += 1
            return
        late = self._strikes(faults.disorder)
        if late:
            self.random.shuffle(events)
        for _ in range(1 + self._strikes(faults.duplicates)):
            self.pending += 1
            gevent.spawn_later(
                late * self.random.random() * faults.disorder_ms / 1000, self._deliver, events
            )

    def _strikes(self, share: float) -> bool:
        return share > 0 and self.random.random() < share

    def _deliver(self, events: list[Event]) -> None:
        """Send one delivery until it is accepted or given up."""
        for attempt in range(len(RETRY_MINUTES) + 1):
            if self._attempt([event | {"attemptNumber": attempt} for event in events]):
                self.pending -= 1
                self.tally.ok += 1
                self.tally.events_delivered += len(events)
                return
            if attempt < len(RETRY_MINUTES):
                gevent.sleep(self._retry_in(attempt))
        self.pending -= 1
        self.tally.given_up += 1

    def _retry_in(self, attempt: int) -> float:
        return (
            RETRY_MINUTES[attempt] * 60 * self.random.uniform(0.5, 1.5) * self.settings.retry_scale
        )

    def _attempt(self, events: list[Event]) -> bool:
        with self._slots:
            self.in_flight += 1
            try:
                return self._post(dumps(events))
            finally:
                self.in_flight -= 1

    def _post(self, body: bytes) -> bool:
        """Send once, and take any answer but 2xx for a failure, and none within five seconds, too.
        Redirects are not followed."""
        url, now_ms = self.settings.deliver_to, time.time_ns() // 1_000_000
        self.tally.attempts += 1
        self.tally.last_delivery_at = iso(now_ms)
        headers = signed_headers(self.settings.client_secret, url, body, now_ms)
        try:
            with gevent.Timeout(
                self.settings.timeout_ms / 1000, requests.Timeout("no answer in time")
            ):
                answer = self.session.post(url, body, headers=headers, allow_redirects=False)
            accepted = (
                answer.ok
                and answer.status_code < 300
                and not self._strikes(self.faults.lost_answers)
            )
        except requests.RequestException as error:
            log.info("delivery to %s failed: %s", url, error)
            accepted = False
        self.tally.failed += not accepted
        return accepted
