"""Tables as CSV, safe to open in a spreadsheet: no text of a record is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.sales_tables import ShownTable

# What makes a spreadsheet take a text for a formula, also behind a tab or a line's end.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def written(columns: Sequence[ShownTable], rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows under the heads of their columns; figures are plain numbers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.head for column in columns])
    writer.writerows([[_cell(row.get(column.name)) for column in columns] for row in rows])
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Answer a text that could be a formula behind an apostrophe; a number stays one."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
