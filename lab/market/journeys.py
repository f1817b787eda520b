"""Draw what becomes of one deal, day by day, by the rules of causes.py and truth.py."""

from __future__ import annotations

from math import exp
from random import Random

from lab.market.causes import MOST_TOUCHES, PATIENCE_DAYS, STAGES, TOUCH_EFFECT
from lab.market.truth import DAY_MS, Path, decided, effect

HOUR_MS = 3_600_000


def travel(rng: Random, path: Path, until_ms: int) -> None:
    """Move a deal from its first touch on until it is closed or the market ends."""
    path.entered.append(path.created_ms)
    if path.begun_ms >= until_ms:
        return
    path.touched.append(path.begun_ms)
    now = path.begun_ms
    for stage in range(len(STAGES)):
        if stage:
            path.entered.append(now)
        left = _stay(rng, path, stage, now, until_ms)
        if left is None:
            return
        now, is_advanced = left
        if not is_advanced:
            path.closed_ms = now
            return
    path.closed_ms, path.is_won = now, True


def _stay(
    rng: Random, path: Path, stage: int, since: int, until_ms: int
) -> tuple[int, bool] | None:
    """Answer when a stage was decided, and whether the deal went on; None where it is open."""
    touches = 0 if stage else 1
    for day in range(PATIENCE_DAYS):
        begins = since + day * DAY_MS
        hour = begins + int(rng.random() * 0.9 * DAY_MS)
        if rng.random() < path.touches_a_day and hour < until_ms:
            path.touched.append(hour)
            touches += 1
        if rng.random() < decided(stage, day):
            at = begins + int((0.91 + 0.09 * rng.random()) * DAY_MS)
            logit = path.logit + effect(stage, day) + TOUCH_EFFECT * min(touches, MOST_TOUCHES)
            is_advanced = rng.random() < 1 / (1 + exp(-logit))
            return (at, is_advanced) if at < until_ms else None
    given_up = since + PATIENCE_DAYS * DAY_MS
    return (given_up, False) if given_up < until_ms else None
