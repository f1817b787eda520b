"""Count what a worker process does: for the line of each job, and for one line a minute that people
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
        self._of_job = Counter[str]()

    def note(self, words: str, count: int = 1) -> None:
        self._counts[words] += count
        self._of_job[words] += count

    def begin_job(self) -> None:
        """Count for the line of the job that begins now."""
        self._of_job = Counter()

    def of_job(self) -> dict[str, int]:
        """Answer what was counted since the job began, by the names of a line's fields."""
        return {words.replace(" ", "_"): count for words, count in self._of_job.items()}

    def tell(self) -> None:
        """Say what was done, if something was and a minute has passed since the last line."""
        passed = self._clock() - self._began
        if passed < self._every:
            return
        if self._counts:
            done = ", ".join(f"{words} {count:,}" for words, count in sorted(self._counts.items()))
            log.info("In the last %.0f s: %s", passed, done)
        self._counts, self._began = Counter(), self._clock()
