"""A period of whole months, as aggregations keep their sums: by month of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from db.connect import Connection
from db.queries import QUERIES


@dataclass(frozen=True, slots=True)
class MonthSpan:
    """The months from the one of `begins` to the one of `ends`, whole; None leaves an end open."""

    begins: date | None = None
    ends: date | None = None

    def narrow(self, conn: Connection) -> None:
        """Narrow every aggregation that this transaction reads to these months."""
        asked = {"since": _month(self.begins), "until": _month(self.ends)}
        conn.execute(QUERIES["narrow_to_months"], asked)

    @property
    def words(self) -> str:
        """Say which months these are; "": all."""
        first, last = (f"{day:%b %Y}" if day else "" for day in (self.begins, self.ends))
        if first and last and first != last:
            return f"{first} to {last}"
        if first and not last:
            return f"{first} and later"
        if last and not first:
            return f"{last} and earlier"
        return first


ALL_MONTHS = MonthSpan()


def is_first(day: date) -> bool:
    """Answer whether a month begins on this day."""
    return day.day == 1


def is_last(day: date) -> bool:
    """Answer whether a month ends on this day."""
    return (day + timedelta(days=1)).day == 1


def _month(day: date | None) -> str:
    return f"{day:%Y-%m}" if day else ""
