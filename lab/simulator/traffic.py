"""What was asked of the API: requests by kind, refusals, and the busiest ten seconds, for
benchmarks."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .rate_limit import RollingWindow


@dataclass(slots=True)
class Traffic:
    """`busiest` counts requests under the 10 s rule, let in or not; search is outside that rule."""

    requests: Counter[str] = field(default_factory=Counter)
    by_type: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    limited: Counter[str] = field(default_factory=Counter)
    asked: RollingWindow = field(default_factory=lambda: RollingWindow(10.0))

    def arrive(self, kind: str, object_type: str | None, now: float) -> None:
        self.requests[kind] += 1
        if object_type is not None:
            self.by_type[f"{kind} {object_type}"] += 1
        if kind != "search":
            self.asked.add(now)

    def answered(self, kind: str, status: int) -> None:
        self.statuses[status] += 1
        if status == 429:
            self.limited[kind] += 1

    def told(self) -> dict[str, Any]:
        return {
            "requests": dict(self.requests),
            "requests_total": self.requests.total(),
            "requests_by_type": dict(self.by_type),
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "limited": dict(self.limited),
            "limited_total": self.limited.total(),
            "max_requests_in_10_s": self.asked.peak,
        }
