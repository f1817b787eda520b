"""Sales: how are sales going, compared with the period before, and where does it come from?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from analytics import sales_reads
from analytics.sales_reads import Period
from dashboard import cards, csv_tables, sales_tables, words
from dashboard.asked import Asked
from dashboard.cards import Card
from dashboard.charts import bars, lines, rings
from dashboard.charts.drawing import Series
from operations import sync_state
from operations.callers import Caller
from operations.servers import Servers

Row = Mapping[str, Any]
FUNNELS = {  # the kinds of HubSpot → what an empty one means
    "in_order": "No deal that was created in this period began with the first stage.",
    "any_stage": "No deal was created in this period.",
}


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find what the page shows of one portal and period."""
    period = Period(asked.portal_id, asked.begins, asked.ends, asked.owner, asked.pipeline)
    with servers.reading([asked.portal_id]) as conn:
        described = {row["key"]: row for row in sales_reads.described(conn)}
        now, before = sales_reads.figures(conn, period), None
        if asked.before:
            earlier = replace(period, begins=asked.before[0], ends=asked.before[1])
            before = sales_reads.figures(conn, earlier)
        steps = sales_reads.timeline(conn, period)
        tables = {name: sales_reads.table(conn, name, period) for name in sales_reads.TABLES}
        moments = {
            name: sales_reads.as_of(conn, name, asked.portal_id) for name in sales_reads.MOMENTS
        }
        tables |= {by: sales_reads.breakdown(conn, by, period) for by in sales_reads.BREAKDOWNS}
        owners = sales_reads.owners(conn, asked.portal_id)
        pipelines = sales_reads.pipelines(conn, asked.portal_id)

    def shown(card: Card) -> dict[str, Any]:
        return _shown(card, described, now, before, steps)

    return {
        "proof": sync_state.proof(servers, asked.portal_id),
        "groups": [(group.title, list(map(shown, group.cards))) for group in cards.GROUPS],
        "owners": owners,
        "pipelines": pipelines,
        "listed": [
            (each, each.of(tables[each.source]))
            for each in sales_tables.LISTED
            if not each.is_drawn
        ],
        "tables": tables,
        "moments": moments,
        "described": described,
        "charts": _charts(steps, tables),
        "stage_funnels": _stage_funnels(tables["stage-funnel"]),
    }


def as_csv(servers: Servers, asked: Asked, listed: sales_tables.Listed) -> str:
    """Write one of the page's tables as CSV."""
    period = Period(asked.portal_id, asked.begins, asked.ends, asked.owner, asked.pipeline)
    with servers.reading([asked.portal_id]) as conn:
        if listed.name in sales_reads.BREAKDOWNS:
            rows = sales_reads.breakdown(conn, listed.name, period)
        else:
            rows = sales_reads.table(conn, listed.source, period)
    return csv_tables.written(listed.columns, listed.of(rows))


def _shown(
    card: Card, described: Mapping[str, Row], now: Row, before: Row | None, steps: Sequence[Row]
) -> dict[str, Any]:
    about = described[card.key]
    before = None if card.is_of_now else before
    change = _change(now[card.key], before[card.key] if before else None, about["unit"])
    return {
        **about,
        "shown": words.measured(words.figure(now[card.key], about["unit"])),
        "full": now[card.key],
        "before": words.before(now[card.key], before[card.key], about["unit"]) if before else "",
        "is_of_now": card.is_of_now,
        "change": words.change(change, about["unit"]),
        "verdict": _verdict(card, change),
        "spark": lines.spark(about["label"], [step.get(card.key) for step in steps]),
    }


def _change(now: Any, before: Any, unit: str) -> float | None:
    """Answer by how many per cent a figure changed, a rate by how many points; None where that says
    nothing."""
    if now is None or before is None or (not before and unit != "%"):
        return None
    return float(now - before) * (1 if unit == "%" else 100 / abs(float(before)))


def _verdict(card: Card, change: float | None) -> str:
    if change is None or card.better == "neither" or abs(change) < 0.05:
        return "soft"
    if (change > 0) == (card.better == "more"):
        return "good"
    return "bad"


def _charts(steps: Sequence[Row], tables: Mapping[str, Sequence[Row]]) -> dict[str, Markup]:
    return {
        **_courses(steps),
        "funnel": _funnel(tables["funnel"]),
        "forecast": bars.ranks("Forecast", *_pairs(tables["forecast"], "category", "amount")),
        "stages": _by_stage(tables["stages"]),
        "retention": rings.doughnut(
            "Retention", *_pairs(tables["retention"], "payment_status", "deals")
        ),
    }


def _courses(steps: Sequence[Row]) -> dict[str, Markup]:
    """Draw the figures of the period's days, weeks or months."""
    labels = words.steps([step["starts_on"] for step in steps])

    def course(key: str, name: str) -> Series:
        return Series(name, [_number(step[key]) for step in steps])

    sales, calls = course("totalSales", "Total sales"), course("totalCalls", "Calls")
    deals = course("totalDeals", "Deals won")
    contacts = course("totalContactsCreated", "Contacts created")
    pickups = course("pickupRate", "Pick-up rate")
    conversions = course("conversionRate", "Conversion rate")
    return {
        "sales": lines.lines("Total sales", labels, [sales], filled=True),
        "deals": bars.bars("Deals won", labels, [deals]),
        "calls": lines.lines("Calls and contacts created", labels, [calls, contacts]),
        "rates": lines.lines("Rates", labels, [pickups, conversions]),
    }


def _funnel(rows: Sequence[Row]) -> Markup:
    names, reached = _pairs(rows, "name", "reached")
    return bars.funnel("Funnel", [name.capitalize() for name in names], reached)


def _by_stage(rows: Sequence[Row]) -> Markup:
    stages = [row for row in rows if row["deals"]]
    labels = [row["stage_label"] or row["stage_id"] or "none" for row in stages]
    names = []
    for label, row in zip(labels, stages, strict=True):
        is_alone = labels.count(label) == 1
        names.append(label if is_alone else f"{label}, {row['pipeline_label']}")
    return bars.ranks("Deals by stage", names, [float(row["deals"]) for row in stages])


def _pairs(rows: Sequence[Row], name: str, value: str) -> tuple[list[Any], list[float]]:
    """Answer a table's names and the values to draw beside them."""
    return [row[name] for row in rows], [float(row[value]) for row in rows]


def _stage_funnels(rows: Sequence[Row]) -> list[tuple[str, Markup, Markup]]:
    """Draw the funnel of each pipeline in both kinds: through all stages in order, and by any."""
    pipelines: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        pipelines[row["pipeline_label"]].append(row)
    found = []
    for label, own in pipelines.items():
        in_order = _stage_funnel(label, own, "in_order")
        found.append((label, in_order, _stage_funnel(label, own, "any_stage")))
    return found


def _stage_funnel(label: str, rows: Sequence[Row], kind: str) -> Markup:
    names = [row["stage_label"] or row["stage_id"] for row in rows]
    values = [float(row[kind]) for row in rows]
    return bars.funnel(f"{label}: {kind}", names, values, FUNNELS[kind])


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
