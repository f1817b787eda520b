"""Answer how likely each open deal was to be won, at any time: exactly, by the market's own rules.

A state is a stage, the days in it and the touches in it. Its probability follows from the states
of the next day, so it is added up backwards, from the last day of the last stage. `decided` and
`effect` alone know the rules of a day; journeys.py draws from them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lab.market.causes import (
    MOST_TOUCHES,
    NO_TOUCH,
    PATIENCE_DAYS,
    STAGE_DAYS,
    STAGE_LOGITS,
    STALE_DAYS,
    STALE_EFFECT,
    STALE_PACE,
    TOUCH_EFFECT,
    Cause,
)

DAY_MS = 86_400_000
Floats = NDArray[np.float64]


@dataclass
class Path:
    """Hold what became of one deal, and why."""

    deal_id: int
    cause: Cause
    logit: float
    touches_a_day: float
    created_ms: int
    begun_ms: int  # the first touch, with which its days begin to count
    entered: list[int] = field(default_factory=list)  # when each stage began
    touched: list[int] = field(default_factory=list)  # while it was open
    closed_ms: int | None = None  # None: open at the end of the market
    is_won: bool = False

    def state(self, at_ms: int) -> tuple[int, int, int]:
        """Answer stage, days in it and touches in it."""
        stage = bisect_right(self.entered, at_ms) - 1
        since = max(self.begun_ms, self.entered[stage])
        touches = bisect_right(self.touched, max(at_ms, since))
        before = bisect_right(self.touched, since - 1)
        return stage, max(0, (at_ms - since) // DAY_MS), touches - before


@dataclass(frozen=True)
class Truth:
    """Hold the paths of all deals, by id."""

    paths: Mapping[int, Path]

    def open_at(self, at_ms: int) -> list[Path]:
        return [
            path
            for path in self.paths.values()
            if path.created_ms <= at_ms and (path.closed_ms is None or path.closed_ms > at_ms)
        ]

    def at(self, at_ms: int) -> dict[int, float]:
        """Map each deal that is open at a time to its probability of being won in the end."""
        found = self.open_at(at_ms)
        if not found:
            return {}
        states = np.array([path.state(at_ms) for path in found])
        states[:, 1] = np.minimum(states[:, 1], PATIENCE_DAYS)
        states[:, 2] = np.minimum(states[:, 2], MOST_TOUCHES)
        odds = win_probabilities(found, states)
        return {path.deal_id: float(p) for path, p in zip(found, odds, strict=True)}


def decided(stage: int, day: int) -> float:
    """Answer how likely a stage is to be decided on one of its days."""
    return (STALE_PACE if day >= STALE_DAYS else 1.0) / STAGE_DAYS[stage]


def effect(stage: int, day: int) -> float:
    """Answer the part of the logit that all deals of a stage and day have in common."""
    return STAGE_LOGITS[stage] + NO_TOUCH + (STALE_EFFECT if day >= STALE_DAYS else 0.0)


def win_probabilities(paths: Sequence[Path], states: NDArray[np.int64]) -> Floats:
    logits = np.array([path.logit for path in paths])
    touched = np.array([path.touches_a_day for path in paths])[:, None]
    wins: Floats = np.ones(len(paths))
    answer: Floats = np.zeros(len(paths))
    for stage in reversed(range(len(STAGE_LOGITS))):
        value = np.zeros((len(paths), MOST_TOUCHES + 1))
        for day in reversed(range(PATIENCE_DAYS)):
            value = _day_before(value, wins, logits, touched, stage, day)
            here = (states[:, 0] == stage) & (states[:, 1] == day)
            answer[here] = value[here, states[here, 2]]
        wins = value[:, 0] if stage else wins
    return answer


def _day_before(
    value: Floats, wins: Floats, logits: Floats, touched: Floats, stage: int, day: int
) -> Floats:
    """Answer each state's probability on a day, from that of the next day and the next stage."""
    touches = np.arange(MOST_TOUCHES + 1)
    advance = 1 / (1 + np.exp(-(logits[:, None] + effect(stage, day) + TOUCH_EFFECT * touches)))
    pace = decided(stage, day)
    untouched = pace * advance * wins[:, None] + (1 - pace) * value
    once_more = untouched[:, np.minimum(touches + 1, MOST_TOUCHES)]
    return np.asarray(touched * once_more + (1 - touched) * untouched)
