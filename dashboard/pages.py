"""The pages, as data: one more is one entry here, one module and one template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard import events_page, sales_page, sync_page
from dashboard.asked import Asked
from operations.callers import Caller
from operations.servers import Servers

Fill = Callable[[Servers, Caller, Asked], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page: its place, who may open it, and the function that finds what its template shows."""

    name: str
    path: str
    title: str
    icon: str
    scope: str
    fill: Fill
    live_seconds: int = 0  # how often its parts are read again while it is open; 0: never


PAGES = (
    WebPage("sales", "/", "Sales", "chart", "metrics:read", sales_page.fill, live_seconds=30),
    WebPage("sync", "/sync", "Sync", "pulse", "status:read", sync_page.fill, live_seconds=3),
    WebPage("events", "/events", "Events", "list", "status:read", events_page.fill, 5),
)
