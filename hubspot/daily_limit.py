"""Judge HubSpot's daily limit: what is left of it, and whether that lasts until midnight. Pure.

One limit per account, shared by all its apps, given back at midnight in the account's time zone:
https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TENTH = 10  # one in ten of the day's requests is kept for live changes
NO_ANSWER = "none"  # the status of a request that got no answer
CURRENT = timedelta(hours=1)  # what was said before that may be of yesterday


@dataclass(frozen=True, slots=True)
class Daily:
    """Hold what an answer said: how many requests the account has in a day, how many are left, and
    when it said so."""

    limit: int
    remaining: int
    seen_at: datetime

    def is_short(self, now: datetime) -> bool:
        """Tell whether what is left is the tenth that live changes may need."""
        return self.remaining <= self.limit // TENTH and now - self.seen_at < CURRENT


@dataclass(frozen=True, slots=True)
class Forecast:
    """Say how the day goes on. `spent_at` is when nothing will be left at today's pace, None if
    that is after midnight; both times are in the account's zone."""

    limit: int
    used: int
    remaining: int
    resets_at: datetime
    spent_at: datetime | None


def daily_key(portal: str) -> str:
    """Name the hash in Redis that keeps what the last answer said."""
    return f"spoke:limit:{portal}:daily"


def answers_key(portal: str) -> str:
    """Name the hash in Redis that counts HubSpot's answers by status."""
    return f"spoke:limit:{portal}:answers"


def blocked_key(portal: str) -> str:
    """Name the key in Redis that stands while HubSpot lets a portal ask nothing."""
    return f"spoke:limit:{portal}:rolling:blocked"


def kept(found: Mapping[bytes, bytes]) -> Daily | None:
    """Read that hash; None where no answer has told of the day yet."""
    if not found:
        return None
    seen_at = datetime.fromisoformat(found[b"at"].decode())
    return Daily(int(found[b"limit"]), int(found[b"remaining"]), seen_at)


def observed(headers: Mapping[str, str], now: datetime) -> Daily | None:
    """Read an answer's headers; None for answers that do not say: searches, and apps with OAuth."""
    limit, remaining = (
        headers.get("X-HubSpot-RateLimit-Daily", ""),
        headers.get("X-HubSpot-RateLimit-Daily-Remaining", ""),
    )
    known = all(
        text.isascii() and text.isdigit() and len(text) <= 12 for text in (limit, remaining)
    )
    if known:
        return Daily(int(limit), int(remaining), now)
    return None


def forecast(daily: Daily, time_zone: str, now: datetime) -> Forecast:
    """Extrapolate today's use so far to midnight. What was seen yesterday says nothing but the
    limit."""
    local = now.astimezone(zone(time_zone))
    began = local.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = (began + timedelta(days=1, hours=2)).replace(hour=0)  # days of 23 and 25 hours included
    if daily.seen_at < began:
        return Forecast(daily.limit, 0, daily.limit, ends, None)
    used = max(0, daily.limit - daily.remaining)
    elapsed = (daily.seen_at - began.astimezone(UTC)).total_seconds()
    spent_at = None
    if used:
        spent_at = daily.seen_at + timedelta(seconds=elapsed * daily.remaining / used)
    if spent_at is not None:
        spent_at = spent_at.astimezone(local.tzinfo) if spent_at < ends else None
    return Forecast(daily.limit, used, daily.remaining, ends, spent_at)


def zone(name: str) -> ZoneInfo:
    """Answer a time zone; UTC for a zone that this machine does not know: of a forecast only, and
    `spoke status` says that the zone is unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
