"""Teach the rivals: rules, a plain logistic model, additive boosting, and the mean of the last two.

Boosting may use one feature in each tree, so that its sum over trees is a sum over features; one
without that bound runs beside it, and the results say what the bound costs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence import hand_rules
from intelligence.binning import FIRST, MISSING, OTHER, Bins, Codes, NumberBins
from intelligence.scorecards import FeatureTable, Scorecard, average

Floats = NDArray[np.float64]
FOLDS = 5
STEPS, MOST_TREES = 10, 150


@dataclass(frozen=True)
class Lesson:
    """Hold binned rows, their outcomes, weights and groups."""

    names: tuple[str, ...]
    bins: tuple[Bins, ...]
    codes: Codes
    won: Floats
    weights: Floats
    groups: NDArray[np.str_]

    def some(self, which: NDArray[Any]) -> Lesson:
        return Lesson(
            self.names,
            self.bins,
            self.codes[which],
            self.won[which],
            self.weights[which],
            self.groups[which],
        )

    def folds(self) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Cut the rows into parts of different companies; answer (learn, judge) of each."""
        _, numbers = np.unique(self.groups, return_inverse=True)
        # by a hash: neighbours in time are neighbours in id
        parts = (numbers.astype(np.uint64) * np.uint64(2654435761) >> np.uint64(7)) % FOLDS
        return [(np.flatnonzero(parts != part), np.flatnonzero(parts == part))
                for part in range(FOLDS)]  # fmt: skip


def rules(lesson: Lesson) -> Scorecard:
    """Answer the rules with this lesson's base rate."""
    rate = (lesson.won * lesson.weights).sum() / lesson.weights.sum()
    named = dict(zip(lesson.names, lesson.bins, strict=True))
    return hand_rules.scorecard(float(rate), named)


def logistic(lesson: Lesson) -> Scorecard:
    """Fit a logistic model: of each number its rank and the square of it, of each word itself."""
    from sklearn.linear_model import LogisticRegression

    maps = [_design(bins) for bins in lesson.bins]
    model = LogisticRegression(C=0.5, max_iter=500)
    model.fit(_wide(maps, lesson.codes), lesson.won, sample_weight=_fair(lesson))
    ends = np.cumsum([each.shape[1] for each in maps])[:-1]
    parts = np.split(model.coef_[0], ends)
    effects = [each @ part for each, part in zip(maps, parts, strict=True)]
    return _centred(lesson, float(model.intercept_[0]), effects)


def _design(bins: Bins) -> Floats:
    """Answer what each bin of a feature is in the model's eyes: one row a bin."""
    if not isinstance(bins, NumberBins):
        return np.eye(bins.size)
    count = bins.size - FIRST
    ranks = np.array([NormalDist().inv_cdf((place + 0.5) / count) for place in range(count)])
    known = np.stack([ranks, (ranks**2 - 1) / 2, np.zeros(count)], axis=1)
    return np.concatenate([[[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]], known])


def _wide(maps: Sequence[Floats], codes: Codes) -> Floats:
    return np.concatenate([each[codes[:, place]] for place, each in enumerate(maps)], axis=1)


def _fair(lesson: Lesson) -> Floats:
    """Let the rows of a company weigh together as much as its root: rows of one deal say nearly
    the same, and strength of regularisation goes by weight."""
    _, numbers = np.unique(lesson.groups, return_inverse=True)
    totals = np.bincount(numbers, lesson.weights)
    return np.asarray(lesson.weights / np.sqrt(totals[numbers]))


def free_boosting(lesson: Lesson) -> Callable[[Codes], Floats]:
    """Fit boosting that may combine features; answer its log-odds."""
    trees, _ = best_trees(lesson, additive=False)
    model = _boosted(lesson, trees, additive=False)
    return lambda codes: np.asarray(model.decision_function(codes.astype(float)))


