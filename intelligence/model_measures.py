"""Measure a model: area under the curve, calibration, gain by band, drift of what it reads. Rows
may have weights; where a deal's outcome is seen late, its weight makes up for those not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PSI_BINS = 10
WARN, ALERT = 0.10, 0.25
SURE = 4.0  # standard deviations of chance above its mean, which an alarm must exceed as well
FLOOR = 0.5  # rows that an empty bin counts as: the logarithm of none is endless


def auc(scores: Floats, won: Floats, weights: Floats | None = None) -> float | None:
    """Answer how often a won lead has the higher score than one that was not; ties count half.
    None where all have one outcome."""
    weights = np.ones(len(scores)) if weights is None else weights
    _, place = np.unique(scores, return_inverse=True)
    wins = np.bincount(place, weights * won)
    losses = np.bincount(place, weights * (1 - won))
    if not wins.sum() or not losses.sum():
        return None
    below = np.concatenate([[0.0], np.cumsum(losses)[:-1]])
    return float((wins * (below + losses / 2)).sum() / (wins.sum() * losses.sum()))


@dataclass(frozen=True, slots=True)
class Band:
    """Hold a tenth of the leads, by score: what was said of it and what came."""

    n: int
    said: float
    came: float
    lift: float | None
    least: float
    most: float


def bands(
    said: Floats, won: Floats, weights: Floats | None = None, count: int = PSI_BINS
) -> list[Band]:
    """Cut the leads into bands of equal number, the lowest score first."""
    weights = np.ones(len(said)) if weights is None else weights
    order = np.argsort(said, kind="stable")
    rate = _mean(won, weights)
    return [
        _band(said[part], won[part], weights[part], rate)
        for part in np.array_split(order, count)
        if len(part)
    ]


def _band(said: Floats, won: Floats, weights: Floats, rate: float) -> Band:
    came = _mean(won, weights)
    lift = came / rate if rate else None
    return Band(len(said), _mean(said, weights), came, lift, float(said.min()), float(said.max()))


def _mean(values: Floats, weights: Floats) -> float:
    return float((values * weights).sum() / weights.sum())


def calibration_error(said: Floats, won: Floats, weights: Floats | None = None) -> float:
    """Answer the expected calibration error: how far the bands' mean is from what came."""
    found = bands(said, won, weights)
    return sum(each.n * abs(each.said - each.came) for each in found) / len(said)


def psi(reference: Sequence[float], counts: Sequence[float]) -> float:
    """Answer the population stability index of counts against those of the reference."""
    return sum(
        (now - then) * log(now / then)
        for then, now in zip(_shares(reference), _shares(counts), strict=True)
    )


def _shares(counts: Sequence[float]) -> list[float]:
    total = sum(counts) or 1.0
    return [max(each, FLOOR) / total for each in counts]


@dataclass(frozen=True, slots=True)
class Drift:
    """Hold how far a feature's values moved, and whether that is more than chance."""

    feature: str
    psi: float
    chance: float  # what as few rows would show at most without any drift
    rows: int

    @property
    def level(self) -> str:
        """Answer steady, warn or alert."""
        if self.psi <= self.chance or self.psi < WARN:
            return "steady"
        return "alert" if self.psi >= ALERT else "warn"


def drift(feature: str, reference: Sequence[float], counts: Sequence[float]) -> Drift:
    """Compare a feature's values with the reference's.

    Of n rows against m, in b bins, chance alone makes a PSI of (b - 1)(1/n + 1/m) in the mean and
    sqrt(2(b - 1))(1/n + 1/m) around it: a hundred rows would warn each month of nothing."""
    used = [pair for pair in zip(reference, counts, strict=True) if sum(pair)]
    rows, before = sum(now for _, now in used), sum(then for then, _ in used)
    if not rows or not before:
        return Drift(feature, 0.0, inf, int(rows))
    free = len(used) - 1
    chance = (free + SURE * (2 * free) ** 0.5) * (1 / rows + 1 / before)
    found = psi([then for then, _ in used], [now for _, now in used])
    return Drift(feature, found, chance, int(rows))
