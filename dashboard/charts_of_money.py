"""The charts of the Overview, of Revenue & Deals and of Companies, as data."""

from __future__ import annotations

from dashboard.chart_entry import AnalyticsChart

MONEY_SAYS = (
    "By the month in which deals were created. Won counts won deals alone, and the pipeline open "
    "ones, each times its probability."
)
STAGES_SAYS = "Deals that are in each stage now, with the share of the stage before."
CHANNELS_SAYS = "Each axis goes from 0 to the best channel."
WEB_SAYS = "Sessions by the left axis, and the share that converted by the right one."

CHARTS_OF_MONEY = (
    AnalyticsChart(
        "revenue-trend",
        "Revenue by month",
        "overview",
        "line",
        "revenue_by_month",
        ("won_revenue", "weighted_pipeline"),
        says=MONEY_SAYS,
    ),
    AnalyticsChart(
        "stages",
        "Deals by stage",
        "overview",
        "funnel",
        "stage_totals",
        ("count",),
        says=STAGES_SAYS,
    ),
    AnalyticsChart(
        "channels",
        "Channels compared",
        "overview",
        "radar",
        "marketing_by_channel",
        ("event_count", "avg_session_duration", "engagement_rate", "avg_page_depth"),
        8,
        says=CHANNELS_SAYS,
    ),
    AnalyticsChart(
        "web-trend",
        "Web sessions and conversion",
        "overview",
        "dual",
        "web_by_month",
        ("sessions", "conversion_rate"),
        says=WEB_SAYS,
    ),
    AnalyticsChart(
        "revenue-by-month",
        "Revenue by month",
        "revenue",
        "line",
        "revenue_by_month",
        ("won_revenue", "weighted_pipeline"),
        says=MONEY_SAYS,
    ),
    AnalyticsChart(
        "deals-by-stage",
        "Deals by stage",
        "revenue",
        "funnel",
        "stage_totals",
        ("count",),
        says=STAGES_SAYS,
    ),
    AnalyticsChart(
        "revenue-by-quarter",
        "Revenue by quarter",
        "revenue",
        "stacked",
        "revenue_by_quarter",
        ("won_revenue", "weighted_pipeline"),
        says="By the quarter in which deals were created: what was won, and on top what is open.",
    ),
    AnalyticsChart(
        "won-and-lost",
        "Deals won and lost by month",
        "revenue",
        "stacked",
        "revenue_by_month",
        ("win_count", "loss_count"),
        says="By the month in which deals were created. Open deals are left out.",
    ),
    AnalyticsChart(
        "deals-by-region",
        "Won revenue by region",
        "revenue",
        "ranks",
        "deals_by_region",
        ("won_revenue",),
        says="By the region of the deal.",
    ),
    AnalyticsChart(
        "deals-by-industry",
        "Won revenue by industry, the ten largest",
        "revenue",
        "bars",
        "deals_by_industry",
        ("won_revenue",),
        10,
        says="By the industry of the deal.",
    ),
    AnalyticsChart(
        "deals-by-pipeline",
        "Won revenue by pipeline",
        "revenue",
        "doughnut",
        "deals_by_pipeline",
        ("won_revenue",),
    ),
    AnalyticsChart(
        "days-by-stage",
        "Days in the pipeline, by stage",
        "revenue",
        "bars",
        "stage_totals",
        ("avg_days",),
        says="How long deals of a stage are or were in the pipeline, on average.",
    ),
    AnalyticsChart(
        "companies-industry",
        "Companies by industry, the ten largest",
        "companies",
        "ranks",
        "companies_by_industry",
        ("company_count",),
        10,
    ),
    AnalyticsChart(
        "companies-region",
        "Companies by region",
        "companies",
        "doughnut",
        "companies_by_region",
        ("company_count",),
    ),
    AnalyticsChart(
        "companies-revenue",
        "Annual revenue by industry, the ten with most companies",
        "companies",
        "bars",
        "companies_by_industry",
        ("avg_revenue",),
        10,
        says="The average of companies whose revenue is known.",
    ),
    AnalyticsChart(
        "companies-size",
        "Employees and revenue, by region",
        "companies",
        "bars-line",
        "companies_by_region",
        ("avg_employees", "avg_revenue"),
        says="Averages: employees by the left axis, annual revenue by the right one.",
    ),
)
