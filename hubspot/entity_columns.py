"""List the columns that the aggregations read beside the ones that were there, as data.

`told=False`: HubSpot counts or computes the value itself, and each page view would be a webhook.
The next read of the record brings it. docs/entities.md says which properties are HubSpot's own.
"""

from hubspot.columns import INTEGER, NUMERIC, TIMESTAMP, Column

OF_CONTACTS = (
    Column("jobtitle", later=True),
    Column("lead_source", source="hs_analytics_source", later=True, told=False),
    Column("lead_score", NUMERIC, "hubspotscore", later=True, told=False),
    Column("region", later=True, told=False),
    Column("first_touch_at", TIMESTAMP, "hs_analytics_first_timestamp", later=True, told=False),
    Column("num_page_views", INTEGER, "hs_analytics_num_page_views", later=True, told=False),
    Column("num_form_submissions", INTEGER, "num_conversion_events", later=True, told=False),
)
OF_COMPANIES = (
    Column("region", later=True, told=False),
    Column("founded_year", INTEGER, later=True, told=False),
    Column("website_traffic_monthly", NUMERIC, later=True, told=False),
)
OF_DEALS = (
    Column("region", later=True, told=False),
    Column("industry", later=True, told=False),
    Column("probability", NUMERIC, "hs_deal_stage_probability", later=True, told=False),  # 0 to 1
    Column("days_in_pipeline", INTEGER, "days_to_close", later=True, told=False),
)
OF_TICKETS = (
    Column("time_to_close", NUMERIC, later=True, told=False),  # milliseconds
    Column("satisfaction_score", NUMERIC, later=True, told=False),
    Column("num_interactions", INTEGER, "num_contacted_notes", later=True, told=False),
)
