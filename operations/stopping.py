"""Tell whether this process is to end: one question for every loop, and waits that end with it."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

STEP_SECONDS = 0.1  # of a wait: as long as it may go on after the process was told to end


class Stopped(BaseException):
    """Say that the process is to end. Committed work is kept, and the next process goes on from
    there.

    It is no Exception, as KeyboardInterrupt is none: code that records an error and goes on must
    not take it for one.
    """


class Stop:
    """Tell whether to stop, asked by every loop at its next page. The process's composition root
    owns it, and a signal sets it.

    A plain flag, looked at in steps. A signal handler that sets a threading.Event may wait for ever
    for the lock that the very thread it interrupts holds.
    """

    def __init__(self) -> None:
        self._asked = False

    def __call__(self) -> bool:
        return self._asked

    def ask(self) -> None:
        """Ask every loop that looks here to end at its next page."""
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
    def heard_at_once(self) -> Iterator[None]:
        """Let SIGTERM and SIGINT ask whatever the main thread waits for.

        The kernel may give a signal to any thread, and Python calls its handler in the main thread
        alone, once that does something: while it waits for its pool of threads, that may be in a
        quarter of a minute. What Python writes to a descriptor is written at once.
        https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd
        """
        heard, told = socket.socketpair()
        told.setblocking(False)
        before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._listen, args=(heard,), name="signals", daemon=True).start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            told.close()

    def _listen(self, heard: socket.socket) -> None:
        with heard:
            while numbers := heard.recv(16):
                if {signal.SIGTERM, signal.SIGINT} & set(numbers):
                    self.ask()

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Let SIGTERM and SIGINT ask. A second one does what the first would have done without
        us."""
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
            with self.heard_at_once():
                yield
        finally:
            put_back()


@contextmanager
def side_by_side(stop: Stop, count: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """Open the threads of one job. A Ctrl-C that nothing else has taken ends them, too: leaving,
    Python waits for them."""
    with ThreadPoolExecutor(count, thread_name_prefix=name) as threads:
        try:
            yield threads
        except KeyboardInterrupt:
            stop.ask()
            raise
