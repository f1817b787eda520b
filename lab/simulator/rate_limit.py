"""Exact rolling windows: how many requests were let in during the last N seconds. The clock is an
argument."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class RollingWindow:
    """Remembers the time of each request inside the window, so the count is exact and not per
    slot."""

    seconds: float
    times: deque[float] = field(default_factory=deque)
    peak: int = 0

    def count(self, now: float) -> int:
        while self.times and self.times[0] <= now - self.seconds:
            self.times.popleft()
        return len(self.times)

    def add(self, now: float) -> None:
        self.times.append(now)
        self.peak = max(self.peak, self.count(now))

    def admit(self, now: float, limit: int) -> bool:
        """Let one request in when fewer than `limit` were; a refused one is not counted. 0 is no
        limit."""
        if limit and self.count(now) >= limit:
            return False
        self.add(now)
        return True
