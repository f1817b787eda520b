"""The families of routes, as data: one more is one entry here and one module."""

from __future__ import annotations

from dataclasses import dataclass

from apiflask import APIBlueprint

from api import (
    activity_routes,
    analytics_routes,
    competitor_routes,
    credentials,
    event_routes,
    extraction_routes,
    forecast_routes,
    ingest_routes,
    letter_routes,
    link_routes,
    metric_routes,
    outgoing_routes,
    past_routes,
    portal_routes,
    record_routes,
    score_routes,
    setting_routes,
    sync_routes,
)


@dataclass(frozen=True, slots=True)
class Family:
    """Routes that belong together, under one prefix and one heading of the document."""

    name: str
    prefix: str
    about: str
    routes: APIBlueprint
    root: str = "/api/v1"


FAMILIES = (
    Family("metrics", "", "How sales go, in figures and tables", metric_routes.routes),
    Family("dashboard", "", "The data of the charts", analytics_routes.routes, root="/api"),
    Family("activity", "", "What was done for deals", activity_routes.routes),
    Family("past", "", "The pipeline as it was on a day", past_routes.routes),
    Family("competitors", "/competitors", "Who we win and lose against", competitor_routes.routes),
    Family("scores", "/scores", "Which leads will buy, why, and how sure", score_routes.routes),
    Family("forecast", "", "What will be won, and quotas", forecast_routes.routes),
    Family("records", "", "Every record, its past and its links", record_routes.routes),
    Family("links", "/links", "Which links are uncertain, and deciding", link_routes.routes),
    Family("portals", "/portals", "The HubSpot accounts that are mirrored", portal_routes.routes),
    Family("settings", "", "What administrators set, and the audit", setting_routes.routes),
    Family("sync", "", "Is the copy equal and fresh, and what runs?", sync_routes.routes),
    Family("extractions", "/extractions", "Read records of HubSpot", extraction_routes.routes),
    Family("dead-letters", "/dead-letters", "What failed, and replay", letter_routes.routes),
    Family("outgoing", "/outgoing", "What leaves Spoke, and replay", outgoing_routes.routes),
    Family("events", "/events", "What HubSpot sent", event_routes.routes),
    Family("ingest", "", "Events of your own website and product", ingest_routes.routes),
    Family("credentials", "/credentials", "Try out a token of HubSpot", credentials.routes),
)
