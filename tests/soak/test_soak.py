"""Nothing lost, nothing stale: 1,000 random steps of one seed; `make soak` takes new seeds for
longer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab import embedded
from tests import processes
from tests.processes import ROOT
from tests.soak.interruptions import MOMENTS
from tests.soak.machine import live
from tests.soak.stage import Stage, set_up
from tests.soak.steps import HAPPENINGS, KINDS_OF_FAULTS

LIVES, LENGTH = 7, 150
SEED, STEPS = 1, 1_000  # at least
# Lives at a time, and how many times, until everything has happened that can. The first life that
# hypothesis chooses is always the simplest: of two, one is random.
MORE, PATIENCE = 2, 18


@pytest.fixture
def stage(servers: embedded.Servers, template: str, web: processes.Web) -> Iterator[Stage]:
    with set_up(servers, template, web) as ready:
        yield ready


def test_the_copy_equals_hubspot_after_whatever_happened(stage: Stage) -> None:
    """Live until everything has happened that can. What fails is shrunk to the fewest steps.

    A seed's lives change with the code: hypothesis also draws the constants that it finds there."""
    live(stage, SEED, LIVES, LENGTH)
    for attempt in range(1, PATIENCE + 1):
        if stage.tally["steps"] < STEPS or missing(stage):
            live(stage, SEED + 100 * attempt, MORE, LENGTH)
    print(stage.told())
    assert stage.tally["steps"] >= STEPS
    assert not missing(stage), "some things never happened"


def test_each_moment_names_a_function_that_is_there() -> None:
    """One that moved to another file would let nobody die, without a word."""
    for file, function, _ in set().union(*MOMENTS.values()):
        found = [path for path in (ROOT / file, ROOT / "workers" / file) if path.exists()]
        assert found and f"def {function}(" in found[0].read_text(), (file, function)


def missing(stage: Stage) -> list[str]:
    struck = {
        faults: any(stage.tally[f"struck by {each}"] for each in faults)
        for faults in KINDS_OF_FAULTS
    }
    never_struck = [
        f"struck by {' or '.join(faults)}" for faults, happened in struck.items() if not happened
    ]
    return [each for each in HAPPENINGS if not stage.tally[each]] + never_struck
