"""The questions that are asked: every metric function over short and long periods, and every page
that people leaf through."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

METRICS = (
    *(
        "sales_metrics",
        "sales_timeline",
        "sales_script_stats",
        "vsl_watch_stats",
        "call_to_close",
        "retention",
    ),
    *("sales_funnel", "deals_by_stage"),
)
PERIODS = {
    "month": "'2025-{month:02}-01', (date '2025-{month:02}-01' + interval '1 month - 1 day')::date",
    "quarter": (
        "'2025-{month:02}-01', (date '2025-{month:02}-01' + interval '3 months - 1 day')::date"
    ),
    "year": "'2025-01-{day:02}', '2025-12-{day:02}'",
    "all": "'2024-01-{day:02}', '2026-12-{day:02}'",
}
WHOSE = {"everybody": "null", "an owner": "'{owner}'"}
HISTORY = {
    "deals_as_of": "'2025-{month:02}-{day:02}'",
    "deal_stage_entries, month": PERIODS["month"],
    "deal_stage_entries, year": PERIODS["year"],
    "deal_stage_entries, all": PERIODS["all"],
}
VIEWS = (
    *(
        "contacts",
        "companies",
        "deals",
        "calls",
        "calls_to_contacts",
        "calls_to_deals",
        "company_deals",
    ),
    *(
        "contacts_to_users",
        "deals_with_contacts",
        "team_spending",
        "merged_records",
        "sales_deals",
        "owners",
    ),
    *(
        "pipeline_stages",
        "metrics",
        "sync_status",
        "uncertain_links",
        "deal_stage_history",
        "deal_stage_durations",
    ),
)
FILTERS = {
    "owner": ("contacts companies deals calls calls_to_contacts", "hubspot_owner_id = '{owner}'"),
    "owner, newest first": (
        "contacts companies deals",
        "hubspot_owner_id = '{owner}' order by createdate desc",
    ),
    "owner, latest first": ("calls", "hubspot_owner_id = '{owner}' order by call_timestamp desc"),
    "day": (
        "contacts companies deals",
        "createdate >= '2025-{month:02}-{day:02}' order by createdate",
    ),
    "close day": (
        "deals sales_deals",
        "closedate >= '2025-{month:02}-{day:02}' order by closedate",
    ),
    "day of the call": (
        "calls calls_to_contacts",
        "call_timestamp >= '2025-{month:02}-{day:02}' order by call_timestamp",
    ),
    "company of a": ("contacts deals", "company_ids @> array['{company}']"),
    "company": ("company_deals team_spending", "company_id = '{company}'"),
    "contact of a": ("deals calls", "contact_ids @> array['{contact}']"),
    "contact": ("calls_to_contacts calls_to_deals contacts_to_users", "contact_id = '{contact}'"),
    "primary contact": ("deals_with_contacts", "primary_contact_id = '{contact}'"),
    "deal": (
        "calls_to_deals company_deals deals_with_contacts sales_deals deal_stage_history "
        "deals_as_of('2025-06-01')",
        "deal_id = '{deal}'",
    ),
    "team": ("team_spending", "team_id = 't{team}'"),
    "day of entry": (
        "deal_stage_history",
        "entered_at >= '2025-{month:02}-{day:02}' order by entered_at",
    ),
    "custom property": (
        "contacts calls",
        """raw_json @> '{{"properties": {{"favourite_colour": "colour {colour}"}}}}'""",
    ),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A query with places for what changes from one asking to the next."""

    name: str
    text: str

    def filled(self, random: Random, scale: int) -> str:
        return self.text.format(**_values(random, scale))


def questions() -> list[Question]:
    metrics = [
        Question(f"{name}, {period}, {whose}", f"select * from {name}({owner}, {days})")
        for name in METRICS
        for period, days in PERIODS.items()
        for whose, owner in WHOSE.items()
    ]
    metrics += [
        Question(name, f"select * from {name.split(',')[0]}({given})")
        for name, given in HISTORY.items()
    ]
    pages = [Question(view, f"select * from {view} limit 100") for view in VIEWS]
    pages += [
        Question(f"{view} by {name}", f"select * from {view} where {condition} limit 100")
        for name, (views, condition) in FILTERS.items()
        for view in views.split()
    ]
    return metrics + pages


def _values(random: Random, scale: int) -> dict[str, Any]:
    return {
        "owner": random.randint(1, 20),
        "month": random.randint(1, 9),
        "day": random.randint(1, 28),
        "company": random.randint(1, 8000 * scale),
        "contact": random.randint(1, 31_636 * scale),
        "team": random.randrange(2000 * scale),
        "deal": random.randint(1, 1193 * scale),
        "colour": random.randrange(5000),
    }
