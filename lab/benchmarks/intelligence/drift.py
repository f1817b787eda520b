"""drift: whether an alarm comes within a month's data of a drift, and none in a year without one.

Who comes in each month of the second year is compared with who came in the first."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from intelligence import lead_drift
from lab.benchmarks.figure import Figure
from lab.market import Market, make

HELD_OUT = tuple(range(11, 21))
FIRST = 12  # the month from which on is looked; the drift begins with it
PROPERTIES = {
    "industry": ("companies", "industry"),
    "employees": ("companies", "numberofemployees"),
    "source": ("contacts", "hs_analytics_source"),
    "job_title": ("contacts", "jobtitle"),
}
BLANK = {"annual_revenue": None, "region": None, "followed": None}


def main() -> None:
    """Look at each seed twice, with and without a drift."""
    seeds = [int(each) for each in sys.argv[1:]] or HELD_OUT
    seen = [_alarms(make(seed, drift_month=FIRST + 1)) for seed in seeds]
    calm = [_alarms(make(seed)) for seed in seeds]
    caught = sum(bool(months) and months[0] == FIRST for months in seen)
    quiet = sum(not months for months in calm)
    ok = caught == len(seeds) and quiet >= 0.9 * len(seeds)
    more = {"seeds": seeds, "quiet_years": quiet, "with": seen, "without": calm}
    Figure("drift", caught, len(seeds), caught / len(seeds), 1.0, ok, more).print()


def _alarms(market: Market) -> list[int]:
    """Answer the months in which there was an alarm."""
    ends = [*market.starts, market.now_ms]
    then = lead_drift.reference(list(_arrivals(market, 0, ends[FIRST])))
    found = []
    for month in range(FIRST, len(ends) - 1):
        rows = list(_arrivals(market, ends[month], ends[month + 1]))
        levels = {each.level for each in lead_drift.compared(then, rows)}
        if "alert" in levels:
            found.append(month)
    return found


def _arrivals(market: Market, since: int, until: int) -> Iterator[dict[str, Any]]:
    """Yield the companies that came in a time with their first contact, as rows of the query."""
    companies = {one.id: one for one in market.records["companies"]}
    people = {one.id: one for one in market.records["contacts"]}
    firsts: dict[int, int] = {}
    for kind, contact_id, other, company_id in market.links:
        if (kind, other) == ("contacts", "companies"):
            firsts[company_id] = min(contact_id, firsts.get(company_id, contact_id))
    for company_id, contact_id in firsts.items():
        of = {"companies": companies[company_id], "contacts": people[contact_id]}
        came_ms = datetime.fromisoformat(of["contacts"].created_at).timestamp() * 1000
        if since <= came_ms < until:
            values = {name: of[at].properties.get(key) for name, (at, key) in PROPERTIES.items()}
            yield BLANK | values


if __name__ == "__main__":
    main()
