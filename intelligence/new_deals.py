"""Expect the deals that are not there yet: how many will be created. Pure.

The pace is that of the last quarter, times the change that the same time of last year saw, where
there is a last year. How far a quarter may miss the pace of the one before is what past quarters
did, leaning on a sixth.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from random import Random

QUARTER_DAYS, YEAR_DAYS, MONTH_DAYS = 91.0, 365.0, 30.4
USUAL_MISS, MISS_PRIOR = 0.16, 6.0
SEASON_TRUST = 150.0  # deals of last year's quarter at which half of its change is believed


@dataclass(frozen=True)
class NewDeals:
    """The pace of creation, in deals a day, and the spread of its logarithm."""

    pace: float
    spread: float

    def count(self, rng: Random, days: float) -> float:
        """Draw how many are to be expected in so many days."""
        return self.pace * days * exp(rng.gauss(-(self.spread**2) / 2, self.spread))


def learn(created: Sequence[float], at: float, days: float) -> NewDeals:
    """Learn from the times at which deals were created, in days; `days` is how far one looks."""
    times = sorted(each for each in created if each <= at)
    if not times:
        return NewDeals(0.0, USUAL_MISS)
    span = max(1.0, min(QUARTER_DAYS, at - times[0]))
    pace = _count(times, at - span, at) / span
    season = _season(times, at, days) if at - times[0] >= YEAR_DAYS + QUARTER_DAYS else 0.0
    return NewDeals(pace * exp(season), _spread(times, at))


def _count(times: Sequence[float], begins: float, ends: float) -> int:
    return bisect_left(times, ends) - bisect_left(times, begins)


def _season(times: Sequence[float], at: float, days: float) -> float:
    """Answer the change in the logarithm of the pace a year ago, as far as it is to be believed."""
    then = at - YEAR_DAYS
    before = _count(times, then - QUARTER_DAYS, then) / QUARTER_DAYS
    after = _count(times, then, then + days) / max(1.0, days)
    if not before or not after:
        return 0.0
    trust = before * QUARTER_DAYS / (before * QUARTER_DAYS + SEASON_TRUST)
    return trust * log(after / before)


def _spread(times: Sequence[float], at: float) -> float:
    """Answer how far quarters missed the pace of the quarter before, by months that overlap; each
    third of them counts as one."""
    misses = []
    ends = at
    while ends - 2 * QUARTER_DAYS >= times[0]:
        last = _count(times, ends - QUARTER_DAYS, ends)
        before = _count(times, ends - 2 * QUARTER_DAYS, ends - QUARTER_DAYS)
        if last and before:
            misses.append(log(last / before) ** 2)
        ends -= MONTH_DAYS
    seen = len(misses) / 3
    mean = sum(misses) / len(misses) if misses else 0.0
    return float(((seen * mean + MISS_PRIOR * USUAL_MISS**2) / (seen + MISS_PRIOR)) ** 0.5)
