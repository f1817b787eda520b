"""List requests that the receiver refused within a day, as it noted them in Redis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import redis

RECENT = timedelta(hours=1)  # refusals before that are told, and need no action
CURE = (
    "Compare HUBSPOT_CLIENT_SECRET and PUBLIC_URL with the app's settings in HubSpot; HubSpot "
    "sends again for 24 hours."
)
NOT_HUBSPOTS = (
    "HubSpot sends an array of at most 100 events: this was another sender, or a proxy changes "
    "bodies."
)
LAST = "spoke:refused"  # written by webhooks/refusals.py, which nothing here may import


@dataclass(frozen=True, slots=True)
class LatelyRefused:
    """Count what was refused for one reason."""

    reason: str
    count: int
    since: datetime
    last_at: datetime
    path: str
    cause: str

    @property
    def is_recent(self) -> bool:
        """Tell whether it goes on, so that it is to be mended."""
        return datetime.now(UTC) - self.last_at < RECENT

    @property
    def cure(self) -> str:
        """Say what to do about it: only a signature has to do with our settings."""
        return CURE if self.reason == "unauthorized" else NOT_HUBSPOTS

    def __str__(self) -> str:
        many = "1 request was" if self.count == 1 else f"{self.count:,} requests were"
        return (
            f"{many} refused as {self.reason.replace('_', ' ')} since "
            f"{self.since:%Y-%m-%d %H:%M:%S}, the last at {self.last_at:%Y-%m-%d %H:%M:%S} to "
            f"{self.path}: {self.cause}"
        )


def refused(server: redis.Redis) -> list[LatelyRefused]:
    """Answer them by reason, the latest first."""
    noted = cast(dict[bytes, bytes], server.hgetall(LAST))
    said = {name.decode(): value.decode(errors="replace") for name, value in noted.items()}
    reasons = {name.partition(":")[0] for name in said}
    found = [_refused(reason, said) for reason in reasons if f"{reason}:at" in said]
    return sorted(found, key=lambda each: each.last_at, reverse=True)


def _refused(reason: str, said: dict[str, str]) -> LatelyRefused:
    return LatelyRefused(
        reason,
        int(said[f"{reason}:count"]),
        _time(said[f"{reason}:since"]),
        _time(said[f"{reason}:at"]),
        said[f"{reason}:path"],
        said[f"{reason}:cause"],
    )


def _time(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
