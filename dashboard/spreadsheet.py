"""CSV that a spreadsheet opens as text: no cell of it is a formula.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"^\s*[=+\-@\t\r\n|%]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def line(cells: Sequence[str | None]) -> str:
    """Write one line, quoted as RFC 4180 says."""
    written = io.StringIO()
    csv.writer(written).writerow([safe(cell or "") for cell in cells])
    return written.getvalue()


def lines(rows: Iterable[Sequence[str | None]]) -> str:
    """Write several lines."""
    return "".join(line(row) for row in rows)


def safe(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate; plain numbers stay numbers."""
    if _NUMBER.fullmatch(text):
        return text
    if _FORMULA.match(text):
        return f"'{text}"
    return text
