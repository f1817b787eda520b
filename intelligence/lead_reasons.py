"""Say why a lead has its score: points of each feature that add up to it, to the tenth.

A scorecard's log-odds are sums already. A feature's points are its share of them, times how far
the score is from the average lead's: the mean slope between the two, so that it is right for small
and for large distances. Only the strongest are named; the rest is one entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intelligence.binning import Codes
from intelligence.lead_features import LeadRow
from intelligence.scorecards import Scorecard, sigmoid

Floats = NDArray[np.float64]
NAMED = 5
AVERAGE, REST = "average", "rest"  # entries that are no features


@dataclass(frozen=True, slots=True)
class Scored:
    """Hold what is stored of one lead; `reasons` is JSON: [feature, value, points]."""

    contact_id: str
    deal_id: str | None
    probability: float
    score: float
    reasons: str


def scored(card: Scorecard, rows: Sequence[LeadRow]) -> Iterator[Scored]:
    """Score some rows of the query `lead_features`."""
    codes = card.codes(rows)
    parts = card.parts(codes)
    said = sigmoid(card.base + parts.sum(axis=1))
    tenths = np.rint(1000 * said).astype(int)
    named = _named(card, codes, parts)
    for place, row in enumerate(rows):
        score = int(tenths[place])
        reasons = json.dumps(named.of(place, score), separators=(",", ":"), ensure_ascii=False)
        yield Scored(row["contact_id"], row["deal_id"], float(said[place]), score / 10, reasons)


@dataclass(frozen=True)
class _Named:
    average: int
    names: list[str]
    words: list[list[str]]
    codes: Codes
    order: NDArray[np.intp]
    points: NDArray[np.int64]

    def of(self, place: int, score: int) -> list[list[object]]:
        """Answer a row's reasons, which add up to the score in tenths."""
        found: list[list[object]] = [[AVERAGE, None, self.average / 10]]
        left = score - self.average
        for each in self.order[place]:
            points = int(self.points[place, each])
            if points:
                value = self.words[each][self.codes[place, each]]
                found.append([self.names[each], value, points / 10])
                left -= points
        return [*found, [REST, None, left / 10]] if left else found


def _named(card: Scorecard, codes: Codes, parts: Floats) -> _Named:
    points = np.rint(1000 * parts * _slopes(card.base, parts)[:, None]).astype(np.int64)
    strongest = min(NAMED, points.shape[1])
    order = np.argsort(-np.abs(points), axis=1, kind="stable")[:, :strongest]
    return _Named(
        round(1000 * float(sigmoid(np.array(card.base)))),
        [each.name for each in card.tables],
        [each.bins.words() for each in card.tables],
        codes,
        order,
        points,
    )


def _slopes(base: float, parts: Floats) -> Floats:
    """Answer the mean slope of the probability between the average lead and each row."""
    far = parts.sum(axis=1)
    near = np.abs(far) < 1e-9
    middle = float(sigmoid(np.array(base)))
    rise = sigmoid(base + far) - middle
    return np.where(near, middle * (1 - middle), rise / np.where(near, 1, far))
