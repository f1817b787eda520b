"""Teach lead scores, judge them out of time, and say honestly which model is worth its name.

    examples → split in time, by company → rivals taught on the earlier part → judged on the later
    → the best is taught again on all → refused where it is no better than chance

`train` answers the model with its results, or says why there is none; rules then score instead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence import hand_rules, rivals
from intelligence import model_measures as measures
from intelligence.binning import Bins, Codes, number_bins, word_bins
from intelligence.examples import Examples, split
from intelligence.lead_features import NUMBER, Feature
from intelligence.rivals import Lesson
from intelligence.scorecards import Scorecard

Floats = NDArray[np.float64]
FEWEST_DEALS, LEAST_AUC = 200, 0.70
FEWEST_OF_MONTH = 20  # closed deals for an AUC of a month


@dataclass(frozen=True)
class Trained:
    """Hold what training came to. `kind` names the model that scores: a rival or rules;
    `refused` says why no model was good enough."""

    card: Scorecard
    kind: str
    refused: str | None
    fingerprint: str
    scores: dict[str, Any] = field(default_factory=dict)


def train(found: Examples, as_of: datetime) -> Trained:
    """Teach and judge; fall back to rules where there is too little or nothing to learn."""
    deals = found.deals
    print_ = fingerprint(found)
    if deals < FEWEST_DEALS:
        why = f"{deals} closed deals in 18 months; a model needs {FEWEST_DEALS}"
        return _by_rules(found, print_, why, {"deals": deals})
    with rivals.one_thread():
        judged = judge(found, as_of) | {"deals": deals}
        if why_not := refusal(judged):
            return _by_rules(found, print_, why_not, judged)
        lesson = lesson_of(found, as_of.timestamp(), found.features())
        best = judged["winner"]
        card = rivals.taught(lesson)[best]
    return Trained(card, best, None, print_, judged | described(card, lesson))


def refusal(judged: Mapping[str, Any]) -> str | None:
    """Say why the best rival is not good enough; None where it is."""
    best = judged["winner"]
    reached = judged["rivals"][best]["auc"]
    if reached is None:
        return "the later deals all ended alike, so no model could be judged"
    if reached <= LEAST_AUC:
        return f"the best model's AUC is {reached:.2f}; it must exceed {LEAST_AUC:.2f}"
    if best == "rules":
        return f"rules do as well as any model, with an AUC of {reached:.2f}"
    return None


def _by_rules(found: Examples, print_: str, why: str, told: dict[str, Any]) -> Trained:
    won = len({row["deal_id"] for row in found.rows if row["is_won"]})
    rate = hand_rules.smoothed_rate(won, found.deals)
    card = hand_rules.scorecard(rate)
    return Trained(card, "rules", why, print_, told | {"base_rate": rate})


def judge(found: Examples, as_of: datetime) -> dict[str, Any]:
    """Answer how each rival does on later deals of companies that it was not taught with."""
    earlier, later, cut = split(found)
    features = found.features()
    lesson = lesson_of(earlier, cut, features)
    codes = coded(later, lesson.bins, features)
    weights = later.weights(as_of.timestamp())
    said = {name: card.probabilities(codes) for name, card in rivals.taught(lesson).items()}
    told = {name: figures(each, later, weights) for name, each in said.items()}
    best = max(told, key=lambda name: told[name]["auc"] or 0.0)
    free = measures.auc(rivals.free_boosting(lesson)(codes), later.won, weights)
    return {
        "winner": best,
        "rivals": told,
        "with_combinations": free,
        "cut": datetime.fromtimestamp(cut, UTC).isoformat(),
        "learnt_from": earlier.deals,
        "judged_by": later.deals,
        "bands": [asdict(band) for band in measures.bands(said[best], later.won, weights)],
        "months": months(said[best], later),
    }


def figures(said: Floats, later: Examples, weights: Floats) -> dict[str, Any]:
    """Answer a rival's figures: AUC, calibration error, and the lift of its best tenth."""
    if not len(said):
        return {"auc": None, "calibration_error": None, "top_lift": None}
    return {
        "auc": measures.auc(said, later.won, weights),
        "calibration_error": measures.calibration_error(said, later.won, weights),
        "top_lift": measures.bands(said, later.won, weights)[-1].lift,
    }


def months(said: Floats, later: Examples) -> list[dict[str, Any]]:
    """Answer the AUC by the month of the cut-off."""
    names = np.array(
        [f"{datetime.fromtimestamp(each, UTC):%Y-%m}" for each in later.cut_offs], dtype=str
    )
    found = []
    for name in np.unique(names):
        part = names == name
        deals = len({row["deal_id"] for row, taken in zip(later.rows, part, strict=True) if taken})
        reached = measures.auc(said[part], later.won[part])
        enough = deals >= FEWEST_OF_MONTH
        found.append({"month": str(name), "deals": deals, "auc": reached if enough else None})
    return found


def lesson_of(found: Examples, until: float, features: Sequence[Feature]) -> Lesson:
    """Sort the examples into bins that are learnt from them alone."""
    columns = [each.column(found.rows) for each in features]
    bins = tuple(
        number_bins(column) if each.kind == NUMBER else word_bins(column)
        for each, column in zip(features, columns, strict=True)
    )
    codes = [each.codes(column) for each, column in zip(bins, columns, strict=True)]
    return Lesson(
        tuple(each.name for each in features),
        bins,
        np.stack(codes, axis=1),
        found.won,
        found.weights(until),
        found.companies,
    )


def coded(found: Examples, bins: Sequence[Bins], features: Sequence[Feature]) -> Codes:
    columns = [each.column(found.rows) for each in features]
    codes = [each.codes(column) for each, column in zip(bins, columns, strict=True)]
    return np.stack(codes, axis=1)


def described(card: Scorecard, lesson: Lesson) -> dict[str, Any]:
    """Answer what the model's page and the drift checks need: the base rate, and what each feature
    adds at its ends."""
    parts = card.parts(lesson.codes)
    weight = [float(np.average(np.abs(part), weights=lesson.weights)) for part in parts.T]
    order = np.argsort(weight)[::-1]
    return {
        "base_rate": float(np.average(lesson.won, weights=lesson.weights)),
        "features": [[lesson.names[place], round(weight[place], 4)] for place in order],
    }


def fingerprint(found: Examples) -> str:
    """Answer a hash of what was learnt from: the deals, their moments, values and outcomes."""
    digest = hashlib.sha256()
    columns = [each.column(found.rows) for each in found.features()]
    for row, *values in zip(found.rows, *columns, strict=True):
        told: Mapping[str, Any] = row
        digest.update(f"{told['deal_id']} {told['cut_off']} {told['is_won']} {values}\n".encode())
    return digest.hexdigest()
