"""What a page was asked to show: portal, period, owner, pipeline. All of it stands in the URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from dashboard.gate import NotTheirs
from hubspot import daily_limit
from operations.callers import Caller

PRESETS = {
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "month": "This month",
    "quarter": "This quarter",
    "year": "This year",
    "all": "All time",
    "free": "Free dates",
}
DEFAULT = "30d"


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of one page view. `begins` and `ends` are whole days; None: open."""

    portal_id: int
    period: str
    begins: date | None
    ends: date | None
    owner: str | None
    pipeline: str | None
    given: tuple[tuple[str, str], ...]  # as they stand in the URL
    words: MultiDict[str, str]  # everything that stands there, with the parts of the path
    now: datetime  # in the portal's time zone, which decides when a day begins

    @property
    def zone(self) -> tzinfo:
        """Answer the portal's time zone."""
        return self.now.tzinfo or UTC

    @property
    def before(self) -> tuple[date, date] | None:
        """Answer the period of the same length that ended the day before this one begins."""
        if self.begins is None or self.ends is None:
            return None
        days = (self.ends - self.begins).days + 1
        return self.begins - timedelta(days=days), self.begins - timedelta(days=1)

    def url(self, path: str, **changed: str | None) -> str:
        """Answer the address of a page with these filters, some of them changed or (None) gone."""
        kept = dict(self.given) | changed
        query = urlencode({name: value for name, value in kept.items() if value})
        return f"{path}?{query}" if query else path


KEPT = ("portal", "period", "from", "to", "owner", "pipeline")


def read(
    caller: Caller, query: MultiDict[str, str], zone_of: Callable[[int], str], moment: datetime
) -> Asked:
    """Read the filters of a URL. Raises NotTheirs for a portal that the caller may not see.

    What cannot be read as a date or a preset is taken as if it were not there.
    """
    portal_id = _portal(caller, query.get("portal", ""))
    now = moment.astimezone(daily_limit.zone(zone_of(portal_id)))
    period = query.get("period", "")
    if period not in PRESETS:
        period = "free" if query.get("from") or query.get("to") else DEFAULT
    begins, ends = _days(period, query, now.date())
    given = tuple((name, query[name]) for name in KEPT if query.get(name))
    owner, pipeline = query.get("owner") or None, query.get("pipeline") or None
    return Asked(portal_id, period, begins, ends, owner, pipeline, given, query, now)


def _portal(caller: Caller, text: str) -> int:
    if not text:
        return caller.portals[0]
    if not text.isascii() or not text.isdigit() or int(text) not in caller.portals:
        raise NotTheirs
    return int(text)


def _days(period: str, query: Mapping[str, str], today: date) -> tuple[date | None, date | None]:
    if period == "free":
        return _date(query.get("from", "")), _date(query.get("to", ""), is_last=True)
    if period == "all":
        return None, None
    begins = {
        "7d": today - timedelta(days=6),
        "30d": today - timedelta(days=29),
        "90d": today - timedelta(days=89),
        "month": today.replace(day=1),
        "quarter": today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
        "year": today.replace(month=1, day=1),
    }
    return begins[period], today


def _date(text: str, is_last: bool = False) -> date | None:
    """Read a day, or a month as 2026-11: its first day, or its last."""
    try:
        if len(text) != len("2026-11"):
            return date.fromisoformat(text)
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    if is_last:
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first
