"""Analytics: one page for each of eight tabs, of all records of a portal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from analytics import aggregation_reads
from analytics.aggregations import BY_VIEW
from analytics.measures import Measure
from dashboard import chart_kinds, month_choice, words
from dashboard.analytics_charts import CHARTS
from dashboard.analytics_tabs import ANALYTICS_TABS, TABS_BY_NAME
from dashboard.asked import Asked
from dashboard.chart_entry import AnalyticsChart
from dashboard.charts import drawing, inline, lines
from dashboard.kpi_cards import KPI_CARDS, KpiCard
from operations.callers import Caller
from operations.servers import Servers

Row = Mapping[str, Any]
Found = Mapping[str, Sequence[Row]]  # view → its rows
OVERVIEW = "overview"
TAB_OF_ENTITY = {tab.entity: tab for tab in ANALYTICS_TABS if tab.entity}


def fill(servers: Servers, caller: Caller, asked: Asked, tab: str) -> dict[str, Any]:
    """Find what a tab shows: its charts, and on the Overview the cards."""
    charts = [chart for chart in CHARTS if chart.tab == tab]
    cards = KPI_CARDS if tab == OVERVIEW else ()
    views = {chart.view for chart in charts} | {card.course[0] for card in cards if card.course}
    chosen = month_choice.read(asked)
    with servers.reading([asked.portal_id]) as conn:
        chosen.span.narrow(conn)
        figures = aggregation_reads.kpis(conn, asked.portal_id)
        found = {
            view: aggregation_reads.rows(conn, BY_VIEW[view], asked.portal_id) for view in views
        }
    shown = aggregation_reads.rounded_kpis(figures)
    return {
        "tab": TABS_BY_NAME[tab],
        "chosen": chosen,
        "month_presets": month_choice.MONTH_PRESETS,
        "total_records": figures["total_records"],
        "cards": [_card(card, shown, found) for card in cards],
        "drawn": [_drawn(chart, found[chart.view], chosen.span.words) for chart in charts],
    }


def _card(card: KpiCard, figures: Row, found: Found) -> dict[str, Any]:
    value, course = figures[card.field], Markup("")
    if card.course:
        view, column = card.course
        course = lines.spark(f"{card.label} by month", _numbers(found[view], column))
    return {
        "entry": card,
        "path": TABS_BY_NAME[card.tab].path,
        "shown": words.measured(words.figure(value, card.unit)),
        "full": value,
        "spark": course,
    }


def _numbers(rows: Sequence[Row], column: str) -> list[float | None]:
    return [None if row[column] is None else float(row[column]) for row in rows]


def _drawn(chart: AnalyticsChart, rows: Sequence[Row], months: str) -> dict[str, Any]:
    """Answer a chart with the same figures as a table, for people who would rather read them."""
    tab = TAB_OF_ENTITY[chart.aggregation.entity]
    shown, drawn = rows[: chart.most or None], None
    if months and not rows:
        drawn = drawing.nothing(f"There are no {tab.things} of {months}.")
    return {
        "entry": chart,
        "chart": drawn or chart_kinds.drawn(chart, rows, tab.things, tab.cure),
        "rows": list(_cells(chart, shown)),
        "is_table": chart.kind == "table" and bool(rows),
    }


def _cells(chart: AnalyticsChart, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    is_trend = chart.aggregation.is_trend
    shares = inline.shares(_numbers(rows, chart.columns[0]))
    for row, share in zip(rows, shares, strict=True):
        yield {
            "label": chart_kinds.label(row["label"], is_trend),
            "bar": inline.bar(share),
            "cells": [_cell(each, row[each.name]) for each in chart.measures],
        }


def _cell(measure: Measure, value: Any) -> dict[str, str]:
    is_judged = measure.name == "sla_compliance"
    shown = aggregation_reads.rounded(value, measure.decimals)
    return {
        "shown": words.figure(shown, measure.unit),
        "verdict": inline.verdict(value) if is_judged else "",
        "words": inline.verdict_words(value) if is_judged else "",
    }
