"""People who edit the simulated portal while something breaks."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any

from lab.simulated import HubSpot

_TURN_SECONDS = 2  # of one call: short, so that an end comes soon


def edit(hubspot: HubSpot, events: int, per_second: int, seed: int, **plan: Any) -> int:
    """Make edits of all kinds (see lab/simulator/edits.py) until HubSpot had that many events to
    tell; answer how many it had."""
    told = 0
    for turn in count():
        if told >= events:
            break
        told += hubspot.call(
            "edits",
            count=per_second * _TURN_SECONDS,
            per_second=per_second,
            seed=seed * 1_000 + turn,
            **plan,
        )["events"]
    return told


@contextmanager
def editing(
    hubspot: HubSpot, events: int, per_second: int, seed: int, **plan: Any
) -> Iterator[Future[int]]:
    """Edit in the background; `done()` tells when the last event is told of."""
    with ThreadPoolExecutor(1, thread_name_prefix="edits") as thread:
        yield thread.submit(edit, hubspot, events, per_second, seed, **plan)
