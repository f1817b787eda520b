"""`python -m tests.soak`: seed after seed for some minutes, or one seed once; says how to repeat
what fails."""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import time
import traceback

from lab import ownership
from lab.surroundings import leave_shell
from tests.soak.machine import live
from tests.soak.stage import Stage, set_up_alone
from tests.soak.steps import missing
from tests.soak.usage import grown, usage

LIVES, LENGTH = 7, 150


def main() -> None:
    leave_shell()
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("SOAK_MINUTES", 30)))
    parser.add_argument(
        "--seed", type=int, default=os.environ.get("SOAK_SEED"), help="only this one, once"
    )
    parser.add_argument(
        "--lives", type=int, default=LIVES, help=f"of one seed; each has {LENGTH} steps at most"
    )
    asked = parser.parse_args()
    logging.disable(logging.ERROR)  # what fails on purpose
    ends = time.monotonic() + 60 * asked.minutes
    try:
        with set_up_alone() as stage:
            _live_on(stage, asked, ends)
            print(stage.told())
            if asked.seed is None and (never := missing(stage.tally)):
                sys.exit(f"Too short: these never happened: {', '.join(never)}")
            print("equal to the end, and nothing grew")
    except ownership.NotOurs as error:
        sys.exit(str(error))


def _live_on(stage: Stage, asked: argparse.Namespace, ends: float) -> None:
    """Live seed after seed. What the first left is the measure: by then everything is loaded."""
    first = None
    while True:
        seed = random.randrange(10**9) if asked.seed is None else asked.seed
        _live(stage, seed, asked.lives)
        last = usage(stage)
        first = first or last
        if asked.seed is not None or time.monotonic() > ends:
            break
    print(f"after the first seed: {first}\nat the end: {last}")
    if more := grown(first, last):
        sys.exit(f"These grew: {', '.join(more)}")


def _live(stage: Stage, seed: int, lives: int) -> None:
    began, before = time.monotonic(), stage.tally["steps"]
    try:
        live(stage, seed, lives, LENGTH, with_guests=True)
    except Exception:
        traceback.print_exc()  # ends with the fewest steps that fail
        sys.exit(
            f"Failed. Repeat it with: make soak SOAK_SEED={seed}, or python -m tests.soak --seed "
            f"{seed}"
        )
    steps, seconds = stage.tally["steps"] - before, time.monotonic() - began
    total = f"{stage.tally['steps']:,} steps in {stage.tally['lives']} lives"
    print(
        f"seed {seed}: equal after {steps:,} steps ({steps / seconds:.0f}/s); so far {total}",
        flush=True,
    )


if __name__ == "__main__":
    main()
