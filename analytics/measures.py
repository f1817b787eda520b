"""The figures of the aggregations, as data: name, words for people, unit, digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

DECIMALS: Mapping[str, int] = {  # unit → digits behind the point that the API serves
    "n": 0,
    "money": 2,
    "%": 1,
    "%.2": 2,  # a rate so small that one digit would hide its course
    "s": 1,
    "h": 1,
    "days": 1,
    "average": 1,
    "average.2": 2,
    "/5": 2,
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of each group: its column in the view, its name for people, its unit."""

    name: str
    label: str
    unit: str = "n"

    @property
    def decimals(self) -> int:
        """Answer how many digits behind the point are served."""
        return DECIMALS[self.unit]


WON = Measure("won_revenue", "Won revenue", "money")
AVERAGE_DEAL = Measure("avg_deal_size", "Average deal", "money")
DEALS = Measure("deal_count", "Deals")
WIN_RATE = Measure("win_rate", "Win rate", "%")
OF_TIME = (
    WON,
    Measure("weighted_pipeline", "Weighted pipeline", "money"),
    AVERAGE_DEAL,
    DEALS,
    Measure("win_count", "Won deals"),
    Measure("loss_count", "Lost deals"),
)
EVENTS = Measure("event_count", "Events")
STAY = Measure("avg_session_duration", "Average visit", "s")
ENGAGED = Measure("engagement_rate", "Engaged", "%")
DELIVERED = Measure("delivered", "Delivered")
OPENED, CLICKED = Measure("open_rate", "Opened", "%"), Measure("click_rate", "Clicked", "%")
BOUNCED = Measure("bounce_rate", "Bounced", "%")
OF_CONTACTS = (
    Measure("count", "Contacts"),
    Measure("avg_lead_score", "Average lead score", "average"),
    Measure("avg_engagement", "Average engagement", "average"),
)
OF_SUPPORT = (
    Measure("ticket_count", "Tickets"),
    Measure("avg_resolution_hours", "Average time to resolve", "h"),
    Measure("sla_compliance", "Within SLA", "%"),
    Measure("avg_satisfaction", "Satisfaction", "/5"),
)
CONVERTED = Measure("conversion_rate", "Converted", "%.2")
SESSIONS = Measure("sessions", "Sessions")
OF_WEB = (
    SESSIONS,
    Measure("avg_duration", "Average visit", "s"),
    BOUNCED,
    CONVERTED,
)
COMPANIES = Measure("company_count", "Companies")
EMPLOYEES = Measure("avg_employees", "Average employees", "average")
TURNOVER = Measure("avg_revenue", "Average annual revenue", "money")
VELOCITY = Measure("avg_velocity", "Average velocity", "average.2")
TRAFFIC = Measure("avg_traffic", "Average visits a month", "average")
