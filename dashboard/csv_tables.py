"""Tables as CSV, safe to open in a spreadsheet: no text of a record is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from analytics.spreadsheets import cell
from dashboard.sales_tables import ShownTable


def written(columns: Sequence[ShownTable], rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows under the heads of their columns; figures are plain numbers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.head for column in columns])
    writer.writerows([[cell(row.get(column.name)) for column in columns] for row in rows])
    return text.getvalue()
