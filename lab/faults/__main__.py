"""`python -m lab.faults [NUMBER …]`: run scenarios one after another, say what was found, write
docs/reliability.md."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence

from lab.benchmarks.pace import paced
from lab.faults import families, page  # noqa: F401
from lab.faults.scenario import SCENARIOS, Plan, Result, Scenario

LONGEST_SECONDS = 900  # of one scenario: one that hangs is a failure, not a wait


def main(arguments: Sequence[str]) -> int:
    asked = _parser().parse_args(arguments)
    # what our own calls of the workers' functions say of all these faults would drown the table
    logging.disable()
    plan = Plan(asked.seed, asked.quick, asked.long)
    if unknown := set(asked.numbers) - SCENARIOS.keys():
        sys.exit(
            f"No such scenario: {', '.join(map(str, sorted(unknown)))}. There are "
            f"{list(SCENARIOS)}."
        )
    passed = [_run(SCENARIOS[number], plan) for number in asked.numbers or sorted(SCENARIOS)]
    print(f"{sum(passed)} of {len(passed)} pass.")
    return 0 if all(passed) else 1


def _run(one: Scenario, plan: Plan) -> bool:
    print(f"{one.number}. {one.fault}: {one.how}", flush=True)
    began = time.monotonic()
    with paced() as pace:
        result = _result(one, plan)
    seconds = time.monotonic() - began
    machine = f"{pace}, load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores at the end"
    verdict = "pass" if result.ok else "FAIL"
    print(
        f"   {verdict} in {seconds:.0f} s. Criterion: {one.criterion}. Counted: {result.counted}."
        f" Meanwhile: {machine}.",
        flush=True,
    )
    if result.rival:
        print(f"   Rival: {result.rival}.", flush=True)
    if not plan.quick:
        page.keep(one.number, result, plan, seconds, machine)
    return result.ok


def _result(one: Scenario, plan: Plan) -> Result:
    """Run a scenario. One that breaks off has failed, and the others still run."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST_SECONDS)
    try:
        return one.run(plan)
    except (
        Exception
    ) as error:  # the outermost frame of a scenario: recorded, and counted as a failure
        return Result(f"broke off: {type(error).__name__}: {error}"[:300], ok=False)
    finally:
        signal.alarm(0)


def _too_long(*_: object) -> None:
    raise TimeoutError(f"more than {LONGEST_SECONDS} s")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab.faults", description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int, help="Scenarios; all without.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--quick", action="store_true", help="Small numbers, and nothing written: a smoke test."
    )
    parser.add_argument("--long", action="store_true", help="Number 21 for its full ten minutes.")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
