"""1, 2: worker processes that are killed or restarted while events pour in."""

from __future__ import annotations

import signal
import time
from random import Random

from lab.faults.crew import pace
from lab.faults.edits import editing
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.stage import Stage, staged

_EDITS_PER_SECOND = 70  # some two events each


@scenario(
    1,
    "Workers are killed",
    "SIGKILL at even intervals during 10,000 events; every fifth takes the supervisor and all of "
    "its workers",
    "50 kills; 0 events lost; identical; last recovery < 180 s",
)
def kills(plan: Plan) -> Result:
    wanted, events, random = plan.size(50, 5), plan.size(10_000, 300), Random(plan.seed)
    with staged() as stage:
        with editing(stage.hubspot, events, _EDITS_PER_SECOND, plan.seed) as edits:
            began, killed = time.monotonic(), 0
            while killed < wanted or not edits.done():
                pace(began, killed, 1.5)
                killed += _kill(stage, killed, random)
        stage.hubspot.wait_until_quiet()
        recovery = stage.settle()
        lost, unequal, told = stage.lost_events(), stage.unequal(), edits.result()
    counted = (
        f"{killed} kills, {told:,} events, {lost} lost, {unequal} unequal, recovered "
        f"{recovery:.1f} s after"
    )
    return Result(counted, killed >= wanted and not lost and not unequal and recovery < 180)


def _kill(stage: Stage, place: int, random: Random) -> int:
    if place % 5 != 4:
        return stage.crew.signal_one(signal.SIGKILL, random)
    stage.crew.kill_all()
    stage.crew.start()
    return 1
