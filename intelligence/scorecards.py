"""The one form of every model: a table of log-odds for each feature, and their sum.

Rules, a logistic model and additive boosting all are such sums. So a reason is no estimate of a
reason: it is the summand. A scorecard is stored as JSON, needs no library to be read, and runs no
code of its own when it is.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.binning import Bins, Codes, NumberBins, WordBins
from intelligence.lead_features import LeadRow, named

Floats = NDArray[np.float64]
FORMAT = 1


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Hold what each bin of a feature adds to the log-odds, beside the average lead's."""

    name: str
    bins: Bins
    points: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Hold a model: the average lead's log-odds, and what each feature adds."""

    base: float
    tables: tuple[FeatureTable, ...]

    def codes(self, rows: Sequence[LeadRow]) -> Codes:
        """Answer each row's bin of each feature."""
        columns = [each.bins.codes(named(each.name).column(rows)) for each in self.tables]
        return np.stack(columns, axis=1) if columns else np.zeros((len(rows), 0), np.uint8)

    def parts(self, codes: Codes) -> Floats:
        """Answer what each feature adds to each row's log-odds."""
        found = [np.array(each.points)[codes[:, place]] for place, each in enumerate(self.tables)]
        return np.stack(found, axis=1) if found else np.zeros((len(codes), 0))

    def logits(self, codes: Codes) -> Floats:
        return np.asarray(self.base + self.parts(codes).sum(axis=1))

    def probabilities(self, codes: Codes) -> Floats:
        return sigmoid(self.logits(codes))

    def calibrated(self, slope: float, shift: float) -> Scorecard:
        """Answer the scorecard whose log-odds are `slope` times these, plus `shift`: sums stay
        sums."""
        scaled = tuple(
            replace(each, points=tuple(slope * point for point in each.points))
            for each in self.tables
        )
        return Scorecard(slope * self.base + shift, scaled)

    def to_bytes(self) -> bytes:
        tables = [
            {"name": each.name, "points": each.points} | _written(each.bins) for each in self.tables
        ]
        told = {"format": FORMAT, "base": self.base, "tables": tables}
        return zlib.compress(json.dumps(told).encode())


def from_bytes(artifact: bytes) -> Scorecard:
    """Read a stored scorecard. Raises ValueError where another version of Spoke wrote it."""
    told = json.loads(zlib.decompress(artifact))
    if told["format"] != FORMAT:
        raise ValueError(f"the model's format is {told['format']}, and {FORMAT} is known here")
    tables = tuple(
        FeatureTable(each["name"], _read(each), tuple(each["points"])) for each in told["tables"]
    )
    return Scorecard(told["base"], tables)


def _written(bins: Bins) -> dict[str, Any]:
    if isinstance(bins, NumberBins):
        return {"edges": bins.edges}
    return {"words": bins.known}


def _read(told: dict[str, Any]) -> Bins:
    if "edges" in told:
        return NumberBins(tuple(told["edges"]))
    return WordBins(tuple(told["words"]))


def average(cards: Sequence[Scorecard]) -> Scorecard:
    """Answer the scorecard whose log-odds are the mean of these; all have the same bins."""
    base = sum(card.base for card in cards) / len(cards)
    tables = []
    for same in zip(*(card.tables for card in cards), strict=True):
        points = np.mean([each.points for each in same], axis=0)
        tables.append(replace(same[0], points=tuple(map(float, points))))
    return Scorecard(base, tuple(tables))


def sigmoid(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-logits)))
