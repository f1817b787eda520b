"""Describe a table of a page that people take home as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.asked import Asked
from dashboard.sales_tables import ShownTable
from operations.callers import Caller
from operations.servers import Servers

MOST_ROWS = 2_000
Rows = Iterable[Mapping[str, Any]]
Read = Callable[[Servers, Caller, Asked], Rows]


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of a page: who may take it home, the function that reads it, and its columns.

    `shown` lists columns with a semicolon between. A head is the column's name in words, or what
    stands behind the colon.
    """

    name: str
    scope: str
    read: Read
    shown: str

    @property
    def columns(self) -> list[ShownTable]:
        """Answer the columns with their heads, in their order."""
        return [_column(*each.split(": ")) for each in self.shown.split("; ")]


def _column(name: str, head: str = "") -> ShownTable:
    return ShownTable(name, head or name.replace("_", " ").capitalize())
