"""/activity: touches of deals, stalled deals and times of response. They correlate, no more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from analytics import activity_reads
from api.guard import needs, servers_of_app
from api.metric_routes import PeriodIn

routes = APIBlueprint("activity", __name__, tag="activity")
TABLE_NAMES = ",".join(repr(name) for name in activity_reads.ACTIVITY_TABLES)


class ActivityOut(BaseModel):
    """Rows of a table of activity, with how many records stand behind each rate."""

    name: str
    as_of: datetime | None = Field(description="When touches were counted; null: not yet")
    rows: list[dict[str, Any]]


class StalledIn(PeriodIn):
    """Which stalled deals, and how many of them."""

    limit: int = Field(50, ge=1, le=activity_reads.MOST_STALLED, description="At most so many")


class StalledOut(BaseModel):
    """Open deals without a touch for more than 14 days, the longest first."""

    as_of: datetime | None = Field(description="When touches were counted; null: not yet")
    deals: int = Field(description="All of them, also those beyond the limit")
    sale: float | None = Field(description="What all of them are worth together")
    rows: list[dict[str, Any]]


@routes.get(f"/activity/<any({TABLE_NAMES}):name>")
@needs("metrics:read")
@routes.input(PeriodIn, location="query")
@routes.output(ActivityOut)
def activity(name: str, query_data: PeriodIn) -> ActivityOut:
    """Answer win rates by touches, customers by time of response, or touches by owner."""
    period = query_data.period()
    with servers_of_app().reading([period.portal_id]) as conn:
        rows = activity_reads.activity_table(conn, name, period)
        moment = activity_reads.counted_at(conn, period.portal_id)
    return ActivityOut(name=name, as_of=moment, rows=rows)


@routes.get("/activity/stalled")
@needs("metrics:read")
@routes.input(StalledIn, location="query")
@routes.output(StalledOut)
def stalled(query_data: StalledIn) -> StalledOut:
    """List the open deals without a touch for more than 14 days."""
    period = query_data.period()
    with servers_of_app().reading([period.portal_id]) as conn:
        rows = activity_reads.stalled(conn, period, query_data.limit)
        sums = activity_reads.stalled_sums(conn, period)
        moment = activity_reads.counted_at(conn, period.portal_id)
    return StalledOut(as_of=moment, rows=rows, **sums)
