"""Ideal customers and experiments, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from intelligence import experiments, icp

COUNTS = [
    {"size_band": "Enterprise", "industry": "RETAIL", "leads": 40, "customers": 20},
    {"size_band": "SMB", "industry": "RETAIL", "leads": 100, "customers": 10},
    {"size_band": "SMB", "industry": "Unknown", "leads": 51, "customers": 9},
    {"size_band": "Mid-Market", "industry": "RETAIL", "leads": 9, "customers": 1},
]


def test_segments_by_hand() -> None:
    """p0 is 40 / 200 = 0.2."""
    big, small, unknown, few = icp.segments(COUNTS)
    assert (big.conversion, big.smoothed) == (0.5, (20 + 4) / 60)
    assert big.lift == pytest.approx(2.0) and big.tier == "A"
    assert (big.least, big.most) == pytest.approx((0.3520, 0.6480), abs=1e-4)
    assert small.lift == pytest.approx((10 + 4) / 120 / 0.2) and small.tier == "C"
    assert unknown.tier is None and few.tier is None and few.leads == 9
    assert icp.segments([]) == []


@pytest.mark.parametrize(
    ("lift", "tier"), [(1.5, "A"), (1.49, "B"), (1.0, "B"), (0.99, "C"), (0.5, "C"), (0.49, "D")]
)
def test_tiers(lift: float, tier: str) -> None:
    assert icp.tier(lift) == tier


@pytest.mark.parametrize(
    ("employees", "band"),
    [(500, "Enterprise"), (499, "Mid-Market"), (50, "Mid-Market"), (49, "SMB"), (None, "Unknown")],
)
def test_size_bands(employees: float | None, band: str) -> None:
    assert icp.size_band(employees) == band


def test_a_companys_points_add_up_to_its_score() -> None:
    companies: list[dict[str, Any]] = [
        {"company_id": "1", "employees": 900, "industry": "RETAIL"},
        {"company_id": "2", "employees": 3, "industry": "RETAIL"},
        {"company_id": "3", "employees": None, "industry": None},
    ]
    big, small, strange = icp.fits(companies, icp.segments(COUNTS))
    assert (big.score, big.tier) == (75.0, "A") and small.score == pytest.approx(30.6)
    assert (strange.score, strange.tier) == (50.0, None)
    for each in (big, small, strange):
        assert sum(row[2] for row in each.reasons) == pytest.approx(each.score)


def test_an_assignment_is_stable_and_even() -> None:
    got = [experiments.variant("calls first", str(place)) for place in range(1000)]
    assert got == [experiments.variant("calls first", str(place)) for place in range(1000)]
    assert 450 < got.count("a") < 550
    assert got != [experiments.variant("another", str(place)) for place in range(1000)]


def test_a_lift_has_an_interval() -> None:
    """Newcombe's example: 56 of 70 against 48 of 80 differ by 0.2, 0.0524 to 0.3339."""
    found = experiments.lift((48, 56), (80, 70))
    assert found is not None and found.is_sure
    assert (found.points, found.least, found.most) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)
    assert experiments.lift((0, 0), (0, 4)) is None
    same = experiments.lift((5, 5), (10, 10))
    assert same is not None and not same.is_sure
