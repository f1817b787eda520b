"""Nothing lost, nothing stale: a few short lives in each run of the suite. `make soak` lives longer
ones, seed after seed, until everything has happened that can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hubspot.objects import OBJECT_TYPES
from hubspot.polled import FAMILIES
from lab import embedded
from tests import processes
from tests.processes import ROOT
from tests.soak.interruptions import MOMENTS
from tests.soak.machine import live
from tests.soak.polled import CHANGEABLE
from tests.soak.portals import CUSTOM, GROUPS, POPULATION
from tests.soak.stage import Stage, set_up
from tests.soak.usage import Usage, grown

SEED, LIVES, LENGTH = 1, 2, 40


@pytest.fixture
def stage(servers: embedded.Servers, template: str, web: processes.Web) -> Iterator[Stage]:
    with set_up(servers, template, web) as ready:
        yield ready


def test_the_copy_equals_hubspot_after_whatever_happened(stage: Stage) -> None:
    """Hold the copy equal through short lives. Steps that fail are shrunk to the fewest.

    A seed's lives change with the code: hypothesis also draws the constants that it finds there."""
    live(stage, SEED, LIVES, LENGTH)
    print(stage.told())
    assert stage.tally["lives"] >= LIVES and stage.tally["steps"] >= LENGTH


def test_each_moment_names_a_function_that_is_there() -> None:
    """A function that moved to another file would let no worker die, without a word."""
    for file, function, _ in set().union(*MOMENTS.values()):
        found = [path for path in (ROOT / file, ROOT / "workers" / file) if path.exists()]
        assert found and f"def {function}(" in found[0].read_text(), (file, function)


def test_what_grows_is_named_and_caches_may_fill() -> None:
    first = Usage(100, 80, 20, 20, 2, 3)
    assert grown(first, replace(first, memory_mb=180, descriptors=28)) == []
    leaking = replace(first, memory_mb=186, receiver_descriptors=29, redis_connections=7)
    assert grown(first, leaking) == [
        "memory mb 100 → 186",
        "receiver descriptors 20 → 29",
        "redis connections 3 → 7",
    ]


def test_every_type_and_family_is_in_some_life() -> None:
    assert {*POPULATION, *(each for group in GROUPS for each in group)} == {*OBJECT_TYPES, CUSTOM}
    assert set(CHANGEABLE) == set(FAMILIES)
