"""The 22 aggregations, as data: which view groups which entity by what, what each figure is, and
where the API serves it. One more is one entry here and one query.

sql/views says how each figure is found; docs/analytics.md says what each means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.measures import (
    AVERAGE_DEAL,
    BOUNCED,
    CLICKED,
    COMPANIES,
    CONVERTED,
    DEALS,
    DELIVERED,
    EMPLOYEES,
    ENGAGED,
    EVENTS,
    OF_CONTACTS,
    OF_SUPPORT,
    OF_TIME,
    OF_WEB,
    OPENED,
    SESSIONS,
    STAY,
    TRAFFIC,
    TURNOVER,
    VELOCITY,
    WIN_RATE,
    WON,
    Measure,
)


@dataclass(frozen=True, slots=True)
class Aggregation:
    """A view of sums and averages of one entity, one row a group, and the query that reads it."""

    query: str
    entity: str
    group: str
    by: str  # the group's name for people
    measures: tuple[Measure, ...]
    key: str = ""  # in the answer of /api/dashboard; "": it is served to the pages alone
    path: str = ""  # below /api
    is_trend: bool = False  # its groups are steps of time, and its answer has datasets

    @property
    def view(self) -> str:
        """Answer the name of the view, which the query has after its verb."""
        return self.query.removeprefix("read_")

    @property
    def table(self) -> str:
        """Answer the name of its file of comma-separated values."""
        return f"analytics-{self.view.replace('_', '-')}"

    def measure(self, name: str) -> Measure:
        """Answer the measure of this column. Raises StopIteration for one that is not there."""
        return next(each for each in self.measures if each.name == name)


AGGREGATIONS = (
    Aggregation("read_revenue_by_quarter", "deals", "quarter", "Quarter", OF_TIME, is_trend=True),
    Aggregation(
        "read_revenue_by_month",
        "deals",
        "month",
        "Month",
        OF_TIME,
        "revenue_trend",
        "/revenue-trend",
        is_trend=True,
    ),
    Aggregation(
        "read_deals_by_region",
        "deals",
        "region",
        "Region",
        (WON, AVERAGE_DEAL, DEALS, WIN_RATE, VELOCITY),
        "deals_by_region",
        "/deals/region",
    ),
    Aggregation(
        "read_deals_by_industry",
        "deals",
        "industry",
        "Industry",
        (WON, AVERAGE_DEAL, DEALS, WIN_RATE),
        "deals_by_industry",
        "/deals/industry",
    ),
    Aggregation(
        "read_stage_totals",
        "deals",
        "stage",
        "Stage",
        (
            Measure("count", "Deals"),
            Measure("total_value", "Worth", "money"),
            Measure("avg_probability", "Average probability", "%"),
            Measure("avg_days", "Average days in pipeline", "days"),
        ),
        "deals_by_stage",
        "/deals/stages",
    ),
    Aggregation(
        "read_deals_by_pipeline",
        "deals",
        "pipeline",
        "Pipeline",
        (WON, DEALS, WIN_RATE, AVERAGE_DEAL),
        "deals_by_pipeline",
        "/deals/pipeline",
    ),
    Aggregation(
        "read_marketing_by_channel",
        "marketing_events",
        "channel",
        "Channel",
        (EVENTS, STAY, ENGAGED, Measure("avg_page_depth", "Average pages", "average.2")),
        "marketing_channels",
        "/marketing/channels",
    ),
    Aggregation(
        "read_marketing_by_month",
        "marketing_events",
        "month",
        "Month",
        (EVENTS, ENGAGED, STAY),
        "marketing_trend",
        "/marketing/trend",
        is_trend=True,
    ),
    Aggregation(
        "read_marketing_by_event_type",
        "marketing_events",
        "event_type",
        "Kind of event",
        (EVENTS, ENGAGED, STAY),
        "marketing_event_types",
        "/marketing/events",
    ),
    Aggregation(
        "read_email_performance",
        "email_events",
        "campaign_type",
        "Campaign",
        (DELIVERED, OPENED, CLICKED, BOUNCED, Measure("unsub_rate", "Unsubscribed", "%")),
        "email_performance",
        "/email/performance",
    ),
    Aggregation(
        "read_email_by_month",
        "email_events",
        "month",
        "Month",
        (DELIVERED, OPENED, CLICKED, BOUNCED),
        "email_trend",
        "/email/trend",
        is_trend=True,
    ),
    Aggregation(
        "read_email_by_hour",
        "email_events",
        "hour",
        "Hour of sending",
        (DELIVERED, OPENED, CLICKED),
        "email_by_hour",
        "/email/by-hour",
    ),
    Aggregation(
        "read_contacts_by_lifecycle",
        "contacts",
        "lifecycle",
        "Lifecycle stage",
        OF_CONTACTS,
        "contacts_lifecycle",
        "/contacts/lifecycle",
    ),
    Aggregation(
        "read_contacts_by_source",
        "contacts",
        "source",
        "Source",
        OF_CONTACTS,
        "contacts_by_source",
        "/contacts/source",
    ),
    Aggregation(
        "read_support_by_category",
        "tickets",
        "category",
        "Category",
        OF_SUPPORT,
        "support_by_category",
        "/support/category",
    ),
    Aggregation(
        "read_support_by_priority",
        "tickets",
        "priority",
        "Priority",
        OF_SUPPORT,
        "support_by_priority",
        "/support/priority",
    ),
    Aggregation(
        "read_web_by_page",
        "web_sessions",
        "page",
        "Page",
        (*OF_WEB, Measure("avg_page_views", "Average pages", "average.2")),
        "web_top_pages",
        "/web/pages",
    ),
    Aggregation(
        "read_web_by_country",
        "web_sessions",
        "country",
        "Country",
        OF_WEB,
        "web_by_country",
        "/web/country",
    ),
    Aggregation(
        "read_web_by_device",
        "web_sessions",
        "device",
        "Device",
        OF_WEB,
        "web_by_device",
        "/web/device",
    ),
    Aggregation(
        "read_web_by_month",
        "web_sessions",
        "month",
        "Month",
        (SESSIONS, BOUNCED, CONVERTED, ENGAGED),
        "web_trend",
        "/web/trend",
        is_trend=True,
    ),
    Aggregation(
        "read_companies_by_industry",
        "companies",
        "industry",
        "Industry",
        (COMPANIES, EMPLOYEES, TURNOVER, TRAFFIC),
        "companies_by_industry",
        "/companies/industry",
    ),
    Aggregation(
        "read_companies_by_region",
        "companies",
        "region",
        "Region",
        (COMPANIES, EMPLOYEES, TURNOVER),
        "companies_by_region",
        "/companies/region",
    ),
)
BY_VIEW: Mapping[str, Aggregation] = {each.view: each for each in AGGREGATIONS}
SERVED = tuple(each for each in AGGREGATIONS if each.key)
