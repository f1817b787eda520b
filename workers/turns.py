"""Give portals turns at the fetch workers: none takes a second worker while another waits for its
first.

A portal with ten busy types has ten jobs in the queue, another portal has one. Taken in order, the
ten would hold every worker. While the first portal's HubSpot is slow, the other would wait behind
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from uuid import uuid4

import redis

import jobs
from db.fetch_delays import HOLD

LOOK_AHEAD = 64  # jobs of the queue that are looked at; a job behind them moves up later
_BEGIN = (Path(__file__).parent / "turn.lua").read_text()


@contextmanager
def turn(server: redis.Redis, portal_id: int, alone: bool) -> Iterator[bool]:
    """Tell whether this portal may have the worker now, which it then holds to the end. If not, the
    job of the next portal moves to the front of the queue. A portal that is `alone` need not ask:
    that costs Redis nothing."""
    if alone:
        yield True
        return
    name = uuid4().hex
    ours = _begin(server, portal_id, name)
    try:
        yield ours
    finally:
        if ours:
            server.zrem(_keys(portal_id)[0], name)


def _begin(server: redis.Redis, portal_id: int, name: str) -> bool:
    waiting = jobs.standing(server, jobs.FETCH, LOOK_AHEAD)
    others = sorted({other for other, _ in waiting.values()} - {portal_id})
    keys = [key for each in (portal_id, *others) for key in _keys(each)]
    arguments = [name, int(HOLD.total_seconds() * 1_000_000), *others]
    first = cast(bytes, server.register_script(_BEGIN)(keys=keys, args=arguments))
    if first:
        earliest = next(job_id for job_id, (other, _) in waiting.items() if other == int(first))
        jobs.put_first(server, jobs.FETCH, earliest)
    return not first


def _keys(portal_id: int) -> tuple[str, str]:
    return f"spoke:turns:{portal_id}:held", f"spoke:turns:{portal_id}:began"
