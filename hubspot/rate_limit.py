"""Keep the shared allowance per portal: what HubSpot lets us ask, kept in Redis for all processes
on all hosts.

190 requests per rolling 10 seconds and app (100 on Free and Starter, 250 with the add-on); search
has its own 5 per second and account.
https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines A full Redis keeps
it, too: some hundred bytes per portal, without which HubSpot cannot be asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import uuid4

import redis

from hubspot.daily_limit import (
    CURRENT,
    NO_ANSWER,
    Daily,
    answers_key,
    daily_key,
    kept,
    observed,
)
from hubspot.errors import RateLimited

WINDOW_SECONDS = 10.0
# of 5: requests are counted on arrival, and the network may bunch five evenly spaced ones
SEARCHES_PER_SECOND = 4
# live requests that may go at once; the pace leaves as many, for until its answer a request stays
# counted
BURST = 5
_MICRO = 1_000_000
_ACQUIRE, _ANSWERED, _BLOCK, _OBSERVED = (
    (Path(__file__).parent / f"{name}.lua").read_text()
    for name in ("acquire", "answered", "block", "observed")
)


@dataclass(frozen=True, slots=True)
class Lane:
    """Say how a kind of caller shares the allowance."""

    # requests that may go at once: those of live changes go ahead of others by the difference
    burst: int
    # seconds that a late one's place is kept: a machine that stands still loses nothing by it
    patience: float = 0.0
    whole_day: bool = True  # or all but the day's last tenth


# Fetches of live changes keep to their pace: what waits a moment grows into fewer, larger batches.
LIVE = Lane(burst=BURST)
# reconcile: cheap, heals what live changes missed, sees the new day begin
HEALING = Lane(burst=3, patience=1.0)
BULK = Lane(burst=3, patience=1.0, whole_day=False)  # what live changes leave


@dataclass(slots=True)
class Sent:
    """Hold a request under way. The caller that gets its answer notes the status."""

    status: str = NO_ANSWER


@dataclass(frozen=True, slots=True)
class Pace:
    """Say how many requests a portal allows in ten seconds, and how many searches in one."""

    per_window: int
    searches_per_second: float = SEARCHES_PER_SECOND


class RateLimit:
    """Keep one portal's allowance, for every process that asks HubSpot about it."""

    def __init__(
        self,
        server: redis.Redis,
        portal: str,
        pace: Pace,
        lane: Lane = LIVE,
        rest: Callable[[float], object] = time.sleep,
    ) -> None:
        """Keep to a pace. `rest` sleeps for so many seconds. It may raise to end the wait: what it
        raises ends the request, too."""
        self._server, self._portal, self._lane, self.rest = server, portal, lane, rest
        per_window = pace.per_window
        burst = min(BURST, per_window // 2)
        self._interval = WINDOW_SECONDS / (per_window - burst)
        self._search_interval = 1 / pace.searches_per_second
        self._early = max(0, min(lane.burst, burst) - 1) * self._interval
        self._most = per_window if lane == LIVE else max(1, per_window - 1)
        self._acquire, self._answered, self._block, self._observed = (
            server.register_script(script) for script in (_ACQUIRE, _ANSWERED, _BLOCK, _OBSERVED)
        )

    @contextmanager
    def request(self, pool: str = "rolling") -> Iterator[Sent]:
        """Wait for one request of `pool`: "rolling" (10 seconds) or "search" (its own limit per
        second), which is sent and answered within the context.

        Raises RateLimited when the wait is longer than a window (a daily limit, say): no
        worker should sit on work for hours that could be put back.
        """
        self.rest(0)
        self._keep_tenth()
        name = uuid4().hex
        while wait := _bearable(self._wait(pool, name)):
            self.rest(wait)
        sent = Sent()
        try:
            yield sent
        except Exception:
            self._note_answer(pool, name, sent)
            raise
        # Nothing is noted where the wait for an answer was given up: the request may not have
        # reached HubSpot yet.
        self._note_answer(pool, name, sent)

    def _note_answer(self, pool: str, name: str, sent: Sent) -> None:
        keys = [self._key(f"{pool}:sent"), answers_key(self._portal)]
        self._answered(keys=keys, args=[name, sent.status])

    def check(self) -> None:
        """Raise RateLimited where `request` would, without taking one."""
        self._keep_tenth()
        _bearable(self._wait("rolling"))

    def _wait(self, pool: str, name: str = "") -> float:
        """Answer the seconds to wait; 0 once the request `name` may go. Without a name none is
        taken."""
        pace, most = (self._interval, self._early, self._lane.patience), self._most
        if pool == "search":
            pace, most = (self._search_interval, 0.0, 0.0), 0
        keys = [self._key(pool), self._key(f"{pool}:blocked"), self._key(f"{pool}:sent")]
        answer = self._acquire(keys=keys, args=[*(int(each * _MICRO) for each in pace), most, name])
        return cast(int, answer) / _MICRO

    def _keep_tenth(self) -> None:
        """Refuse bulk work the day's last tenth, at a look into Redis per request. Live changes and
        the hourly reconcile go on asking, so the rest is known again within the hour, and soon
        after midnight."""
        if self._lane.whole_day:
            return
        daily = last_daily(self._server, self._portal)
        if daily and daily.is_short(datetime.now(UTC)):
            raise RateLimited(
                f"the daily limit's last tenth is kept for live changes ({daily.remaining:,} of "
                f"{daily.limit:,} left);"
                " bulk work goes on after midnight, when HubSpot gives the limit back",
                retry_in=CURRENT.total_seconds(),
            )

    def linger(self, pool: str = "rolling") -> None:
        """Wait until a request could be sent, a second at most, without taking it: what is chosen
        to be asked after that wait is newer, and there is more of it."""
        self.rest(min(self._wait(pool), 1.0))

    def block(self, seconds: float, pool: str = "rolling") -> None:
        """Let no process ask this pool again before the wait is over: HubSpot said no."""
        self._block(keys=[self._key(f"{pool}:blocked")], args=[int(seconds * _MICRO)])

    def observe(self, headers: Mapping[str, str]) -> None:
        """Obey what an answer says remains: another client of the same app may spend with us. And
        remember what is left of the day."""
        if daily := observed(headers, datetime.now(UTC)):
            told = {
                "limit": daily.limit,
                "remaining": daily.remaining,
                "at": daily.seen_at.isoformat(),
            }
            arguments = [word for name, value in told.items() for word in (name, str(value))]
            self._observed(keys=[daily_key(self._portal)], args=arguments)
        if headers.get("X-HubSpot-RateLimit-Remaining") == "0":
            self.block(1.0)

    def _key(self, name: str) -> str:
        return f"spoke:limit:{self._portal}:{name}"


def _bearable(wait: float) -> float:
    if wait > WINDOW_SECONDS * 1.1:
        raise RateLimited(f"HubSpot's limit is spent for {int(wait)} s", retry_in=wait)
    return wait


def last_daily(server: redis.Redis, portal: str) -> Daily | None:
    """Answer what the portal's last answer said of its daily limit; None before the first."""
    return kept(cast(dict[bytes, bytes], server.hgetall(daily_key(portal))))
