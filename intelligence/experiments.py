"""Assign leads to the variants of an experiment, the same each time, and say what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959964  # of 95 %


@dataclass(frozen=True, slots=True)
class Lift:
    """Hold by how many points of conversion a variant is better, with its 95 % interval."""

    points: float
    least: float
    most: float

    @property
    def is_sure(self) -> bool:
        """Tell whether the interval leaves out that nothing changed."""
        return not self.least <= 0 <= self.most


def variant(experiment: str, contact_id: str, variants: Sequence[str] = ("a", "b")) -> str:
    """Choose a lead's variant by a hash, so that it needs no memory and never changes."""
    digest = hashlib.sha256(f"{experiment}:{contact_id}".encode()).digest()
    return variants[int.from_bytes(digest[:8], "big") % len(variants)]


def lift(won: tuple[int, int], of: tuple[int, int]) -> Lift | None:
    """Compare the second variant with the first by Newcombe's interval, which holds for few leads,
    too. None where a variant has no lead."""
    if not all(of):
        return None
    (p, low, high), (q, less, more) = map(_rate, won, of)
    down = sqrt((q - less) ** 2 + (high - p) ** 2)
    up = sqrt((more - q) ** 2 + (p - low) ** 2)
    return Lift(q - p, q - p - down, q - p + up)


def _rate(won: int, of: int) -> tuple[float, float, float]:
    rate, square = won / of, Z * Z / of
    middle = (rate + square / 2) / (1 + square)
    half = Z * sqrt(rate * (1 - rate) / of + square / (4 * of)) / (1 + square)
    return rate, middle - half, middle + half
