"""Show how far a long run over rows is: a bar for each table or file, with rows a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class RowBars:
    """Keep one bar for each name that is told of."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def tell(self, name: str, done: int, total: int) -> None:
        """Move a bar; the first word of a name makes it."""
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=total, rate="")
        spent = self._bars.tasks[self._tasks[name]].elapsed or 0.0
        rate = f"{done / spent:,.0f} rows/s" if spent > 0.1 else ""
        self._bars.update(self._tasks[name], completed=done, total=total, rate=rate)


@contextmanager
def row_bars(console: Console) -> Iterator[RowBars]:
    """Show bars until the end of the block."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bars:
        yield RowBars(bars)
