"""/api/dashboard and its parts: the data of the charts, one route for each aggregation served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from analytics import aggregation_reads
from analytics.aggregations import SERVED, Aggregation
from api.analytics_models import MODELS, DashboardOut, KpisOut
from api.guard import needs, portal_of, servers_of_app

routes = APIBlueprint("dashboard", __name__, tag="dashboard")
Answer = dict[str, Any]


class AnalysedIn(BaseModel):
    """Which portal."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")


@routes.get("/dashboard")
@needs("metrics:read")
@routes.input(AnalysedIn, location="query")
@routes.output(DashboardOut)
def everything(query_data: AnalysedIn) -> Answer:
    """Answer the cards and all charts at once."""
    portal_id = portal_of(query_data.portal)
    with servers_of_app().reading([portal_id]) as conn:
        return aggregation_reads.everything(conn, portal_id)


@routes.get("/kpis")
@needs("metrics:read")
@routes.input(AnalysedIn, location="query")
@routes.output(KpisOut)
def kpis(query_data: AnalysedIn) -> Answer:
    """Answer the figures of the cards."""
    portal_id = portal_of(query_data.portal)
    with servers_of_app().reading([portal_id]) as conn:
        return aggregation_reads.rounded_kpis(aggregation_reads.kpis(conn, portal_id))


def _view(aggregation: Aggregation) -> Callable[..., Answer]:
    def grouped(query_data: AnalysedIn) -> Answer:
        portal_id = portal_of(query_data.portal)
        with servers_of_app().reading([portal_id]) as conn:
            found = aggregation_reads.rows(conn, aggregation, portal_id)
        return aggregation_reads.shaped(aggregation, found)

    grouped.__name__ = aggregation.key
    things = aggregation.entity.replace("_", " ").capitalize()
    grouped.__doc__ = f"{things} by {aggregation.by.lower()}."
    return grouped


def _add(aggregation: Aggregation) -> None:
    """Add the route of an aggregation, with the decorators that every route has."""
    view: Any = routes.output(MODELS[aggregation.key])(_view(aggregation))
    view = routes.input(AnalysedIn, location="query")(view)
    routes.get(aggregation.path)(needs("metrics:read")(view))


for _each in SERVED:
    _add(_each)
