"""Write what people note about a deal; now and then it names the competitor."""

from __future__ import annotations

import tomllib
from pathlib import Path
from random import Random

from lab.market.causes import COMPETITORS

WORDS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text())
NAMED, TRAPPED = 0.2, 0.01  # of the texts of a deal with a competitor; of all texts


def text(rng: Random, competitor: str | None, name: str) -> str:
    chance = rng.random()
    if competitor and chance < NAMED:
        return rng.choice(WORDS["rivalry"]).format(other=spelled(rng, competitor), name=name)
    kind = "traps" if chance > 1 - TRAPPED else "plain"
    return rng.choice(WORDS[kind]).format(name=name)


def spelled(rng: Random, competitor: str) -> str:
    """Answer a competitor's name, in two of three cases the usual one."""
    return competitor if rng.random() < 0.67 else rng.choice(COMPETITORS[competitor])


def lost_reason(rng: Random, competitor: str | None) -> str | None:
    if competitor and rng.random() < 0.6:
        return rng.choice(WORDS["lost_to"]).format(other=spelled(rng, competitor))
    return rng.choice(WORDS["lost"]) if rng.random() < 0.8 else None
