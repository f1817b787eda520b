"""Find the ideal customers: how often companies of each size and industry become customers.

    Wilson interval: 95 %, of customers / leads
    smoothed rate:   (customers + 20 p0) / (leads + 20), p0 being the rate of all
    lift:            smoothed rate / p0; tier A from 1.5, B from 1.0, C from 0.5, else D

Segments of under 10 leads, or of unknown size or industry, have no tier. A company's score is
50 + 25 for each doubling of its segment's lift, from 0 to 100.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2, sqrt
from typing import Any

UNKNOWN = "Unknown"
PRIOR, FEWEST = 20, 10
TIERS = ((1.5, "A"), (1.0, "B"), (0.5, "C"))
Z = 1.959964  # of 95 %
MIDDLE, OF_A_DOUBLING = 50.0, 25.0


@dataclass(frozen=True, slots=True)
class Segment:
    """Hold the companies of one size and industry."""

    size_band: str
    industry: str
    leads: int
    customers: int
    conversion: float | None
    least: float | None
    most: float | None
    smoothed: float | None
    lift: float | None
    tier: str | None


@dataclass(frozen=True, slots=True)
class Fit:
    """Hold a company's score, with points that add up to it."""

    company_id: str
    size_band: str
    industry: str
    tier: str | None
    score: float
    reasons: list[list[Any]]


def size_band(employees: float | None) -> str:
    """Answer the size of a company; one that HubSpot does not know is no small one."""
    if employees is None:
        return UNKNOWN
    if employees >= 500:
        return "Enterprise"
    return "Mid-Market" if employees >= 50 else "SMB"


def wilson(customers: int, leads: int) -> tuple[float, float]:
    """Answer the 95 % interval of a rate."""
    rate, square = customers / leads, Z * Z / leads
    middle = (rate + square / 2) / (1 + square)
    half = Z * sqrt(rate * (1 - rate) / leads + square / (4 * leads)) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)


def smoothed(customers: int, leads: int, rate: float) -> float:
    """Draw a rate to that of all, as 20 more leads of that rate would."""
    return (customers + PRIOR * rate) / (leads + PRIOR)


def tier(lift: float) -> str:
    return next((name for least, name in TIERS if lift >= least), "D")


def segments(counts: Iterable[Mapping[str, Any]]) -> list[Segment]:
    """Answer every segment of rows that have size_band, industry, leads and customers."""
    rows = list(counts)
    leads, customers = (sum(row[name] for row in rows) for name in ("leads", "customers"))
    rate = customers / leads if leads else 0.0
    return [_segment(row, rate) for row in rows]


def _segment(row: Mapping[str, Any], rate: float) -> Segment:
    band, industry = row["size_band"], row["industry"]
    leads, customers = row["leads"], row["customers"]
    least, most = wilson(customers, leads)
    even = smoothed(customers, leads, rate)
    lift = even / rate if rate else None
    is_known = leads >= FEWEST and UNKNOWN not in (band, industry)
    return Segment(
        band,
        industry,
        leads,
        customers,
        customers / leads,
        least,
        most,
        even,
        lift,
        tier(lift) if lift is not None and is_known else None,
    )


def fits(companies: Iterable[Mapping[str, Any]], found: Sequence[Segment]) -> Iterable[Fit]:
    """Score companies that have company_id, employees and industry."""
    lifts = _lifts(found)
    known = {(each.size_band, each.industry): each for each in found}
    for row in companies:
        band, industry = size_band(row["employees"]), row["industry"] or UNKNOWN
        segment = known.get((band, industry))
        yield _fit(row["company_id"], band, industry, segment, lifts)


def _lifts(found: Sequence[Segment]) -> dict[str, float]:
    """Answer the smoothed lift of each size and each industry alone."""
    leads: dict[str, int] = defaultdict(int)
    customers: dict[str, int] = defaultdict(int)
    for each in found:
        for name in (each.size_band, f"in {each.industry}", ""):
            leads[name] += each.leads
            customers[name] += each.customers
    if not customers[""]:
        return {}
    rate = customers[""] / leads[""]
    return {name: smoothed(customers[name], leads[name], rate) / rate for name in leads}


def _fit(
    company_id: str, band: str, industry: str, segment: Segment | None, lifts: Mapping[str, float]
) -> Fit:
    lift = segment.lift if segment and segment.lift else 1.0
    of_band = _points(lifts.get(band, 1.0))
    of_industry = _points(lifts.get(f"in {industry}", 1.0))
    score = min(100.0, max(0.0, round(MIDDLE + OF_A_DOUBLING * log2(lift), 1)))
    together = round(score - MIDDLE - of_band - of_industry, 1)
    reasons: list[list[Any]] = [
        ["average", None, MIDDLE],
        ["size_band", band, of_band],
        ["industry", industry, of_industry],
        ["together", None, together],
    ]
    return Fit(company_id, band, industry, segment.tier if segment else None, score, reasons)


def _points(lift: float) -> float:
    return round(OF_A_DOUBLING * log2(lift), 1)
