"""What a line of the fault table is: a fault, how it is made, the criterion, and the function that
finds out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run is made: `quick` for a smoke test with small numbers, `long` for the ten minutes of
    number 21."""

    seed: int = 1
    quick: bool = False
    long: bool = False

    def size(self, full: int, quick: int) -> int:
        return quick if self.quick else full


@dataclass(frozen=True, slots=True)
class Result:
    """What was counted, in words; whether that meets the criterion; and what became of the rival
    under this fault."""

    counted: str
    ok: bool
    rival: str = ""


Run = Callable[[Plan], Result]


@dataclass(frozen=True, slots=True)
class Scenario:
    number: int
    fault: str
    how: str
    criterion: str
    run: Run


SCENARIOS: dict[int, Scenario] = {}


def scenario(number: int, fault: str, how: str, criterion: str) -> Callable[[Run], Run]:
    """Enter a function into the table. The number is the one it is known by for good; gaps are told
    on the page."""

    def enter(run: Run) -> Run:
        SCENARIOS[number] = Scenario(number, fault, how, criterion, run)
        return run

    return enter
