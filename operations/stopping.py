"""Whether this process is to end: one question for every loop, and waits that end with it."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

STEP_SECONDS = 0.1  # of a wait: as long as it may go on after the process was told to end


class Stopped(BaseException):
    """The process is to end. What was committed is kept, and the next process goes on from there.

    No Exception, as KeyboardInterrupt is none: nothing that records an error and goes on may take it for one.
    """


class Stop:
    """Asked by every loop at its next page. The process's composition root owns it, and a signal sets it.

    A plain flag, looked at in steps. A signal handler that sets a threading.Event may wait for ever for the lock that
    the very thread it interrupts holds.
    """

    def __init__(self) -> None:
        self._asked = False

    def __call__(self) -> bool:
        return self._asked

    def ask(self) -> None:
        """Let everything that looks here end at its next page."""
        self._asked = True

    def check(self) -> None:
        """Raise Stopped once the process is to end."""
        if self._asked:
            raise Stopped

    def wait(self, seconds: float) -> None:
        """Sleep. Raises Stopped instead, or soon after, once the process is to end."""
        ends = time.monotonic() + seconds
        self.check()
        while (left := ends - time.monotonic()) > 0:
            time.sleep(min(left, STEP_SECONDS))
            self.check()

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Let SIGTERM and SIGINT ask. A second one does what the first would have done without us."""
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

        def put_back() -> None:
            for number, handler in before.items():
                signal.signal(number, handler)

        def asked(*_: Any) -> None:
            self.ask()
            put_back()

        for number in before:
            signal.signal(number, asked)
        try:
            yield
        finally:
            put_back()


@contextmanager
def side_by_side(stop: Stop, count: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """Threads of one job. A Ctrl-C that nothing else has taken ends them, too: leaving, Python waits for them."""
    with ThreadPoolExecutor(count, thread_name_prefix=name) as threads:
        try:
            yield threads
        except KeyboardInterrupt:
            stop.ask()
            raise
