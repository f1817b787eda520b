"""What one chart of Analytics is: which view it reads, which columns it draws, and in which kind.

The names, the units and the endpoint of the columns stand in analytics/aggregations.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.aggregations import BY_VIEW, Aggregation
from analytics.measures import Measure

Kind = Literal[
    "line",
    "dual",
    "bars",
    "stacked",
    "ranks",
    "bars-line",
    "doughnut",
    "polar",
    "radar",
    "funnel",
    "table",
]


@dataclass(frozen=True, slots=True)
class AnalyticsChart:
    """A chart or table of a tab: its view, the columns that it draws, and how many groups."""

    name: str
    title: str
    tab: str
    kind: Kind
    view: str
    columns: tuple[str, ...]
    most: int = 0  # groups, the first ones; 0: all
    says: str = ""  # what it shows, and what it leaves out

    @property
    def aggregation(self) -> Aggregation:
        """Answer what the chart reads."""
        return BY_VIEW[self.view]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Answer the drawn columns with their names and units."""
        return tuple(map(self.aggregation.measure, self.columns))

    @property
    def endpoint(self) -> str:
        """Answer where the API serves the same; "": nowhere."""
        path = self.aggregation.path
        return f"/api{path}" if path else ""
