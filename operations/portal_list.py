"""List portals as pages and programs see them: no token, and none that the caller may not see."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from db.portals import Portal
from operations import country
from operations.servers import Servers

_SHOWN = (
    *("portal_id", "name", "time_zone", "currency", "paused", "paused_until", "paused_reason"),
    *("rate_limit", "country"),
)


def seen_by(servers: Servers, portals: Collection[int]) -> list[dict[str, Any]]:
    """Answer these portals with their state, by id."""
    found = [portal for portal in servers.portals() if portal.portal_id in portals]
    found.sort(key=lambda portal: portal.portal_id)
    return [
        _shown(portal) | {"numbers_wait": country.is_under_way(servers, portal.portal_id)}
        for portal in found
    ]


def _shown(portal: Portal) -> dict[str, Any]:
    return {name: getattr(portal, name) for name in _SHOWN}
