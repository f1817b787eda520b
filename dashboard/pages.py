"""The pages, as data: one more is one entry here, one module and one template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from werkzeug.wrappers import Response

from dashboard import (
    activity_page,
    analytics_page,
    audit_page,
    competitors_page,
    events_page,
    forecast_page,
    links_page,
    outgoing_page,
    page_tables,
    past_page,
    portals_page,
    record_answers,
    record_page,
    records_page,
    run_page,
    runs_page,
    sales_page,
    scores_page,
    search_page,
    settings_page,
    sync_page,
    tokens_page,
)
from dashboard.analytics_tabs import ANALYTICS_TABS, AnalyticsTab
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
    part_of: str = ""  # the page of the menu under which it is found; "": it is in the menu itself
    template: str = ""  # "": of the page's name
    group: str = ""  # of pages that stand together; the first one is in the menu by this name


@dataclass(frozen=True, slots=True)
class Reply:
    """What answers with no page: a file, or a form that changes something."""

    name: str
    path: str
    scope: str  # "": the reply looks itself
    answer: Callable[[Servers, Caller, Asked], Response]
    method: str = "GET"


def _of_analytics(tab: AnalyticsTab) -> WebPage:
    fill = partial(analytics_page.fill, tab=tab.name)
    first = ANALYTICS_TABS[0].name
    return WebPage(
        tab.name,
        tab.path,
        tab.title,
        "pie",
        "metrics:read",
        fill,
        live_seconds=30,
        part_of="" if tab.name == first else first,
        template="analytics.html",
        group="Analytics",
    )


PAGES = (
    WebPage("sales", "/", "Sales", "chart", "metrics:read", sales_page.fill, live_seconds=30),
    *map(_of_analytics, ANALYTICS_TABS),
    WebPage("activity", "/activity", "Activity", "check", "metrics:read", activity_page.fill),
    WebPage("sync", "/sync", "Sync", "pulse", "status:read", sync_page.fill, live_seconds=3),
    WebPage("events", "/events", "Events", "list", "status:read", events_page.fill, 5),
    WebPage("runs", "/runs", "Runs", "list", "status:read", runs_page.fill, 5, part_of="sync"),
    WebPage(
        "run", "/runs/<scan_id>", "Run", "list", "status:read", run_page.fill, 2, part_of="sync"
    ),
    WebPage("records", "/records", "Records", "table", "records:read", records_page.fill, 5),
    WebPage(
        "record",
        "/records/<object_type>/<hubspot_id>",
        "Record",
        "table",
        "records:read",
        record_page.fill,
        live_seconds=5,
        part_of="records",
    ),
    WebPage(
        "search",
        "/search",
        "Search",
        "table",
        "records:read",
        search_page.fill,
        part_of="records",
    ),
    WebPage("links", "/links", "Links", "link", "metrics:read", links_page.fill),
    WebPage(
        "competitors",
        "/competitors",
        "Competitors",
        "spark",
        "metrics:read",
        competitors_page.fill,
        live_seconds=30,
    ),
    WebPage("past", "/past", "Past", "clock", "metrics:read", past_page.fill),
    WebPage("scores", "/scores", "Scores", "spark", "metrics:read", scores_page.fill),
    WebPage("forecast", "/forecast", "Forecast", "chart", "metrics:read", forecast_page.fill),
    WebPage("outgoing", "/outgoing", "Outgoing", "out", "status:read", outgoing_page.fill, 5),
    WebPage("portals", "/portals", "Portals", "portal", "portals:admin", portals_page.fill),
    WebPage("settings", "/settings", "Settings", "gear", "portals:admin", settings_page.fill),
    WebPage("tokens", "/tokens", "Tokens", "key", "portals:admin", tokens_page.fill),
    WebPage("audit", "/audit", "Audit", "eye", "portals:admin", audit_page.fill, 10),
)
REPLIES = (
    Reply("token_made", "/tokens/new", "portals:admin", tokens_page.make, "POST"),
    Reply("token_rotated", "/tokens/rotate", "portals:admin", tokens_page.rotate, "POST"),
    Reply("table_file", "/tables/<table>.csv", "", page_tables.as_csv),
    Reply("records_file", "/records.csv", "records:read", record_answers.as_csv),
    Reply(
        "record_refresh",
        "/records/<object_type>/<hubspot_id>/refresh",
        "replay:write",
        record_answers.refresh,
        "POST",
    ),
)
