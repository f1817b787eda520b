"""/api/dashboard and its parts: the data of the charts, one route for each aggregation served."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field, model_validator

from analytics import aggregation_reads, month_spans
from analytics.aggregations import SERVED, Aggregation
from analytics.month_spans import MonthSpan
from api.analytics_models import MODELS, DashboardOut, KpisOut
from api.guard import needs, portal_of, servers_of_app
from api.metric_routes import Day

routes = APIBlueprint("dashboard", __name__, tag="dashboard")
Answer = dict[str, Any]


class AnalysedIn(BaseModel):
    """Which portal, and which months of UTC: sums are kept by month."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")
    begins: Day | None = Field(
        None, alias="from", description="The first day of the first month; none: since ever"
    )
    ends: Day | None = Field(
        None, alias="to", description="The last day of the last month; none: until now and later"
    )

    @model_validator(mode="after")
    def must_be_whole_months(self) -> AnalysedIn:
        if self.begins and not month_spans.is_first(self.begins):
            raise ValueError("from is not the first day of a month")
        if self.ends and not month_spans.is_last(self.ends):
            raise ValueError("to is not the last day of a month")
        if self.begins and self.ends and self.ends < self.begins:
            raise ValueError("to lies before from")
        return self


@contextmanager
def _reading(asked: AnalysedIn) -> Iterator[tuple[Any, int]]:
    """Open a transaction that sees one portal, and sums of the months asked for."""
    portal_id = portal_of(asked.portal)
    with servers_of_app().reading([portal_id]) as conn:
        MonthSpan(asked.begins, asked.ends).narrow(conn)
        yield conn, portal_id


@routes.get("/dashboard")
@needs("metrics:read")
@routes.input(AnalysedIn, location="query")
@routes.output(DashboardOut)
def everything(query_data: AnalysedIn) -> Answer:
    """Answer the cards and all charts at once."""
    with _reading(query_data) as (conn, portal_id):
        return aggregation_reads.everything(conn, portal_id)


@routes.get("/kpis")
@needs("metrics:read")
@routes.input(AnalysedIn, location="query")
@routes.output(KpisOut)
def kpis(query_data: AnalysedIn) -> Answer:
    """Answer the figures of the cards."""
    with _reading(query_data) as (conn, portal_id):
        return aggregation_reads.rounded_kpis(aggregation_reads.kpis(conn, portal_id))


def _view(aggregation: Aggregation) -> Callable[..., Answer]:
    def grouped(query_data: AnalysedIn) -> Answer:
        with _reading(query_data) as (conn, portal_id):
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
