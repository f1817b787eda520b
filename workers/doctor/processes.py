"""Check that a worker listens on each queue, and that the clock ticks."""

from __future__ import annotations

from collections.abc import Iterator

import jobs
from operations import holdups
from workers.context import Context
from workers.doctor.finding import Finding


def workers(context: Context) -> Iterator[Finding]:
    listening = jobs.listening(context.server)
    said = ", ".join(f"{queue} {count}" for queue, count in listening.items())
    if idle := [queue for queue, count in listening.items() if not count]:
        yield Finding(
            "Workers", f"{said}; nobody works on {', '.join(idle)}", "Start `python -m workers`."
        )
    else:
        yield Finding("Workers", said)
    for name, said in holdups.seen(context.server).items():
        yield Finding("Workers", f"{name} waited within the last minute", said)
    if jobs.clock_ticks(context.server):
        yield Finding("Clock process", "ticking")
    else:
        yield Finding(
            "Clock process",
            "none: nothing heals what webhooks miss",
            "Start `python -m workers.clock`.",
        )
