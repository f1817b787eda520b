"""Something happens in the middle of a job: at the n-th time that a function of ours is entered or
left, or at a moment with a name."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from types import FrameType
from typing import Any

import pytest

from settings import Settings
from tests.processes import ROOT
from tests.soak.haste import hasten
from workers.context import Context
from workers.worker import handlers

OURS = tuple(
    str(ROOT / name) for name in ("workers/", "db/", "hubspot/", "deliveries.py", "jobs.py")
)
# Where a hand-over is half done: file, function, and whether it is entered or left.
MOMENTS = {
    "before commit": {("ingest.py", "_append", "return"), ("settling.py", "conclude", "return")},
    "before acknowledge": {("deliveries.py", "acknowledge", "call")},
    "after commit": {
        ("settling.py", "_commit", "return"),
        ("deliveries.py", "acknowledge", "return"),
    },
}
# Children of a server that has imported everything and has no threads: a fork of the tests' own
# process might hang.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])
PATIENCE_SECONDS = 60


@contextmanager
def interrupted(moment: int | str, act: Callable[[], None]) -> Iterator[None]:
    """Do `act` once, then, in any thread that starts in here, this one included."""
    calls = count(1)

    def notice(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event not in ("call", "return") or not code.co_filename.startswith(OURS):
            return
        now = (os.path.basename(code.co_filename), code.co_name, event)
        if now in MOMENTS[moment] if isinstance(moment, str) else next(calls) == moment:
            sys.setprofile(None)
            threading.setprofile(None)
            act()

    threading.setprofile(notice)
    sys.setprofile(notice)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def killed(settings: Settings, name: str, args: tuple[Any, ...], moment: int | str) -> bool:
    """Run a job in a process of its own that dies by SIGKILL at that moment; False when the moment
    never came."""
    process = FORKS.Process(target=_die, args=(settings, name, args, moment), daemon=True)
    process.start()
    process.join(PATIENCE_SECONDS)
    if process.is_alive():
        process.kill()
        raise AssertionError(f"{name} hangs")
    assert process.exitcode in (0, -signal.SIGKILL), f"{name} ended with {process.exitcode}"
    return process.exitcode != 0


def _die(settings: Settings, name: str, args: tuple[Any, ...], moment: int | str) -> None:
    hasten(pytest.MonkeyPatch())
    context = Context.open(settings, connections=8)
    with interrupted(moment, lambda: os.kill(os.getpid(), signal.SIGKILL)):
        handlers(context)[name](*args)
    os._exit(0)
