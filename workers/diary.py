"""Tell in one line a minute what a worker process did. At INFO a line per job would be too many to
read."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

log = logging.getLogger("workers")


class Diary:
    """Count by words, as in "fetch" or "records stored". One process has one, for its own
    thread."""

    def __init__(
        self, every_seconds: float = 60, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._every, self._clock = every_seconds, clock
        self._counts, self._began = Counter[str](), clock()

    def note(self, words: str, count: int = 1) -> None:
        self._counts[words] += count

    def tell(self) -> None:
        """Say what was done, if something was and a minute has passed since the last line."""
        passed = self._clock() - self._began
        if passed < self._every:
            return
        if self._counts:
            done = ", ".join(f"{words} {count:,}" for words, count in sorted(self._counts.items()))
            log.info("In the last %.0f s: %s", passed, done)
        self._counts, self._began = Counter(), self._clock()
