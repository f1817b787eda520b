"""Draw values for a block of rows, as columns of Arrow: words by weight, ids, times, and values
that go together without losing their distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lab.scale.seasons import DAY, Floats, Times

Places = NDArray[np.int64]  # of words in their list, or of records in their entity
MOMENT = pa.timestamp("ms", tz="UTC")
WORD = pa.dictionary(pa.int16(), pa.string())


def randomness(seed: int, entity: str, block: int) -> np.random.Generator:
    """Answer a generator for one block of one entity. Blocks need no other block: the same seed
    gives the same rows, in whichever order blocks are made."""
    named = int.from_bytes(entity.encode(), "big")
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, named, block])))


def pick(rng: np.random.Generator, count: int, weights: Sequence[float]) -> Places:
    """Draw places of a list by the weights of its words."""
    limits = np.cumsum(weights)
    return np.searchsorted(limits[:-1] / limits[-1], rng.random(count), side="right")


def pick_by(rng: np.random.Generator, of: Places, weights: Sequence[Sequence[float]]) -> Places:
    """Draw places by the weights of the row that `of` names for each."""
    limits = np.cumsum(weights, axis=1)
    limits = limits / limits[:, -1:]
    passed: Places = (rng.random(len(of))[:, None] >= limits[of][:, :-1]).sum(axis=1)
    return passed


def shared_out(count: int, weights: Sequence[float]) -> list[int]:
    """Divide a count by weights: whole numbers whose sum is the count (largest remainders)."""
    exact = np.asarray(weights) / np.sum(weights) * count
    parts = np.floor(exact + 1e-9).astype(np.int64)
    largest = np.argsort(parts - exact, kind="stable")
    parts[largest[: count - int(parts.sum())]] += 1
    return [int(part) for part in parts]


def following(
    rng: np.random.Generator, values: NDArray[Any], tendency: NDArray[Any], noise: float
) -> NDArray[Any]:
    """Rearrange values so that high ones tend to stand where `tendency` is high: the values, and
    so their distribution, stay as they were."""
    order = np.argsort(tendency + noise * rng.standard_normal(len(values)), kind="stable")
    placed = np.empty_like(values)
    placed[order] = np.sort(values)
    return placed


def words(listed: Sequence[str], places: NDArray[Any]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(places.astype(np.int16)), pa.array(listed, pa.string())
    )


def texts(listed: Sequence[str], places: NDArray[Any]) -> pa.Array:
    return pa.array(listed, pa.string()).take(pa.array(places))


def joined(*parts: pa.Array | str) -> pa.Array:
    """Join columns and fixed texts to one column."""
    return pc.binary_join_element_wise(*parts, "")


def numbers_as_text(numbers: NDArray[Any]) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def moment_column(times: Times) -> pa.Array:
    return pa.array(times).view(MOMENT)


def date_column(times: Times) -> pa.Array:
    return pa.array((times // DAY).astype(np.int32)).view(pa.date32())


def rounded(values: Floats, places: int = 2) -> pa.Array:
    return pa.array(np.round(values, places))


def whole(values: NDArray[Any]) -> pa.Array:
    return pa.array(values.astype(np.int32))
