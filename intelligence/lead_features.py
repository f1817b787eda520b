"""List the features of a lead, as data: one more is one entry here and one column of the query
`lead_features`, which answers each as of the lead's cut-off.

Properties whose history people asked for (`spoke follow`) become features by themselves: their
values come as of the cut-off, so one that is filled after winning is empty at every cut-off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

LeadRow = Mapping[str, Any]
NUMBER, CATEGORY = "number", "category"
FOLLOWED_SHARE = 0.05  # of rows that must have a followed property's value, else it is left out
MOST_FOLLOWED = 20
_LEVELS = (
    ("executive", r"\b(chief|c[etfoimr]o|founder|owner|president|partner|geschäftsführer)\b"),
    ("vice president", r"\b(vp|svp|evp|vice)\b"),
    ("head", r"\b(head|director|leiter)\b"),
    ("manager", r"\b(manager|lead|supervisor)\b"),
    ("assistant", r"\b(assistant|intern|trainee|student|junior)\b"),
    ("specialist", r"\b(analyst|engineer|developer|consultant|specialist|coordinator|designer)\b"),
)
_PATTERNS = [(level, re.compile(pattern)) for level, pattern in _LEVELS]


@dataclass(frozen=True, slots=True)
class Feature:
    """Describe one feature. `watched` ones describe who comes, so that drift is looked for in
    them; a season or a lead's age moves by itself."""

    name: str
    label: str
    kind: str = NUMBER
    watched: bool = False
    read: Callable[[LeadRow], Any] | None = None

    def column(self, rows: Iterable[LeadRow]) -> list[Any]:
        """Answer the feature's value of each row."""
        return list(map(self.read or itemgetter(self.name), rows))


@lru_cache(maxsize=4096)
def job_level(title: str | None) -> str | None:
    """Answer the level that a job title tells of: titles are as many as people."""
    if not title or not title.strip():
        return None
    low = title.lower()
    # "vice president" is no president
    ordered = _PATTERNS if "vice" not in low else _PATTERNS[1:]
    return next((level for level, pattern in ordered if pattern.search(low)), "other")


FEATURES = (
    Feature("industry", "Industry", CATEGORY, watched=True),
    Feature("employees", "Employees", watched=True),
    Feature("annual_revenue", "Annual revenue", watched=True),
    Feature("region", "Region", CATEGORY, watched=True),
    Feature("source", "Source", CATEGORY, watched=True),
    Feature("job_level", "Job level", CATEGORY, True, lambda row: job_level(row["job_title"])),
    Feature("owner_id", "Owner", CATEGORY),
    Feature("month", "Month in which it began", CATEGORY),
    Feature("won_before", "Deals that the company won before"),
    Feature("lost_before", "Deals lost with the company before"),
    Feature("stage_place", "Stage of the deal"),
    Feature("days_in_stage", "Days in the stage"),
    Feature("age_days", "Days since it began"),
    Feature("amount", "Amount of the deal"),
    Feature("touches", "Touches"),
    Feature("stage_touches", "Touches in the stage"),
    Feature("recent_touches", "Touches of the last 14 days"),
    Feature("meetings", "Meetings"),
    Feature("replies", "Answers and incoming calls"),
    Feature("quiet_days", "Days since the last touch"),
    Feature("response_hours", "Hours to the first touch"),
    Feature("touches_before", "Touches of the 90 days before it began"),
)


def followed(rows: Sequence[LeadRow]) -> tuple[Feature, ...]:
    """Answer a feature for each followed property that enough rows have a value of."""
    counts: dict[str, int] = {}
    for row in rows:
        for name in row["followed"] or ():
            counts[name] = counts.get(name, 0) + 1
    often = sorted(counts, key=lambda name: (-counts[name], name))
    enough = [name for name in often if counts[name] >= FOLLOWED_SHARE * len(rows)]
    return tuple(followed_feature(name) for name in enough[:MOST_FOLLOWED])


def followed_feature(name: str) -> Feature:
    """Answer the feature of a followed property, by its type and name: deals.main_competitor."""
    return Feature(name, name, CATEGORY, read=lambda row: (row["followed"] or {}).get(name))


def named(name: str) -> Feature:
    """Answer a feature by its name."""
    return next((each for each in FEATURES if each.name == name), followed_feature(name))
