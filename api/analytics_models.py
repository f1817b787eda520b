"""What the routes of the dashboard's data answer, made from the registry of aggregations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field, SerializerFunctionWrapHandler, create_model, model_serializer

from analytics.aggregation_reads import KPI_DECIMALS
from analytics.aggregations import SERVED, Aggregation
from analytics.measures import Measure

Counts = list[int | None]
Figures = list[float | None]
UNITS = {
    "n": "a count",
    "money": "in the company's currency",
    "%": "per cent",
    "%.2": "per cent",
    "s": "seconds",
    "h": "hours",
    "days": "days",
    "/5": "from 1 to 5",
}
NOTHING = "Empty, and alone beside labels: there are no records"
KPI_MEANS: Mapping[str, str] = {
    "won_revenue": "What won deals are worth",
    "pipeline_value": "What open deals are worth, each times its probability",
    "total_revenue": "What all deals are worth: open, won and lost",
    "avg_deal_size": "What a deal is worth on average",
    "win_rate": "Won deals, of the ones that were won or lost, in per cent",
    "total_deals": "Deals, open and closed",
    "total_contacts": "Contacts",
    "total_companies": "Companies",
    "total_sessions": "Web sessions",
    "conversion_rate": "Web sessions that converted, in per cent",
    "bounce_rate": "Web sessions that saw one page, in per cent",
    "avg_csat": "How satisfied customers were, from 1 to 5",
    "sla_compliance": "Resolved tickets that were in time, in per cent",
    "email_open_rate": "E-mails opened or clicked, of the delivered ones, in per cent",
    "email_click_rate": "E-mails clicked, of the delivered ones, in per cent",
    "total_tickets": "Tickets, open and closed",
}


class Lists(BaseModel):
    """Lists of equal length; the ones that are not there are left out."""

    labels: list[str] = Field(description="The groups")
    data: Figures | None = Field(None, max_length=0, description=NOTHING)

    @model_serializer(mode="wrap")
    def without_missing(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out lists that are not there: an answer holds series, datasets or `data`."""
        found: dict[str, Any] = serialize(self)
        return {name: values for name, values in found.items() if values is not None}


class DatasetOut(BaseModel):
    """One line of a trend."""

    label: str
    data: list[int | float | None]


class TrendOut(Lists):
    """The course of several figures, month by month."""

    datasets: list[DatasetOut] | None = None


def _field(measure: Measure) -> Any:
    unit = UNITS.get(measure.unit)
    return Field(None, description=f"{measure.label}, {unit}" if unit else measure.label)


def _model(aggregation: Aggregation) -> type[BaseModel]:
    """Make the model of an aggregation: one list for each measure, or datasets."""
    if aggregation.is_trend:
        return TrendOut
    name = aggregation.key.title().replace("_", "")
    fields: dict[str, Any] = {
        each.name: ((Figures if each.decimals else Counts) | None, _field(each))
        for each in aggregation.measures
    }
    return create_model(
        f"{name}Out",
        __base__=Lists,
        __doc__=f"Figures by {aggregation.by.lower()}.",
        **fields,
    )


def _kpis() -> type[BaseModel]:
    fields: dict[str, Any] = {
        name: (float | None if name in KPI_DECIMALS else int, Field(description=means))
        for name, means in KPI_MEANS.items()
    }
    return create_model("KpisOut", __doc__="The figures of the cards; null: no answer.", **fields)


KpisOut = _kpis()
MODELS: Mapping[str, type[BaseModel]] = {each.key: _model(each) for each in SERVED}
_EVERY: dict[str, Any] = {"kpis": (KpisOut, ...)} | {
    key: (model, ...) for key, model in MODELS.items()
}
DashboardOut = create_model("DashboardOut", __doc__="The cards and every chart.", **_EVERY)
