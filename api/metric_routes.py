"""/metrics, /timeline, /tables, /breakdown, /owners and /pipelines: how sales go in a period."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field, model_validator

from analytics import sales_reads
from analytics.sales_reads import Period
from api.guard import needs, portal_of, servers_of_app

routes = APIBlueprint("metrics", __name__, tag="metrics")
TABLE_NAMES = ",".join(repr(name) for name in sales_reads.TABLES)


# Longer periods hold nothing more, and a timeline of eight thousand years takes longer than 5 s.
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]


class PeriodIn(BaseModel):
    """Which deals, contacts and calls count."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")
    begins: Day | None = Field(
        None, alias="from", description="The first day, of 1900 or later; none: since ever"
    )
    ends: Day | None = Field(
        None, alias="to", description="The last day, all of it; of 2200 or earlier"
    )
    owner: str | None = Field(None, description="HubSpot's id of an owner; none: everybody")
    pipeline: str | None = Field(
        None, description="HubSpot's id of a pipeline, which narrows the deals; none: all"
    )

    @model_validator(mode="after")
    def must_not_end_before_it_begins(self) -> PeriodIn:
        if self.begins and self.ends and self.ends < self.begins:
            raise ValueError("to lies before from")
        return self

    def period(self) -> Period:
        """Answer the period, of a portal that the caller may see."""
        return Period(portal_of(self.portal), self.begins, self.ends, self.owner, self.pipeline)


class PortalIn(BaseModel):
    """Which portal."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")


class MetricOut(BaseModel):
    """A figure, with what it means."""

    key: str
    label: str
    unit: str
    value: float | None = Field(description="null: there is no answer; see when_empty")
    description: str
    source: str
    usual_range: str
    when_empty: str


class MetricsOut(BaseModel):
    """The scalar metrics of a period."""

    portal_id: int
    begins: date | None
    ends: date | None
    owner: str | None
    pipeline: str | None
    metrics: list[MetricOut]


class StepOut(BaseModel):
    """The metrics of one day, week or month."""

    begins: date
    ends: date
    values: dict[str, float | None]


class TimelineOut(BaseModel):
    """A period, step by step; no step is left out."""

    steps: list[StepOut]


class TableOut(BaseModel):
    """The rows of a table; its columns are in docs/metrics.md."""

    name: str
    as_of: datetime = Field(
        description="Of when the rows tell: of now, or of when they were added up, as spend is"
    )
    rows: list[dict[str, Any]]


class OwnerOut(BaseModel):
    """A HubSpot owner."""

    owner_id: str
    owner_name: str
    email: str | None
    archived: bool


class PipelineOut(BaseModel):
    """A pipeline of deals."""

    pipeline_id: str
    pipeline_label: str | None


class PipelinesOut(BaseModel):
    """The pipelines of a portal's deals."""

    pipelines: list[PipelineOut]


class OwnersOut(BaseModel):
    """The owners of a portal."""

    owners: list[OwnerOut]


@routes.get("/metrics")
@needs("metrics:read")
@routes.input(PeriodIn, location="query")
@routes.output(MetricsOut)
def metrics(query_data: PeriodIn) -> MetricsOut:
    """Answer the sales metrics of a period."""
    period = query_data.period()
    with servers_of_app().reading([period.portal_id]) as conn:
        described, figures = sales_reads.described(conn), sales_reads.figures(conn, period)
    found = [
        MetricOut(value=figures[row["key"]], **row) for row in described if row["key"] in figures
    ]
    return MetricsOut(
        portal_id=period.portal_id,
        begins=period.begins,
        ends=period.ends,
        owner=period.owner,
        pipeline=period.pipeline,
        metrics=found,
    )


@routes.get("/timeline")
@needs("metrics:read")
@routes.input(PeriodIn, location="query")
@routes.output(TimelineOut)
def timeline(query_data: PeriodIn) -> TimelineOut:
    """Answer the metrics of each day (up to 31), week (up to 90 days) or month of a period."""
    period = query_data.period()
    with servers_of_app().reading([period.portal_id]) as conn:
        rows = sales_reads.timeline(conn, period)
    return TimelineOut(steps=[_step(row) for row in rows])


def _step(row: dict[str, Any]) -> StepOut:
    values = dict(row)
    begins, ends = values.pop("starts_on"), values.pop("ends_on")
    return StepOut(begins=begins, ends=ends, values=values)


@routes.get(f"/tables/<any({TABLE_NAMES}):name>")
@needs("metrics:read")
@routes.input(PeriodIn, location="query")
@routes.output(TableOut)
def table(name: str, query_data: PeriodIn) -> TableOut:
    """Answer a table of a period: funnels, stages, forecast, leaderboard, retention and others."""
    period = query_data.period()
    with servers_of_app().reading([period.portal_id]) as conn:
        rows = sales_reads.table(conn, name, period)
        moment = sales_reads.as_of(conn, name, period.portal_id)
    return TableOut(name=name, as_of=moment, rows=rows)


@routes.get("/breakdown/<any('source','campaign','script'):by>")
@needs("metrics:read")
@routes.input(PeriodIn, location="query")
@routes.output(TableOut)
def breakdown(by: str, query_data: PeriodIn) -> TableOut:
    """Answer the win rates of a period by source, campaign or sales script."""
    period = query_data.period()
    with servers_of_app().reading([period.portal_id]) as conn:
        rows = sales_reads.breakdown(conn, by, period)
        moment = sales_reads.as_of(conn, by, period.portal_id)
    return TableOut(name=by, as_of=moment, rows=rows)


@routes.get("/pipelines")
@needs("metrics:read")
@routes.input(PortalIn, location="query")
@routes.output(PipelinesOut)
def pipelines(query_data: PortalIn) -> PipelinesOut:
    """List the pipelines of a portal's deals."""
    portal_id = portal_of(query_data.portal)
    with servers_of_app().reading([portal_id]) as conn:
        found = [PipelineOut(**row) for row in sales_reads.pipelines(conn, portal_id)]
    return PipelinesOut(pipelines=found)


@routes.get("/owners")
@needs("metrics:read")
@routes.input(PortalIn, location="query")
@routes.output(OwnersOut)
def owners(query_data: PortalIn) -> OwnersOut:
    """List the owners of a portal, the ones that left last."""
    portal_id = portal_of(query_data.portal)
    with servers_of_app().reading([portal_id]) as conn:
        return OwnersOut(owners=[OwnerOut(**row) for row in sales_reads.owners(conn, portal_id)])
