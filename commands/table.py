"""Write plain text for people: columns that fit a terminal, numbers, ages. No box around anything,
so that grep works."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

WIDTH = 100
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def table(
    names: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()
) -> list[str]:
    """Align lines, names first; the columns named in `right` end flush. A cell that exceeds the
    width wraps below its column if that is the last one."""
    cells = [list(names)]
    for row in rows:
        cells.append([text(value) for value in row])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    start = 2 + sum(width + 2 for width in widths[:-1])
    lines = []
    for cell_row in cells:
        aligned = _aligned(cell_row, widths, [name in right for name in names])
        lines += wrapped("  ".join(aligned), start)
    return lines


def _aligned(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> Iterator[str]:
    for cell, width, is_right in zip(cells, widths, right, strict=True):
        yield cell.rjust(width) if is_right else cell.ljust(width)


def section(title: str, lines: Sequence[str], empty: str = "none") -> list[str]:
    """Put a title over lines; where there are none, the title says so."""
    if lines:
        return [title, *lines]
    return [f"{title}: {empty}"]


def listed(
    title: str,
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
    right: Sequence[str] = (),
    empty: str = "none",
) -> list[str]:
    """Make a section of a table."""
    return section(title, table(names, rows, right) if rows else [], empty)


def wrapped(line: str, start: int) -> list[str]:
    """Wrap a line to WIDTH characters, its rest below, from column `start` on."""
    return textwrap.wrap(
        harmless(line).rstrip(), WIDTH, initial_indent="  ", subsequent_indent=" " * start,
        drop_whitespace=True,
        replace_whitespace=False, break_on_hyphens=False,
    )  # fmt: skip


def harmless(line: str) -> str:
    """Show control characters instead of sending them: in CRM text they would steer the terminal.
    Marks that turn the direction of writing count as such."""
    return _CONTROLS.sub(_shown, line)


def _shown(control: re.Match[str]) -> str:
    if control[0] in "\t\n":
        return " "
    return f"\\u{ord(control[0]):04x}"


def text(value: object) -> str:
    """Write a cell: nothing as nothing, thousands with commas, times to the second in UTC."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def age(seconds: float | None) -> str:
    """Write an age: 12 s, 5 min, 3 h 20 min, 4 d 2 h."""
    if seconds is None:
        return ""
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86_400)
    if seconds < 100:
        return f"{max(seconds, 0):.0f} s"
    if minutes < 100:
        return f"{minutes} min"
    if hours < 48:
        return f"{hours} h {minutes % 60} min"
    return f"{days} d {hours % 24} h"
