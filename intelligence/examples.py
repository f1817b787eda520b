"""Hold what a model learns from: leads at moments in the past, and what came of each.

A row is a deal at a cut-off: when it began, and each fortnight until it was closed. So the rows
are as the open deals of any day. A deal that is closed late is seen closed less often: with D days
left and W days looked at, W - D of W. Its weight W / (W - D) makes up for that; without it, new
deals would look like quick ones, which are mostly lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.lead_features import FEATURES, Feature, LeadRow, followed

Floats = NDArray[np.float64]
DAY_SECONDS = 86_400.0
MOST_WEIGHT = 4.0
WINDOW = timedelta(days=548)  # eighteen months


@dataclass(frozen=True)
class Examples:
    """Hold rows of the query `lead_features` with their outcomes, and when each was known."""

    rows: Sequence[LeadRow]
    won: Floats
    cut_offs: Floats  # seconds since 1970
    closed_at: Floats
    companies: NDArray[np.str_]
    since: float

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def deals(self) -> int:
        """Count the closed deals."""
        return len({row["deal_id"] for row in self.rows})

    def weights(self, until: float) -> Floats:
        """Weigh each row for those of its kind that are not closed by `until`."""
        window = until - self.since
        left = self.closed_at - self.cut_offs
        share = np.clip((window - left) / window, 1 / MOST_WEIGHT, 1)
        return np.asarray(1 / share)

    def chosen(self, which: NDArray[np.bool_], since: float | None = None) -> Examples:
        """Answer some of the rows."""
        return Examples(
            [row for row, taken in zip(self.rows, which, strict=True) if taken],
            self.won[which],
            self.cut_offs[which],
            self.closed_at[which],
            self.companies[which],
            self.since if since is None else since,
        )

    def features(self) -> tuple[Feature, ...]:
        return (*FEATURES, *followed(self.rows))


def examples(rows: Sequence[LeadRow], as_of: datetime, window: timedelta = WINDOW) -> Examples:
    """Make examples of the query's rows; a deal without a company is a group of its own."""
    return Examples(
        rows,
        np.array([float(row["is_won"]) for row in rows]),
        np.array([row["cut_off"].timestamp() for row in rows]),
        np.array([row["closed_at"].timestamp() for row in rows]),
        np.array([row["company_id"] or f"deal {row['deal_id']}" for row in rows], dtype=str),
        (as_of - window).timestamp(),
    )


def split(found: Examples, share: float = 0.7) -> tuple[Examples, Examples, float]:
    """Cut the examples in time: learn from deals that were closed before, judge by cut-offs after
    it, of other companies. The cut has `share` of the closed deals before it."""
    ends: dict[Any, float] = {}
    for row, closed_at in zip(found.rows, found.closed_at, strict=True):
        ends[row["deal_id"]] = closed_at
    cut = float(np.quantile(list(ends.values()), share))
    earlier = found.closed_at < cut
    known = set(found.companies[earlier])
    strangers = np.array([each not in known for each in found.companies], dtype=bool)
    later = (found.cut_offs >= cut) & strangers
    return found.chosen(earlier), found.chosen(later, since=cut), cut
