"""/forecast and /quotas: what will be won, how right earlier forecasts were, and quotas."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from analytics import forecast_reads
from analytics.forecast_reads import FORECAST_TABLES, MOST, ForecastQuestion
from api.guard import needs, note, portal_of, servers_of_app
from api.problems import Refusal, not_found
from operations import quotas
from operations.quotas import MOST_AMOUNT, QuotaError

routes = APIBlueprint("forecast", __name__, tag="forecast")
NAMES = ",".join(map(repr, FORECAST_TABLES))


class ForecastIn(BaseModel):
    """Which rows."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")
    owner: str | None = Field(
        None, max_length=200, description="HubSpot's id; none: everybody, where there are owners"
    )
    limit: int = Field(500, ge=1, le=MOST)


class ForecastTableOut(BaseModel):
    """The rows of a table."""

    name: str
    as_of: datetime
    rows: list[dict[str, Any]]


class QuotaIn(BaseModel):
    """What an owner is to win in a period."""

    owner: str = Field(max_length=300, description="HubSpot's id of the owner, or the address")
    period: str = Field(
        max_length=30, description="2026, 2026-Q4, 2026-11 or 2026-10-01..2026-12-31"
    )
    amount: float = Field(gt=0, lt=MOST_AMOUNT, description="In the company's money")


class QuotaOut(BaseModel):
    """A quota as it stands."""

    owner_id: str
    period_start: date
    period_end: date = Field(description="The day after the last")
    amount: float


class GoneIn(BaseModel):
    """Which quota is to go."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")
    owner: str = Field(max_length=200, description="HubSpot's id of the owner")
    period: str = Field(max_length=30, description="As it was set")


class PortalOfQuotaIn(BaseModel):
    """Whose quota."""

    portal: int | None = Field(None, description="The portal; may be left out by a token of one")


@routes.get(f"/forecast/<any({NAMES}):name>")
@needs("metrics:read")
@routes.input(ForecastIn, location="query")
@routes.output(ForecastTableOut)
def forecast_table(name: str, query_data: ForecastIn) -> ForecastTableOut:
    """Answer one of the tables of forecasts and what stands beside them."""
    asked = query_data
    question = ForecastQuestion(portal_of(asked.portal), asked.owner, asked.limit)
    with servers_of_app().reading([question.portal_id]) as conn:
        rows = forecast_reads.table(conn, name, question)
    return ForecastTableOut(name=name, as_of=datetime.now(UTC), rows=rows)


@routes.put("/quotas")
@needs("portals:admin")
@routes.input(PortalOfQuotaIn, location="query")
@routes.input(QuotaIn)
@routes.output(QuotaOut)
def quota_put(query_data: PortalOfQuotaIn, json_data: QuotaIn) -> QuotaOut:
    """Set what an owner is to win in a period."""
    portal_id, servers = portal_of(query_data.portal), servers_of_app()
    try:
        made = quotas.put(servers, portal_id, json_data.owner, json_data.period, json_data.amount)
    except QuotaError as error:
        raise Refusal(422, str(error)) from error
    note(servers, "quota set", portal_id, {"owner_id": made.owner_id, "period": json_data.period})
    return QuotaOut.model_validate(made, from_attributes=True)


@routes.delete("/quotas")
@needs("portals:admin")
@routes.input(GoneIn, location="query")
@routes.output({}, status_code=204)
def quota_drop(query_data: GoneIn) -> str:
    """Delete a quota."""
    asked, servers = query_data, servers_of_app()
    portal_id = portal_of(asked.portal)
    try:
        was_there = quotas.drop(servers, portal_id, asked.owner, asked.period)
    except QuotaError as error:
        raise Refusal(422, str(error)) from error
    if not was_there:
        raise not_found(f"quota of {asked.owner} for {asked.period}")
    note(servers, "quota deleted", portal_id, {"owner_id": asked.owner, "period": asked.period})
    return ""
