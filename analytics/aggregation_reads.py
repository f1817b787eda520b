"""The aggregations and the figures of the cards, of one portal, in the forms that charts read.

sql/queries/aggregation_reads.sql has one query for each of aggregations.AGGREGATIONS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from analytics.aggregations import SERVED, Aggregation
from db.connect import Connection
from db.queries import QUERIES, QueryRow

UNKNOWN = "Unknown"
Rows = Sequence[Mapping[str, Any]]
Answer = dict[str, Any]
KPI_DECIMALS: Mapping[str, int] = {  # of the answer of /api/kpis; all others are counts
    **dict.fromkeys(("won_revenue", "pipeline_value", "total_revenue", "avg_deal_size"), 2),
    **dict.fromkeys(("win_rate", "bounce_rate", "sla_compliance"), 1),
    **dict.fromkeys(("email_open_rate", "email_click_rate"), 1),
    **dict.fromkeys(("conversion_rate", "avg_csat"), 2),
}


def rows(conn: Connection, aggregation: Aggregation, portal_id: int) -> list[QueryRow]:
    """Answer the groups of an aggregation in the order in which they are shown, each with its name
    as `label`."""
    query = QUERIES[aggregation.query]
    found = conn.execute(query, {"portal_id": portal_id}).fetchall()
    return [row | {"label": _label(row[aggregation.group])} for row in found]


def kpis(conn: Connection, portal_id: int) -> QueryRow:
    """Answer the figures of the cards, and how many records they stand on."""
    row = conn.execute(QUERIES["read_kpis"], {"portal_id": portal_id}).fetchone()
    assert row is not None
    return row


def _label(group: Any) -> str:
    if group is None or group == "":
        return UNKNOWN
    return f"{group:%Y-%m}" if isinstance(group, date) else str(group)


def shaped(aggregation: Aggregation, found: Rows) -> Answer:
    """Answer rows as charts read them: the labels, and one list of figures for each measure."""
    if not found:
        return {"labels": [], "data": []}
    labels = [row["label"] for row in found]
    lists = {
        measure.name: [rounded(row[measure.name], measure.decimals) for row in found]
        for measure in aggregation.measures
    }
    if not aggregation.is_trend:
        return {"labels": labels} | lists
    sets = [
        {"label": measure.label, "data": lists[measure.name]} for measure in aggregation.measures
    ]
    return {"labels": labels, "datasets": sets}


def rounded_kpis(found: Mapping[str, Any]) -> Answer:
    """Answer the figures of the cards as the API serves them."""
    return {name: rounded(value, KPI_DECIMALS.get(name, 0)) for name, value in found.items()}


def everything(conn: Connection, portal_id: int) -> Answer:
    """Answer the cards and every served aggregation, by key."""
    found: Answer = {"kpis": rounded_kpis(kpis(conn, portal_id))}
    for each in SERVED:
        found[each.key] = shaped(each, rows(conn, each, portal_id))
    return found


def rounded(value: Any, decimals: int) -> float | int | None:
    """Round half up, as people do; a count stays whole, and no value stays none."""
    if value is None:
        return None
    shown = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return float(shown) if decimals else int(shown)
