"""Lives as hypothesis lives them: it chooses what happens, and when that fails it looks for fewer
steps that do."""

from __future__ import annotations

import sys
from collections.abc import Collection
from contextlib import ExitStack

import hypothesis
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.soak.life import Life
from tests.soak.portals import GROUPS
from tests.soak.stage import Stage
from tests.soak.steps import Step, steps


class Lives(RuleBasedStateMachine):
    """One rule for all steps, so that each of them comes as often as its weight says."""

    stage: Stage
    with_guests: bool

    def __init__(self) -> None:
        super().__init__()
        self.resources, self.life, self.steps = ExitStack(), None, st.nothing()

    @initialize(
        heard=st.booleans(),
        lossy=st.sampled_from([False, False, True]),
        bulky=st.booleans(),
        group=st.sampled_from(GROUPS),
    )
    def begin(self, heard: bool, lossy: bool, bulky: bool, group: tuple[str, ...]) -> None:
        self.steps, pair = steps(lossy, bulky, self.with_guests), self.stage.portals.next()
        mirror = self.resources.enter_context(self.stage.mirror(pair))
        guests = group if self.with_guests else ()
        self.life = Life(self.stage, pair, mirror, heard, guests)
        self.stage.tally["lives"] += 1

    @rule(step=st.runner().flatmap(lambda machine: machine.steps))
    def happens(self, step: Step) -> None:
        self.stage.tally.update(["steps", f"{step.name}()"])
        getattr(self.life, step.name)(**step.arguments)
        self.life.look()

    def teardown(self) -> None:
        """End every life with a rest, unless it failed before."""
        try:
            if self.life and sys.exc_info()[0] is None:
                self.life.end()
        finally:
            self.resources.close()


def live(
    stage: Stage,
    seed: int,
    lives: int,
    length: int,
    phases: Collection[Phase] = tuple(Phase),
    with_guests: bool = False,
) -> None:
    """Raises what fails, shrunk to the fewest steps that show it."""
    own = {"stage": stage, "with_guests": with_guests}
    machine = hypothesis.seed(seed)(type("Lives", (Lives,), own))
    run_state_machine_as_test(
        machine,
        settings=hypothesis.settings(
            max_examples=lives,
            stateful_step_count=length,
            phases=phases,
            report_multiple_bugs=False,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
