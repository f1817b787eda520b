"""What every benchmark ends with: one line of JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value beside its rival's. `ok` is whether the goal is met, and every further one
    among `more`."""

    name: str
    ours: float
    rival: float
    ratio: float
    goal: float
    ok: bool
    more: dict[str, Any] = field(default_factory=dict)

    def print(self) -> None:
        """Print the last line of a benchmark's output; end the process with 1 when the goal was
        missed."""
        told = {
            "name": self.name,
            "ours": self.ours,
            "rival": self.rival,
            "ratio": self.ratio,
            "goal": self.goal,
        }
        print(
            json.dumps(
                {
                    name: _short(value)
                    for name, value in (told | {"ok": self.ok} | self.more).items()
                }
            )
        )
        sys.exit(0 if self.ok else 1)


def _short(value: Any) -> Any:
    """Round to four digits: a shared machine can promise no more."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    return value
