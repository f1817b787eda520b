"""Lead scores: what training answers, that reasons add up, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest

from intelligence import hand_rules, lead_drift, lead_scoring
from intelligence import model_measures as measures
from intelligence.examples import Examples, examples
from intelligence.lead_features import FEATURES, job_level
from intelligence.lead_reasons import scored
from intelligence.scorecards import from_bytes

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EMPTY = dict.fromkeys([each.name for each in FEATURES if each.name != "job_level"])
BLANK: dict[str, Any] = EMPTY | {"job_title": None, "followed": None}


def leads(count: int, effect: float = 2.5) -> Iterator[dict[str, Any]]:
    """Make closed deals, the later the higher their number; referrals are won more often."""
    rng = Random(5)
    for place in range(count):
        began_at = NOW - timedelta(days=500 * (1 - place / count) + 20)
        is_good, touches = rng.random() < 0.4, rng.randrange(6)
        logit = effect * is_good + 0.3 * effect * touches - 2.2
        yield BLANK | {
            "deal_id": str(place),
            "contact_id": str(place),
            "company_id": str(place),
            "cut_off": began_at,
            "closed_at": began_at + timedelta(days=rng.uniform(2, 19)),
            "is_won": rng.random() < 1 / (1 + np.exp(-logit)),
            "source": "REFERRALS" if is_good else rng.choice(("OFFLINE", None)),
            "touches": float(touches),
            "employees": rng.choice((10.0, 80.0, None)),
        }


def found(count: int, effect: float = 2.5) -> Examples:
    return examples(list(leads(count, effect)), NOW)


@pytest.fixture(scope="module")
def trained() -> lead_scoring.Trained:
    return lead_scoring.train(found(400), NOW)


def test_a_model_finds_the_causes_and_tells_how_good_it_is(trained: lead_scoring.Trained) -> None:
    told = trained.scores
    assert trained.refused is None and trained.kind == told["winner"] != "rules"
    best = told["rivals"][trained.kind]
    assert best["auc"] == max(each["auc"] for each in told["rivals"].values()) > 0.8
    assert {name for name, _ in told["features"][:2]} == {"source", "touches"}
    assert told["learnt_from"] == 280 and 0 < told["judged_by"] <= 120
    assert json.loads(json.dumps(told)) == told


def test_reasons_add_up_to_the_score_and_survive_being_stored(
    trained: lead_scoring.Trained,
) -> None:
    rows = list(leads(60))
    for each in scored(from_bytes(trained.card.to_bytes()), rows):
        reasons = json.loads(each.reasons)
        assert sum(points for _, _, points in reasons) == pytest.approx(each.score, abs=1e-9)
        assert each.score == pytest.approx(100 * each.probability, abs=0.051)
        assert reasons[0][0] == "average"
    assert list(scored(trained.card, rows)) == list(
        scored(from_bytes(trained.card.to_bytes()), rows)
    )


@pytest.mark.parametrize("count", [150, 0])
def test_what_cannot_be_learnt_is_refused_and_rules_score(count: int) -> None:
    answer = lead_scoring.train(found(count), NOW)
    assert answer.kind == "rules" and answer.refused
    assert answer.refused.startswith(f"{count} closed deals")
    titles = ("Chief Executive Officer", "Assistant")
    of_all = BLANK | {"contact_id": "1", "deal_id": None}
    executive, assistant = scored(answer.card, [of_all | {"job_title": each} for each in titles])
    assert executive.score > assistant.score > 0


@pytest.mark.parametrize(
    ("winner", "auc", "why"),
    [
        ("logistic", 0.70, "AUC is 0.70"),
        ("rules", 0.75, "rules do as well"),
        ("boosting", None, "all ended alike"),
        ("boosting", 0.71, None),
    ],
)
def test_a_model_must_be_better_than_rules_and_chance(
    winner: str, auc: float | None, why: str | None
) -> None:
    said = lead_scoring.refusal({"winner": winner, "rivals": {winner: {"auc": auc}}})
    assert (said is None) if why is None else (said and why in said)


def test_the_fingerprint_is_of_values_and_outcomes() -> None:
    rows = list(leads(30))
    first = lead_scoring.fingerprint(examples(rows, NOW))
    assert lead_scoring.fingerprint(examples(list(leads(30)), NOW)) == first
    rows[3]["touches"] += 1
    assert lead_scoring.fingerprint(examples(rows, NOW)) != first


def test_a_deal_that_is_seldom_seen_closed_weighs_more() -> None:
    some = examples(list(leads(2)), NOW, window=timedelta(days=100))
    some.closed_at[:] = some.cut_offs + np.array([50, 99]) * 86_400
    assert some.weights(NOW.timestamp()) == pytest.approx([2.0, 4.0])


def test_measures_by_hand() -> None:
    said, won = np.array([0.1, 0.4, 0.4, 0.8]), np.array([0.0, 0, 1, 1])
    assert measures.auc(said, won) == pytest.approx(3.5 / 4)
    assert measures.auc(said, np.ones(4)) is None
    assert measures.auc(said, won, np.array([1, 3, 1, 1])) == pytest.approx((1 + 1.5 + 4) / 8)
    assert measures.calibration_error(np.full(10, 0.3), np.array([1.0] * 5 + [0] * 5)) > 0.4
    assert measures.psi([50, 50], [50, 50]) == 0
    # (0.75 - 0.5) ln 1.5 + (0.25 - 0.5) ln 0.5
    assert measures.psi([50, 50], [75, 25]) == pytest.approx(0.2746531)


@pytest.mark.parametrize(
    ("now", "level"), [([500, 500], "steady"), ([640, 360], "steady"), ([680, 320], "warn"),
                       ([800, 200], "alert"), ([4, 0], "steady")]
)  # fmt: skip
def test_drift_is_told_where_it_is_more_than_chance(now: list[int], level: str) -> None:
    assert measures.drift("source", [500, 500], now).level == level


def test_arrivals_are_compared_with_those_of_the_training() -> None:
    rows = list(leads(400))
    then = json.loads(json.dumps(lead_drift.reference(rows)))
    assert {each.level for each in lead_drift.compared(then, rows)} == {"steady"}
    moved = [row | {"source": "PAID_SOCIAL", "employees": 5000.0} for row in rows]
    levels = {each.feature: each.level for each in lead_drift.compared(then, moved)}
    assert [name for name, level in levels.items() if level == "alert"] == ["employees", "source"]


@pytest.mark.parametrize(
    ("then", "now", "moved"),
    [
        ((300, 1000), (330, 1000), False),
        ((300, 1000), (360, 1000), True),
        ((3, 10), (5, 10), False),
        ((0, 0), (5, 10), False),
    ],
)
def test_the_win_rate_moves_by_five_points_and_more_than_chance(
    then: tuple[int, int], now: tuple[int, int], moved: bool
) -> None:
    assert lead_drift.win_rate_moved(then, now) is moved


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Chief Executive Officer", "executive"),
        ("Vice President, Sales", "vice president"),
        ("Head of Operations", "head"),
        ("Sales Manager", "manager"),
        ("Gardener", "other"),
        (" ", None),
    ],
)
def test_job_titles_have_levels(title: str, level: str | None) -> None:
    assert job_level(title) == level


def test_rules_need_no_data() -> None:
    assert hand_rules.smoothed_rate(0, 0) == 0.2
    assert hand_rules.scorecard(0.2).base == pytest.approx(np.log(0.25))
