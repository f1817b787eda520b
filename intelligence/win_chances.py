"""Answer how likely deals are to be won within so many days, from rates of stages. Pure.

Time goes in steps of about three days. A deal leaves its stage within a step by the pace of its
age, goes to a target, and is new in that stage. So the chances of longer times follow from those
of shorter ones, also where deals go back.
"""

from __future__ import annotations

from bisect import bisect_right
from math import ceil, exp

from intelligence.stage_rates import BANDS, WON, Hazards, Stage

STEP_DAYS = 3.0
OLDEST = 40  # steps of age that are told apart
Leaves = list[tuple[float, list[tuple[Stage, float]]]]  # by step: how many leave, and where to


class WinChances:
    """Hold the chances for one set of rates, up to so many days."""

    def __init__(self, hazards: Hazards, days: float) -> None:
        self.hazards = hazards
        self.steps = max(1, ceil(days / STEP_DAYS))
        self.step_days = max(days, 1e-6) / self.steps
        self.fresh = {stage: [0.0] for stage in hazards.paces}
        # the same in the middle of each step; of the target WON it is certain
        self.middles = {stage: [0.0] for stage in hazards.paces} | {WON: [1.0] * (self.steps + 1)}
        self._kept: dict[tuple[Stage, int, int], float] = {}
        leaves = {stage: self._leaves(stage, 0) for stage in hazards.paces}
        for step in range(1, self.steps + 1):
            for stage in leaves:
                self.middles[stage].append(self._expected(stage))  # until the step is known
            known = {stage: self._won_by(leaving, step) for stage, leaving in leaves.items()}
            for stage, chance in known.items():
                self.middles[stage][step] = (self.fresh[stage][-1] + chance) / 2
                self.fresh[stage].append(chance)

    def _expected(self, stage: Stage) -> float:
        """Go half a step on as the step before went: left as it was, each stage would cost a deal
        that leaves at once a day and a half."""
        last = self.fresh[stage][-1]
        return last + (last - self.fresh[stage][max(0, len(self.fresh[stage]) - 2)]) / 2

    def within(self, stage: Stage, age_days: float, days: float) -> float:
        """Answer the chance of a deal that has been in a stage for so many days."""
        if stage not in self.fresh:
            return 0.0
        age = min(OLDEST, int(age_days / self.step_days))
        step = min(self.steps, round(days / self.step_days))
        key = (stage, age, step)
        if key not in self._kept:
            self._kept[key] = self._won_by(self._leaves(stage, age), step)
        return self._kept[key]

    def of_new(self, stage: Stage, days: float) -> float:
        """Answer the mean chance of deals that are created at any time within so many days."""
        steps = min(self.steps, round(days / self.step_days))
        if stage not in self.fresh or steps < 1:
            return 0.0
        return sum(self.middles[stage][1 : steps + 1]) / steps

    def _leaves(self, stage: Stage, age: int) -> Leaves:
        targets = [
            [(to, share) for to, share in shares.items() if to in self.middles]
            for shares in self.hazards.shares[stage]
        ]
        found: Leaves = []
        staying = 1.0
        for step in range(self.steps):
            band = bisect_right(BANDS, (age + step + 0.5) * self.step_days) - 1
            stays = exp(-self.hazards.paces[stage][band] * self.step_days)
            found.append((staying * (1 - stays), targets[band]))
            staying *= stays
        return found

    def _won_by(self, leaving: Leaves, step: int) -> float:
        """Add up all ways to be won within so many steps. A deal that leaves in the middle of a
        step has half of it left for its next stage."""
        won = 0.0
        for passed in range(step):
            share, targets = leaving[passed]
            left = step - passed
            for target, part in targets:
                won += share * part * self.middles[target][left]
        return won
