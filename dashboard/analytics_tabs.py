"""The eight tabs of Analytics, as data: where each is, and what brings records when it is empty."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

FROM_HUBSPOT = Markup(
    "A backfill brings them from HubSpot, as Sync shows; <code>spoke load</code> brings others."
)


@dataclass(frozen=True, slots=True)
class AnalyticsTab:
    """A page of charts about one entity; `cure` says what to do while there are no records."""

    name: str
    title: str
    path: str
    entity: str = ""
    things: str = ""
    cure: Markup = FROM_HUBSPOT
    dated: str = "created"  # what a record did in the month in which it counts


ANALYTICS_TABS = (
    AnalyticsTab("overview", "Overview", "/analytics", dated="created, sent or visited"),
    AnalyticsTab("revenue", "Revenue & Deals", "/analytics/deals", "deals", "deals"),
    AnalyticsTab(
        "marketing",
        "Marketing",
        "/analytics/marketing",
        "marketing_events",
        "marketing events",
        Markup(
            "HubSpot tells them to apps with the scope"
            " <code>crm.objects.marketing_events.read</code>;"
            " <code>spoke load</code> brings others."
        ),
        "held",
    ),
    AnalyticsTab(
        "email",
        "Email",
        "/analytics/email",
        "email_events",
        "e-mail events",
        Markup(
            "HubSpot tells them to apps with the scope <code>content</code>;"
            " <code>spoke load</code> brings others."
        ),
        "sent",
    ),
    AnalyticsTab("contacts", "Contacts", "/analytics/contacts", "contacts", "contacts"),
    AnalyticsTab("support", "Support", "/analytics/support", "tickets", "tickets"),
    AnalyticsTab(
        "web",
        "Web Analytics",
        "/analytics/web",
        "web_sessions",
        "web sessions",
        Markup(
            "Load them with <code>spoke load</code>."
            " HubSpot tells web events to Enterprise portals alone."
        ),
        "visited",
    ),
    AnalyticsTab("companies", "Companies", "/analytics/companies", "companies", "companies"),
)
TABS_BY_NAME = {tab.name: tab for tab in ANALYTICS_TABS}
