"""The families of routes, as data: one more is one entry here and one module."""

from __future__ import annotations

from dataclasses import dataclass

from apiflask import APIBlueprint

from api import metric_routes, portal_routes, record_routes


@dataclass(frozen=True, slots=True)
class Family:
    """Routes that belong together, under one prefix and one heading of the document."""

    name: str
    prefix: str
    about: str
    routes: APIBlueprint


FAMILIES = (
    Family("metrics", "", "How sales go, in figures and tables", metric_routes.routes),
    Family("records", "", "Every record, its past and its links", record_routes.routes),
    Family("portals", "/portals", "The HubSpot accounts that are mirrored", portal_routes.routes),
)
