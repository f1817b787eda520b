"""Draws that are cheaper than random.choice; three million of them make a portal."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def pick(rng: Random, among: Sequence[T]) -> T:
    """Choose one of them, each as likely."""
    return among[int(rng.random() * len(among))]


def often(rng: Random, among: Sequence[T]) -> T:
    """Choose one of them, the first ones far more often."""
    return among[int(rng.random() ** 2.5 * len(among))]
