"""Keep worker processes alive, and end all at once. A process that ends is replaced, later each
time where it cannot start.

It is a supervisor of our own because RQ's worker pool gives every worker all queues. A worker with
more than one queue loses jobs when it is killed.
"""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import wait

from operations.stopping import Stop
from workers.worker import work

LOOK_SECONDS = 0.2
GRACE_SECONDS = 20  # for all workers together to leave their jobs; platforms kill after 30
LONGEST_PAUSE_SECONDS = 60
RAN_WELL_SECONDS = 60  # a worker that ran so long had no trouble to start
AT_ONCE_SECONDS = 1  # one that was killed sooner never worked
_SPAWN = multiprocessing.get_context("spawn")
log = logging.getLogger("workers")


def pause(failures: int) -> float:
    """Answer how long to wait after so many failures in a row: 1 s, 2 s, 4 s …"""
    return float(min(2 ** min(failures - 1, 10), LONGEST_PAUSE_SECONDS))


class Post:
    """Hold the place of one worker: its process, and how the last ones there fared."""

    def __init__(self, queue: str) -> None:
        self.queue, self.failures = queue, 0
        self.start()

    def start(self) -> None:
        """Start a process here."""
        self._heard, told = _SPAWN.Pipe(duplex=False)
        self.process = _SPAWN.Process(
            target=work, args=(self.queue, told), name=f"spoke-{self.queue}", daemon=True
        )
        self.process.start()
        told.close()
        self._began_at = time.monotonic()
        self.due_at: float | None = None

    @property
    def ran_seconds(self) -> float:
        return time.monotonic() - self._began_at

    def end(self) -> float:
        """Note that its process has ended; answer how long the place stays empty.

        Not at all after a process that was told to end, or was killed at its work. Longer each time
        after processes that could not go on by themselves.
        """
        code = self.process.exitcode or 0
        self.failures = 0 if code <= 0 and self.ran_seconds > AT_ONCE_SECONDS else self.failures + 1
        seconds = pause(self.failures) if self.failures else 0.0
        self.due_at = time.monotonic() + seconds
        return seconds

    def why(self) -> str:
        """Say why its process ended: in its own words, or by its exit code."""
        with suppress(EOFError):  # killed, it said nothing
            if self._heard.poll():
                return str(self._heard.recv())
        return f"it ended with {self.process.exitcode}"


class Supervisor:
    """Keep a worker at each post until it is told to stop."""

    def __init__(self, queues: Sequence[str], grace_seconds: float = GRACE_SECONDS) -> None:
        self._posts, self._grace_seconds = [Post(queue) for queue in queues], grace_seconds
        # what is wrong: once for all posts, until a worker runs well again
        self._said: set[str] = set()

    def run(self, stop: Stop) -> None:
        """Run until every worker has ended, or was killed because it did not."""
        while not stop():
            for post in self._posts:
                self._look(post)
            time.sleep(LOOK_SECONDS)
        _end([post for post in self._posts if post.process.is_alive()], self._grace_seconds)

    def _look(self, post: Post) -> None:
        if post.process.is_alive():
            if post.failures and post.ran_seconds > RAN_WELL_SECONDS:
                log.info("The %s worker runs again", post.queue)
                post.failures = 0
                self._said.clear()
        elif post.due_at is None:
            self._say(post, post.why(), post.end())
        elif time.monotonic() >= post.due_at:
            post.start()

    def _say(self, post: Post, reason: str, seconds: float) -> None:
        if not seconds:
            log.warning(
                "The %s worker %s: %s; starting another", post.queue, post.process.pid, reason
            )
        elif reason not in self._said:
            self._said.add(reason)
            log.error(
                "A %s worker cannot go on: %s. Another one is tried in %.0f s, then ever later, at "
                "last every %d s",
                post.queue, reason, seconds, LONGEST_PAUSE_SECONDS,
            )  # fmt: skip


def _end(posts: Sequence[Post], grace_seconds: float) -> None:
    """Tell all workers at once to end, give them one deadline, kill the rest: their claims are free
    when their lease ends."""
    began = time.monotonic()
    for post in posts:
        post.process.terminate()
    late = list(posts)
    while late and (left := began + grace_seconds - time.monotonic()) > 0:
        wait([post.process.sentinel for post in late], left)
        late = [post for post in late if post.process.is_alive()]
    for post in late:
        post.process.kill()
        post.process.join()
    queues = ""
    if late:
        queues = f"; killed after {grace_seconds:.0f} s: {', '.join(post.queue for post in late)}"
    log.info(
        "%d workers ended in %.1f s%s", len(posts) - len(late), time.monotonic() - began, queues
    )
