"""Sort values into few bins: numbers by quantiles, words by how often they come. Everything later
reads bins only, so that a model is one small table for each feature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint8]
MISSING, OTHER = 0, 1  # bins of every feature; a number is never OTHER
FIRST = 2
MOST_BINS, MOST_WORDS, FEWEST_ROWS = 24, 30, 15


@dataclass(frozen=True, slots=True)
class NumberBins:
    """Hold the upper edges of a number's bins; the last bin is open."""

    edges: tuple[float, ...]

    @property
    def size(self) -> int:
        return FIRST + len(self.edges) + 1

    def codes(self, column: Sequence[Any]) -> Codes:
        values = np.array(column, dtype=float)
        found = np.searchsorted(np.array(self.edges), values, side="left") + FIRST
        return np.where(np.isnan(values), MISSING, found).astype(np.uint8)

    def words(self) -> list[str]:
        """Name each bin as people read it."""
        if not self.edges:
            return ["unknown", "", "any"]
        inner = [f"{low:g} to {high:g}" for low, high in pairwise(self.edges)]
        return ["unknown", "", f"up to {self.edges[0]:g}", *inner, f"over {self.edges[-1]:g}"]


@dataclass(frozen=True, slots=True)
class WordBins:
    """Hold the words that have a bin of their own."""

    known: tuple[str, ...]

    @property
    def size(self) -> int:
        return FIRST + len(self.known)

    def codes(self, column: Sequence[Any]) -> Codes:
        places = {word: place + FIRST for place, word in enumerate(self.known)}
        places[None] = places[""] = MISSING  # type: ignore[index]
        return np.fromiter((places.get(each, OTHER) for each in column), np.uint8, len(column))

    def words(self) -> list[str]:
        """Name each bin as people read it."""
        return ["unknown", "others", *self.known]


Bins = NumberBins | WordBins


def number_bins(column: Sequence[Any], most: int = MOST_BINS) -> NumberBins:
    """Learn bins that hold about as many of the known values each."""
    values = np.array(column, dtype=float)
    values = values[~np.isnan(values)]
    if not len(values):
        return NumberBins(())
    edges = np.unique(np.quantile(values, np.linspace(0, 1, most + 1)[1:-1], method="lower"))
    return NumberBins(tuple(float(each) for each in edges if each < values.max()))


def word_bins(column: Sequence[Any], fewest: int = FEWEST_ROWS) -> WordBins:
    """Learn which words are frequent enough for a bin of their own."""
    counts = Counter(each for each in column if each)
    return WordBins(tuple(word for word, n in counts.most_common(MOST_WORDS) if n >= fewest))
