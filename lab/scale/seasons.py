"""Spread moments over three years as business does: growth, months, weekdays and hours of the
day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]  # milliseconds since 1970, UTC
Floats = NDArray[np.float64]

HOUR = 3_600_000
DAY = 24 * HOUR
START = int(np.datetime64("2023-01-01", "ms").astype(np.int64))
END = int(np.datetime64("2026-01-01", "ms").astype(np.int64))  # the first moment after
_HOURS = (END - START) // HOUR

_OFFICE = (1, 1, 1, 1, 1, 2, 4, 9, 16, 20, 20, 18, 14, 17, 19, 18, 16, 11, 6, 4, 3, 2, 2, 1)
_EVENING = (4, 3, 2, 2, 2, 2, 4, 7, 10, 12, 12, 12, 12, 12, 12, 12, 12, 12, 13, 15, 16, 14, 10, 6)
_WORKDAYS = (1.1, 1.2, 1.2, 1.15, 1.0, 0.25, 0.2)
_ALL_DAYS = (1.05, 1.08, 1.08, 1.05, 1.0, 0.85, 0.9)


@dataclass(frozen=True)
class Season:
    """Say how often a moment comes: by month, weekday (Monday first), hour, and growth a year."""

    months: tuple[float, ...]
    weekdays: tuple[float, ...]
    hours: tuple[float, ...]
    growth: float


SALES = Season(
    (0.85, 0.9, 1.15, 0.9, 0.95, 1.15, 0.8, 0.75, 1.15, 1.0, 1.1, 1.3), _WORKDAYS, _OFFICE, 1.15
)
MARKETING = Season(
    (0.95, 1.0, 1.1, 1.0, 1.05, 0.9, 0.75, 0.75, 1.15, 1.15, 1.2, 1.0), _ALL_DAYS, _OFFICE, 1.2
)
SUPPORT = Season(
    (1.15, 1.0, 1.0, 0.95, 0.95, 0.95, 0.9, 0.9, 1.0, 1.0, 1.05, 1.15), _WORKDAYS, _OFFICE, 1.1
)
WEB = Season(
    (1.0, 0.95, 1.05, 1.0, 0.95, 0.9, 0.85, 0.85, 1.05, 1.1, 1.2, 1.1), _ALL_DAYS, _EVENING, 1.25
)


@lru_cache
def _shares(season: Season) -> tuple[Floats, Times]:
    """Answer the hours' edges, and the share of all moments before each."""
    edges = START + np.arange(_HOURS + 1, dtype=np.int64) * HOUR
    hours = edges[:-1].astype("datetime64[ms]")
    days = hours.astype("datetime64[D]").astype(np.int64)
    months = hours.astype("datetime64[M]").astype(np.int64) % 12
    weights: Any = np.asarray(season.months)[months]
    weights = weights * np.asarray(season.weekdays)[(days + 3) % 7]  # 1 January 1970: a Thursday
    weights = weights * np.asarray(season.hours)[np.arange(_HOURS) % 24]
    weights = weights * season.growth ** (np.arange(_HOURS) / (24 * 365.25))
    return np.concatenate([[0.0], np.cumsum(weights) / weights.sum()]), edges


def moments(season: Season, begins: float, draws: Floats, total: float) -> Times:
    """Answer moments in order, for the rows from `begins` on of `total`. Rows that follow are
    later. `draws` are sorted, from 0 to 1."""
    shares, edges = _shares(season)
    placed = (begins + draws * len(draws)) / total
    return np.interp(placed, shares, edges.astype(np.float64)).astype(np.int64)


def after(times: Times, waits: Floats) -> Times:
    """Answer moments that come later by `waits` milliseconds, and never after the last day: where
    time is short, half of the rest."""
    left = (END - 1 - times) // 2
    return times + np.minimum(waits.astype(np.int64), left)


def hour_of_day(times: Times) -> NDArray[np.int64]:
    return times // HOUR % 24


def weekday(times: Times) -> NDArray[np.int64]:
    """Answer 1 for Monday to 7 for Sunday."""
    return (times // DAY + 3) % 7 + 1
