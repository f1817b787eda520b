"""Score leads by rules where there is too little to learn from, and as the rival of all models.

Each rule adds to the log-odds that a lead is won; no rule was fitted to any portal's data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import log
from typing import Any

from intelligence.binning import FIRST, Bins, NumberBins, WordBins
from intelligence.scorecards import FeatureTable, Scorecard

LEVELS = {"executive": 0.4, "vice president": 0.3, "head": 0.2, "assistant": -0.3}
SOURCES = {"REFERRALS": 0.4, "PAID_SOCIAL": -0.3}
RULES: Mapping[str, Callable[[Any], float]] = {
    "employees": lambda n: 0.3 if 50 <= n < 1000 else 0.0,
    "source": lambda word: SOURCES.get(word, 0.0),
    "job_level": lambda word: LEVELS.get(word, 0.0),
    "won_before": lambda n: 0.5 if n >= 1 else 0.0,
    "stage_place": lambda share: 1.5 * share,
    "days_in_stage": lambda days: -0.8 if days > 30 else 0.0,
    "stage_touches": lambda n: 0.2 * min(n, 5),
    "meetings": lambda n: 0.3 if n >= 1 else 0.0,
    "quiet_days": lambda days: -0.5 if days > 14 else 0.0,
    "response_hours": lambda hours: 0.3 if hours <= 4 else -0.3 if hours > 48 else 0.0,
}
BINS: Mapping[str, Bins] = {
    "employees": NumberBins((49, 999)),
    "source": WordBins(tuple(SOURCES)),
    "job_level": WordBins(tuple(LEVELS)),
    "won_before": NumberBins((0,)),
    "stage_place": NumberBins((0.2, 0.4, 0.6, 0.8, 1.0)),
    "days_in_stage": NumberBins((30,)),
    "stage_touches": NumberBins((0, 1, 2, 3, 4)),
    "meetings": NumberBins((0,)),
    "quiet_days": NumberBins((14,)),
    "response_hours": NumberBins((4, 48)),
}
NEUTRAL = {"stage_place": 0.5, "stage_touches": 0.2, "response_hours": 0.0}  # of an average lead


def scorecard(rate: float, bins: Mapping[str, Bins] = BINS) -> Scorecard:
    """Answer the rules as a scorecard, around the rate at which leads are won."""
    tables = [FeatureTable(name, bins[name], _points(name, bins[name])) for name in bins]
    return Scorecard(log(rate / (1 - rate)), tuple(tables))


def smoothed_rate(won: int, closed: int) -> float:
    """Answer the share of closed deals that were won, drawn to a fifth where there are few."""
    return (won + 2) / (closed + 10)


def _points(name: str, bins: Bins) -> tuple[float, ...]:
    rule, neutral = RULES.get(name), NEUTRAL.get(name, 0.0)
    if rule is None:
        return (0.0,) * bins.size
    known = [rule(value) - neutral for value in _values(bins)]
    return (*(0.0,) * FIRST, *known)


def _values(bins: Bins) -> list[Any]:
    """Answer a value of each bin: of a number its upper edge."""
    if isinstance(bins, WordBins):
        return list(bins.known)
    if not bins.edges:
        return [0.0]
    return [*bins.edges, bins.edges[-1] + 1]
