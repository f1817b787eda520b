"""The eight tabs of Analytics, as data: where each is, and what brings records when it is empty."""

from __future__ import annotations

from dataclasses import dataclass

FROM_HUBSPOT = "A backfill brings them from HubSpot: see Sync. Or load a file with `spoke load`."


@dataclass(frozen=True, slots=True)
class AnalyticsTab:
    """A page of charts about one entity; `cure` says what to do while there are no records."""

    name: str
    title: str
    path: str
    entity: str = ""
    things: str = ""
    cure: str = FROM_HUBSPOT


ANALYTICS_TABS = (
    AnalyticsTab("overview", "Overview", "/analytics"),
    AnalyticsTab("revenue", "Revenue & Deals", "/analytics/deals", "deals", "deals"),
    AnalyticsTab(
        "marketing",
        "Marketing",
        "/analytics/marketing",
        "marketing_events",
        "marketing events",
        "HubSpot tells them to apps with the scope crm.objects.marketing_events.read."
        " Others come with `spoke load`.",
    ),
    AnalyticsTab(
        "email",
        "Email",
        "/analytics/email",
        "email_events",
        "e-mail events",
        "HubSpot tells them to apps with the scope content. Others come with `spoke load`.",
    ),
    AnalyticsTab("contacts", "Contacts", "/analytics/contacts", "contacts", "contacts"),
    AnalyticsTab("support", "Support", "/analytics/support", "tickets", "tickets"),
    AnalyticsTab(
        "web",
        "Web Analytics",
        "/analytics/web",
        "web_sessions",
        "web sessions",
        "Load them with `spoke load`. HubSpot tells web events to Enterprise portals alone.",
    ),
    AnalyticsTab("companies", "Companies", "/analytics/companies", "companies", "companies"),
)
TABS_BY_NAME = {tab.name: tab for tab in ANALYTICS_TABS}
