"""See whether the leads that come are still those that a model learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from intelligence.binning import NumberBins, WordBins, number_bins, word_bins
from intelligence.lead_features import FEATURES, NUMBER, LeadRow
from intelligence.model_measures import PSI_BINS, Drift, drift

WATCHED = tuple(each for each in FEATURES if each.watched)


def reference(rows: Sequence[LeadRow]) -> dict[str, Any]:
    """Describe who came: for each watched feature its bins, ten of equal number or the most
    frequent words, and how many rows are in each."""
    found = {}
    for each in WATCHED:
        column = each.column(rows)
        if each.kind == NUMBER:
            bins = number_bins(column, PSI_BINS)
            told: dict[str, Any] = {"edges": bins.edges}
        else:
            words = word_bins(column, fewest=1).known[:PSI_BINS]
            told = {"words": words}
        found[each.name] = told | {"counts": _counts(told, column)}
    return found


def compared(told: Mapping[str, Any], rows: Sequence[LeadRow]) -> list[Drift]:
    """Compare who came lately with the reference."""
    found = []
    for each in WATCHED:
        if then := told.get(each.name):
            counts = _counts(then, each.column(rows))
            found.append(drift(each.name, then["counts"], counts))
    return found


def win_rate_moved(then: tuple[int, int], now: tuple[int, int], points: float = 0.05) -> bool:
    """Tell whether the win rate moved by more than 5 points, and by more than chance would."""
    if not then[1] or not now[1]:
        return False
    before, after = then[0] / then[1], now[0] / now[1]
    both = (then[0] + now[0]) / (then[1] + now[1])
    chance = 2 * (both * (1 - both) * (1 / then[1] + 1 / now[1])) ** 0.5
    return bool(abs(after - before) > max(points, chance))


def _counts(told: Mapping[str, Any], column: Sequence[Any]) -> list[int]:
    bins = _bins(told)
    counts = [0] * bins.size
    for code in bins.codes(column):
        counts[code] += 1
    return counts


def _bins(told: Mapping[str, Any]) -> NumberBins | WordBins:
    if "edges" in told:
        return NumberBins(tuple(told["edges"]))
    return WordBins(tuple(told["words"]))
