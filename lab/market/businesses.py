"""Draw the companies of a market, their people, and when the company first hears of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp, log
from random import Random

from lab.market.causes import INDUSTRIES, JOBS, SOURCE_WEIGHTS, SOURCES, Causes, Rep, size_fit

WARM_UP = 4  # months before the first, in which the pipeline fills
VOLUME = (1.05, 1.05, 1.1, 1.0, 1.0, 0.95, 0.8, 0.75, 1.1, 1.15, 1.1, 0.85)  # by month
DRIFTED_SOURCES = (0.10, 0.12, 0.08, 0.03, 0.10, 0.52, 0.05)
MIDDLE_SIZE, DRIFTED_SIZE = 120, 25  # employees


@dataclass(frozen=True)
class Business:
    """Hold one company of the market; `people` are the jobs of its contacts."""

    place: int
    created_ms: int
    industry: str
    employees: int
    source: str
    people: tuple[str, ...]
    rep: Rep
    has_deal: bool
    has_drifted: bool


@dataclass(frozen=True)
class Span:
    """Hold the months of a market; times are in epoch milliseconds."""

    starts: tuple[int, ...]  # of each month, those of the warm-up first
    until_ms: int
    drift_ms: int | None

    def has_drifted(self, at_ms: int) -> bool:
        return self.drift_ms is not None and at_ms >= self.drift_ms


def span(now: datetime, months: int, drift_month: int | None) -> Span:
    """Count months back from `now`; the drift begins with a month of the market, counted from 1."""
    firsts = [_months_before(now, count) for count in range(months + WARM_UP, 0, -1)]
    starts = tuple(_ms(first) for first in firsts)
    drift = None if drift_month is None else starts[WARM_UP + drift_month - 1]
    return Span(starts, _ms(now), drift)


def businesses(
    seed: str, count: int, causes: Causes, reps: Sequence[Rep], months: Span
) -> list[Business]:
    """Make the companies in the order in which they come."""
    rng = Random(f"{seed}:market:arrivals")
    ends = (*months.starts[1:], months.until_ms)
    weights = [
        (1 + causes.growth) ** place * VOLUME[month_of(start) - 1]
        for place, start in enumerate(months.starts)
    ]
    arrivals = sorted(
        int(months.starts[month] + rng.random() * (ends[month] - months.starts[month]))
        for month in rng.choices(range(len(ends)), weights, k=count)
    )
    return [
        _business(Random(f"{seed}:market:business:{place}"), place, at, causes, reps,
            months.has_drifted(at))
        for place, at in enumerate(arrivals)
    ]  # fmt: skip


def _business(
    rng: Random, place: int, at_ms: int, causes: Causes, reps: Sequence[Rep], has_drifted: bool
) -> Business:
    industry = rng.choice(INDUSTRIES)
    middle = DRIFTED_SIZE if has_drifted else MIDDLE_SIZE
    employees = max(2, round(exp(rng.gauss(log(middle), 1.4))))
    weights = DRIFTED_SOURCES if has_drifted else SOURCE_WEIGHTS
    liking = 0.8 + 0.8 * (causes.industries[industry] + size_fit(employees))
    return Business(
        place,
        at_ms,
        industry,
        employees,
        rng.choices(SOURCES, weights)[0],
        tuple(rng.choice(JOBS) for _ in range(rng.choice((1, 1, 2, 2, 3)))),
        rng.choices(reps, [rep.weight for rep in reps])[0],
        rng.random() < 1 / (1 + exp(-liking)),
        has_drifted,
    )


def month_of(at_ms: int) -> int:
    """Answer the month of the calendar, 1 to 12."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).month


def _months_before(moment: datetime, count: int) -> datetime:
    months = moment.year * 12 + moment.month - 1 - count
    return moment.replace(year=months // 12, month=months % 12 + 1)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
