"""Axes: round steps, and numbers as short as they can be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

STEPS = (1, 2, 2.5, 5, 10)
UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


def ticks(low: float, high: float, about: int = 4, least: float = 0) -> list[float]:
    """Answer round values that cover low to high, about so many; never fewer than two. `least` is
    the smallest step: there is no half of a deal."""
    if high <= low:
        high = low + 1
    raw = (high - low) / about
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * each for each in STEPS if size * each >= raw * 0.999)
    step = max(step, least)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(step * n, 10) for n in range(first, last + 1)]


def paired(left: float, right: float) -> tuple[list[float], list[float]]:
    """Answer the steps of two axes from 0 up, as many of the one as of the other: they share their
    rules."""
    axes = ticks(0, left), ticks(0, right)
    count = max(map(len, axes))
    return _extended(axes[0], count), _extended(axes[1], count)


def _extended(steps: list[float], count: int) -> list[float]:
    size = steps[1] - steps[0]
    return [round(steps[0] + size * n, 10) for n in range(count)]


def least(values: Iterable[float]) -> int:
    """Answer the smallest step of an axis: 1 where all values are whole."""
    return int(all(value.is_integer() for value in values))


def short(value: float) -> str:
    """Show a number in three or four characters, as axes need it: 12.5k, 3M, 0.4."""
    for size, unit in UNITS:
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def places(count: int, start: float, length: float) -> list[float]:
    """Spread so many points evenly, the first and the last at the ends."""
    if count == 1:
        return [start + length / 2]
    return [start + length * n / (count - 1) for n in range(count)]


def shown(labels: Sequence[str], most: int = 8) -> list[int]:
    """Answer which labels there is room for: the first, the last, and evenly between."""
    if len(labels) <= most:
        return list(range(len(labels)))
    step = math.ceil(len(labels) / most)
    return list(range(0, len(labels), step))
