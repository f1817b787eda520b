"""Describe a block of rows to be made, and the companies and contacts that later entities point
at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lab.scale.draws import Places, numbers_as_text
from lab.scale.seasons import START, Floats, Season, Times, moments

ROWS = 50_000  # of a block, which is a row group of the file


@dataclass(frozen=True)
class Block:
    """Name the rows `begins` … `begins + rows` of an entity that has `total`."""

    rng: np.random.Generator
    begins: int
    rows: int
    total: int

    @property
    def places(self) -> Places:
        return np.arange(self.begins, self.begins + self.rows, dtype=np.int64)

    def ids(self, first: int) -> pa.Array:
        """Answer ids of nine digits, rising; each entity has a first one of its own."""
        return numbers_as_text(self.places + first + 1)

    def moments(self, season: Season, rows: int | None = None) -> Times:
        """Draw the moments of this block, in order; of fewer rows where one stands for several."""
        count = self.rows if rows is None else rows
        draws: Floats = np.sort(self.rng.random(count))
        scaled = self.begins * count / self.rows if self.rows else 0
        return moments(season, scaled, draws, self.total * count / self.rows)


@dataclass
class Known:
    """Hold of companies and contacts as much as other records repeat: 30 bytes a record."""

    companies: int
    contacts: int
    company_created: Times = field(init=False)
    company_industry: NDArray[Any] = field(init=False)
    company_region: NDArray[Any] = field(init=False)
    contact_touched: Times = field(init=False)
    contact_company: NDArray[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.company_created = np.full(self.companies, START, np.int64)
        self.company_industry = np.zeros(self.companies, np.int8)
        self.company_region = np.zeros(self.companies, np.int8)
        self.contact_touched = np.full(self.contacts, START, np.int64)
        self.contact_company = np.zeros(self.contacts, np.int32)

    def company_at(self, rng: np.random.Generator, times: Times) -> Places:
        """Draw a company that exists at each time, older ones a little more often."""
        return _earlier(rng, self.company_created, times, 1.3)

    def contact_at(self, rng: np.random.Generator, times: Times) -> Places:
        """Draw a contact that is known at each time."""
        return _earlier(rng, self.contact_touched, times, 1.0)


def _earlier(rng: np.random.Generator, kept: Times, times: Times, favour: float) -> Places:
    there = np.searchsorted(kept, times, side="right")  # the first is there from the start
    drawn: Places = (there * rng.random(len(times)) ** favour).astype(np.int64)
    return drawn