def one_thread() -> AbstractContextManager[Any]:
    """Keep the library to one thread: on a busy machine two wait for each other, ten times as
    long as the work takes."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(1)
    return limits


def best_trees(lesson: Lesson, additive: bool = True) -> tuple[int, Floats]:
    """Answer the number of trees that is best for companies that were not learnt from, and the
    log-odds that so many say of them."""
    unseen = np.zeros((MOST_TREES // STEPS, len(lesson.won)))
    for learnt, judged in lesson.folds():
        model = _boosted(lesson.some(learnt), MOST_TREES, additive)
        staged = model.staged_decision_function(lesson.codes[judged].astype(float))
        for step, logits in enumerate(list(staged)[STEPS - 1 :: STEPS]):
            unseen[step, judged] = np.ravel(logits)
    losses = [_loss(logits, lesson) for logits in unseen]
    best = int(np.argmin(losses))
    return STEPS * (best + 1), unseen[best]


def _loss(logits: Floats, judged: Lesson) -> float:
    each = np.logaddexp(0, logits) - judged.won * logits
    return float((each * judged.weights).sum())


def _boosted(lesson: Lesson, trees: int, additive: bool) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        learning_rate=0.1,
        max_iter=trees,
        max_leaf_nodes=4 if additive else 8,
        min_samples_leaf=30,
        l2_regularization=5.0,
        early_stopping=False,
        interaction_cst="no_interactions" if additive else None,
        categorical_features=[not isinstance(each, NumberBins) for each in lesson.bins],
        random_state=0,
    )
    # two rows without weight: a feature that has one value only would be refused
    ends = np.array([[MISSING] * len(lesson.bins), [each.size - 1 for each in lesson.bins]])
    codes = np.concatenate([lesson.codes, ends]).astype(float)
    won, weights = np.append(lesson.won, [0, 1]), np.append(_fair(lesson), [0, 0])
    model.fit(codes, won, sample_weight=weights)
    return model


def _tabulated(lesson: Lesson, model: Any) -> Scorecard:
    """Read an additive model off as tables: what it says of each bin, all else being the same."""
    same = np.full(len(lesson.bins), OTHER, np.uint8)
    base = float(model.decision_function(same[None].astype(float))[0])
    effects = []
    for place, each in enumerate(lesson.bins):
        asked = np.tile(same, (each.size, 1))
        asked[:, place] = np.arange(each.size)
        effects.append(model.decision_function(asked.astype(float)) - base)
    return _centred(lesson, base, effects)


def _centred(lesson: Lesson, base: float, effects: Sequence[Floats]) -> Scorecard:
    """Make a scorecard whose tables are beside the average row."""
    tables = []
    for place, effect in enumerate(effects):
        middle = float(np.average(effect[lesson.codes[:, place]], weights=lesson.weights))
        base += middle
        points = tuple(float(each) for each in effect - middle)
        tables.append(FeatureTable(lesson.names[place], lesson.bins[place], points))
    return Scorecard(base, tuple(tables))


def calibrated(card: Scorecard, logits: Floats, lesson: Lesson) -> Scorecard:
    """Answer the scorecard whose log-odds are as sure as these, which it said of rows that it had
    not seen, turned out to deserve."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=np.inf)
    model.fit(logits[:, None], lesson.won, sample_weight=lesson.weights)
    slope = max(0.0, float(model.coef_[0, 0]))
    return card.calibrated(slope, float(model.intercept_[0]))


def taught(lesson: Lesson) -> dict[str, Scorecard]:
    """Teach each rival, and calibrate it by rows of companies that it was not taught with."""
    trees, of_boosting = best_trees(lesson)
    of_logistic = np.zeros(len(lesson.won))
    for learnt, judged in lesson.folds():
        of_logistic[judged] = logistic(lesson.some(learnt)).logits(lesson.codes[judged])
    first = rules(lesson)
    plain, boosted = logistic(lesson), _tabulated(lesson, _boosted(lesson, trees, additive=True))
    return {
        "rules": calibrated(first, first.logits(lesson.codes), lesson),
        "logistic": calibrated(plain, of_logistic, lesson),
        "boosting": calibrated(boosted, of_boosting, lesson),
        "blend": calibrated(average([plain, boosted]), (of_logistic + of_boosting) / 2, lesson),
    }
