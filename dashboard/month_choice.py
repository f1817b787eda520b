"""Which months a tab of Analytics shows: presets and free months, in the URL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date

from analytics.month_spans import ALL_MONTHS, MonthSpan
from dashboard.asked import Asked

MONTH_PRESETS = {
    "month": "This month",
    "quarter": "This quarter",
    "year": "This year",
    "12m": "Last 12 months",
    "24m": "Last 24 months",
    "all": "All time",
    "free": "Free months",
}
EVER = "all"


@dataclass(frozen=True, slots=True)
class MonthChoice:
    """A preset, and the months that it stands for today."""

    preset: str
    span: MonthSpan

    @property
    def first(self) -> str:
        """Answer the first month as a form has it."""
        return f"{self.span.begins:%Y-%m}" if self.span.begins else ""

    @property
    def last(self) -> str:
        """Answer the last month as a form has it."""
        return f"{self.span.ends:%Y-%m}" if self.span.ends else ""


def read(asked: Asked) -> MonthChoice:
    """Read the months of a URL. Free days are widened to their months; days of other pages, as the
    last 30, are none that sums by month can answer: all time is shown."""
    preset = asked.words.get("period", "")
    if preset not in MONTH_PRESETS:
        preset = "free" if asked.period == "free" else EVER
    if preset == "free":
        return MonthChoice("free", MonthSpan(asked.begins, asked.ends))
    today = asked.now.astimezone(UTC).date()
    if begins := _begins(preset, today):
        return MonthChoice(preset, MonthSpan(begins, today))
    return MonthChoice(EVER, ALL_MONTHS)


def _begins(preset: str, today: date) -> date | None:
    first = today.replace(day=1)
    if preset == "month":
        return first
    if preset == "quarter":
        return first.replace(month=(today.month - 1) // 3 * 3 + 1)
    if preset == "year":
        return first.replace(month=1)
    if preset in ("12m", "24m"):
        return _earlier(first, int(preset[:2]) - 1)
    return None


def _earlier(first: date, months: int) -> date:
    years, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(years, month + 1, 1)
