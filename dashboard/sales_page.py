"""Sales: how are sales going, compared with the period before, and where does it come from?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from analytics import sales_reads
from analytics.sales_reads import Period
from dashboard import cards, words
from dashboard.asked import Asked
from dashboard.cards import Card
from dashboard.charts import bars, lines, rings
from dashboard.charts.drawing import Series
from operations.callers import Caller
from operations.servers import Servers

Row = Mapping[str, Any]


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find what the page shows of one portal and period."""
    period = Period(asked.portal_id, asked.begins, asked.ends, asked.owner)
    with servers.reading([asked.portal_id]) as conn:
        described = {row["key"]: row for row in sales_reads.described(conn)}
        now, before = sales_reads.figures(conn, period), None
        if asked.before:
            earlier = Period(asked.portal_id, *asked.before, asked.owner)
            before = sales_reads.figures(conn, earlier)
        steps = sales_reads.timeline(conn, period)
        tables = {name: sales_reads.table(conn, name, period) for name in sales_reads.TABLES}
        owners = sales_reads.owners(conn, asked.portal_id)
    groups = [
        (group.title, [_shown(card, described, now, before, steps) for card in group.cards])
        for group in cards.GROUPS
    ]
    return {
        "groups": groups,
        "owners": owners,
        "tables": tables,
        "charts": _charts(steps, tables),
    }


def _shown(
    card: Card, described: Mapping[str, Row], now: Row, before: Row | None, steps: Sequence[Row]
) -> dict[str, Any]:
    about = described[card.key]
    change = _change(now[card.key], before[card.key] if before else None)
    return {
        **about,
        "shown": words.figure(now[card.key], about["unit"]),
        "full": now[card.key],
        "before": words.figure(before[card.key], about["unit"]) if before else None,
        "change": change,
        "verdict": _verdict(card, change),
        "spark": lines.spark(about["label"], [step[card.key] for step in steps]),
    }


def _change(now: Any, before: Any) -> float | None:
    """Answer by how many per cent a figure changed; None where that says nothing."""
    if now is None or not before:
        return None
    return float(now - before) / abs(float(before)) * 100


def _verdict(card: Card, change: float | None) -> str:
    if change is None or card.better == "neither" or abs(change) < 0.05:
        return "soft"
    return "good" if (change > 0) == (card.better == "more") else "bad"


def _charts(steps: Sequence[Row], tables: Mapping[str, Sequence[Row]]) -> dict[str, Markup]:
    labels = [f"{step['starts_on']:%-d %b}" for step in steps]

    def course(key: str, name: str) -> Series:
        return Series(name, [_number(step[key]) for step in steps])

    stages = [row for row in tables["stages"] if row["deals"]]
    funnel, retention = tables["funnel"], tables["retention"]
    return {
        "sales": lines.lines(
            "Total sales", labels, [course("totalSales", "Total sales")], filled=True
        ),
        "deals": bars.bars(
            "Deals won and contacts created",
            labels,
            [
                course("totalDeals", "Deals won"),
                course("totalContactsCreated", "Contacts created"),
            ],
        ),
        "calls": lines.lines("Calls", labels, [course("totalCalls", "Calls")], filled=True),
        "rates": lines.lines(
            "Rates",
            labels,
            [course("pickupRate", "Pick-up rate"), course("conversionRate", "Conversion rate")],
        ),
        "funnel": bars.funnel(
            "Funnel", [row["name"] for row in funnel], [float(row["reached"]) for row in funnel]
        ),
        "stages": bars.ranks(
            "Deals by stage",
            [row["stage_label"] or row["stage_id"] or "none" for row in stages],
            [float(row["deals"]) for row in stages],
        ),
        "retention": rings.doughnut(
            "Retention",
            [row["payment_status"] for row in retention],
            [float(row["deals"]) for row in retention],
        ),
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
