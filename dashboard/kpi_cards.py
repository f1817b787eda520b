"""The 15 cards of the Overview, as data: what each figure means, and what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KpiCard:
    """A figure of the view `kpis`: what it means, what it leaves out, and whose page tells more.

    `course` names the view and the column that have it month by month.
    """

    name: str
    field: str
    label: str
    unit: str
    means: str
    leaves_out: str
    when_empty: str
    tab: str
    course: tuple[str, str] | None = None


KPI_CARDS = (
    KpiCard(
        "revenue",
        "won_revenue",
        "Won revenue",
        "money",
        "What all won deals are worth together.",
        "Open and lost deals; deals of unknown amount.",
        "No deal was won yet.",
        "revenue",
        ("revenue_by_month", "won_revenue"),
    ),
    KpiCard(
        "pipeline",
        "pipeline_value",
        "Weighted pipeline",
        "money",
        "What open deals are worth, each times its probability.",
        "Won and lost deals; open deals without a probability or an amount.",
        "No deal is open.",
        "revenue",
        ("revenue_by_month", "weighted_pipeline"),
    ),
    KpiCard(
        "deals",
        "total_deals",
        "Deals",
        "n",
        "All deals, open, won and lost.",
        "Archived and merged deals.",
        "There are no deals.",
        "revenue",
        ("revenue_by_month", "deal_count"),
    ),
    KpiCard(
        "winrate",
        "win_rate",
        "Win rate",
        "%",
        "Won deals, of the ones that were won or lost.",
        "Open deals.",
        "No deal was closed yet.",
        "revenue",
    ),
    KpiCard(
        "avgdeal",
        "avg_deal_size",
        "Average deal",
        "money",
        "What a deal is worth on average, open, won or lost.",
        "Deals of unknown amount.",
        "No deal has an amount.",
        "revenue",
        ("revenue_by_month", "avg_deal_size"),
    ),
    KpiCard(
        "contacts",
        "total_contacts",
        "Contacts",
        "n",
        "All contacts.",
        "Archived and merged contacts.",
        "There are no contacts.",
        "contacts",
    ),
    KpiCard(
        "companies",
        "total_companies",
        "Companies",
        "n",
        "All companies.",
        "Archived and merged companies.",
        "There are no companies.",
        "companies",
    ),
    KpiCard(
        "sessions",
        "total_sessions",
        "Web sessions",
        "n",
        "All sessions on the company's pages.",
        "Sessions of people who were erased.",
        "There are no web sessions.",
        "web",
        ("web_by_month", "sessions"),
    ),
    KpiCard(
        "conversion",
        "conversion_rate",
        "Conversion",
        "%.2",
        "Sessions that converted, of all.",
        "Sessions of which that is unknown.",
        "There are no web sessions.",
        "web",
        ("web_by_month", "conversion_rate"),
    ),
    KpiCard(
        "bounce",
        "bounce_rate",
        "Bounce rate",
        "%",
        "Sessions that saw one page and left, of all. Fewer is better.",
        "Sessions of which that is unknown.",
        "There are no web sessions.",
        "web",
        ("web_by_month", "bounce_rate"),
    ),
    KpiCard(
        "csat",
        "avg_csat",
        "Satisfaction",
        "/5",
        "How satisfied customers were with a ticket on average, from 1 to 5.",
        "Tickets that nobody rated.",
        "No ticket was rated.",
        "support",
    ),
    KpiCard(
        "sla",
        "sla_compliance",
        "Within SLA",
        "%",
        "Tickets resolved in time, of the resolved ones. In time is 4 hours for critical, 24 for"
        " high, 72 for medium and 168 for low priority.",
        "Tickets that are still open, or have no priority.",
        "No ticket with a priority was resolved.",
        "support",
    ),
    KpiCard(
        "openrate",
        "email_open_rate",
        "E-mails opened",
        "%",
        "Openings of e-mails, of the delivered ones. A click is no second one.",
        "E-mails that never arrived. Some programs open all mail, or hide that it was opened.",
        "No e-mail was delivered.",
        "email",
        ("email_by_month", "open_rate"),
    ),
    KpiCard(
        "clickrate",
        "email_click_rate",
        "E-mails clicked",
        "%",
        "Clicks in e-mails, of the delivered ones.",
        "E-mails that never arrived.",
        "No e-mail was delivered.",
        "email",
        ("email_by_month", "click_rate"),
    ),
    KpiCard(
        "tickets",
        "total_tickets",
        "Tickets",
        "n",
        "All tickets, open and closed.",
        "Archived and merged tickets.",
        "There are no tickets.",
        "support",
    ),
)
