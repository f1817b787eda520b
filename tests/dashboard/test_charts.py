"""Charts from plain values: what is drawn where, what is left out, and what a reader hears."""

from __future__ import annotations

import re
from typing import Any

import pytest
from markupsafe import escape

from analytics.aggregation_reads import UNKNOWN, rounded, shaped
from analytics.aggregations import AGGREGATIONS, BY_VIEW, SERVED
from dashboard import chart_kinds
from dashboard.analytics_charts import CHARTS
from dashboard.analytics_tabs import ANALYTICS_TABS
from dashboard.chart_entry import AnalyticsChart
from dashboard.charts import bars, duals, inline, lines, rings, scale
from dashboard.charts.drawing import Series
from dashboard.kpi_cards import KPI_CARDS
from db.queries import QUERIES

LABELS = ["2026-01", "2026-02", "2026-03"]
CANVASES = {"table", "funnel"}  # all other kinds draw on axes or angles


def rows(chart: AnalyticsChart, labels: list[str] = LABELS) -> list[dict[str, Any]]:
    """Answer rows of a chart's view: 10, 20, 30 for each of its columns."""
    names = [measure.name for measure in chart.aggregation.measures]
    return [
        {"label": label} | {name: 10 * (number + 1) for name in names}
        for number, label in enumerate(labels)
    ]


def test_the_registry_is_whole() -> None:
    """Every entry reads columns that its view has; names are one each; no tab is without charts."""
    assert len({chart.name for chart in CHARTS}) == len(CHARTS)
    assert {chart.tab for chart in CHARTS} == {tab.name for tab in ANALYTICS_TABS}
    assert len([chart for chart in CHARTS if chart.kind not in CANVASES]) >= 20
    assert {chart.kind for chart in CHARTS} == set(chart_kinds.KINDS)
    for chart in CHARTS:
        assert len(chart.measures) == len(chart.columns) > 0
    assert {chart.view for chart in CHARTS} == set(BY_VIEW), "an aggregation that no tab shows"
    for card in KPI_CARDS:
        assert card.course is None or BY_VIEW[card.course[0]].measure(card.course[1])
    for each in AGGREGATIONS:
        text = QUERIES[each.query].as_string()
        assert all(re.search(rf"\b{each.name}\b", text) for each in each.measures)
    assert (len(AGGREGATIONS), len(SERVED), len(KPI_CARDS), len(ANALYTICS_TABS)) == (22, 21, 15, 8)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_every_chart_is_drawn_with_its_title_and_values(chart: AnalyticsChart) -> None:
    if chart.kind == "table":
        return
    drawn = chart_kinds.drawn(chart, rows(chart), "records", "Load them.")
    assert f'role="img" aria-label="{escape(chart.title)}"' in drawn
    assert "style=" not in drawn and "<script" not in drawn
    assert "nan" not in drawn and "None" not in drawn
    empty = chart_kinds.drawn(chart, [], "records", "Load them.")
    assert empty == '<p class="empty">There are no records yet. Load them.</p>'
    unknown = chart_kinds.drawn(chart, rows(chart, [UNKNOWN]), "records", "")
    assert "None of the records has a value" in unknown
    none = [dict.fromkeys(row) | {"label": row["label"]} for row in rows(chart)]
    assert "No value is known yet" in chart_kinds.drawn(chart, none, "records", "")


def test_two_axes_share_their_rules() -> None:
    """30,000 sessions and 4 per cent: both axes have as many steps, and the tops fit."""
    left, right = scale.paired(30_000, 4)
    assert len(left) == len(right) and left[-1] >= 30_000 and right[-1] >= 4
    pair = Series("Sessions", [10_000, 30_000]), Series("Converted", [4, None])
    drawn = duals.dual_lines("Web", ["a", "b"], pair, (scale.short, lambda v: f"{v:.3g}%"))
    ticks = re.findall(r'class="tick( right)?"[^>]*>([^<]+)<', drawn)
    assert ("", "30k") in ticks and (" right", "4%") in ticks
    assert drawn.count("<circle") == 3, "no spot where there is no value"
    assert "Sessions (left)" in drawn and "Converted (right)" in drawn
    assert duals.dual_lines("Web", [], (Series("a", []), Series("b", []))).startswith("<p")


def test_bars_with_a_line_by_another_axis() -> None:
    pair = Series("Hours", [8, 4]), Series("SLA", [50, 100])
    drawn = duals.bars_and_line("Support", ["High", "Low"], pair)
    heights = [float(each) for each in re.findall(r'<rect[^>]* height="([\d.]+)"', drawn)]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)
    assert drawn.count('class="dot spotted') == 2 and "High: Hours 8" in drawn


def test_a_line_is_interrupted_where_a_value_is_missing() -> None:
    drawn = lines.lines("Course", ["a", "b", "c", "d"], [Series("x", [1.0, None, 3.0, 4.0])])
    assert drawn.count('<path class="line') == 2


def test_small_parts_are_joined_so_that_each_has_a_colour() -> None:
    labels, values = [f"n{n}" for n in range(12)], [float(n) for n in range(12)]
    names, joined = rings.folded(labels, values)
    assert names == [*(f"n{n}" for n in range(3, 12)), "3 others"]
    assert joined == [*values[3:], 3] and sum(joined) == sum(values)
    assert rings.folded(labels[:10], values[:10]) == (labels[:10], values[:10])
    drawn = rings.doughnut("Parts", ["a", "b"], [3, 1])
    assert "<b>3</b> <span>75%</span>" in drawn and "a: 3 (75%)" in drawn


def test_a_radar_says_where_its_axes_end() -> None:
    chart = next(chart for chart in CHARTS if chart.name == "marketing-channels")
    found = rows(chart, ["Organic", "Paid"])
    drawn = chart_kinds.drawn(chart, found, "events", "")
    assert ">Events</text>" in drawn and ">to 20%</text>" in drawn
    shapes = re.findall(r'class="shape s\d" d="M130.0 ([\d.]+)', drawn)
    assert [float(top) for top in shapes] == [130 - 45, 130 - 90], "half of the longest, and it"


def test_a_funnel_of_what_is_now_has_shares_of_all() -> None:
    drawn = bars.funnel("Stages", ["a", "b"], [1, 3], is_of_all=True)
    assert "1 · 25%" in drawn and "3 · 75%" in drawn
    assert "25%" not in bars.funnel("Steps", ["a", "b"], [1, 3])


@pytest.mark.parametrize(
    ("rate", "verdict"),
    [(100, "good"), (70, "good"), (69.9, "warn"), (50, "warn"), (49.9, "bad"), (None, "")],
)
def test_a_rate_within_sla_has_its_colour(rate: float | None, verdict: str) -> None:
    assert inline.verdict(rate) == verdict


def test_bars_in_cells_are_shares_of_the_longest() -> None:
    assert inline.shares([5, None, 10, -1]) == [50, 0, 100, 0]
    assert inline.shares([None]) == [0] and 'width="50.0"' in inline.bar(50)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("COMPUTER_SOFTWARE", "Computer software"),
        ("marketingqualifiedlead", "Marketing qualified"),
        ("US", "US"),
        ("/pricing", "/pricing"),
        ("subscriber", "Subscriber"),
        ("Closed Won", "Closed Won"),
    ],
)
def test_codes_are_words(code: str, said: str) -> None:
    assert chart_kinds.label(code) == said
    assert chart_kinds.label("2026-02", is_trend=True) == "Feb '26"


def test_shapes_of_answers() -> None:
    """Lists of equal length, rates with one digit, conversion with two, halves rounded up."""
    web = BY_VIEW["web_by_device"]
    row = {
        "label": "Phone",
        "sessions": 3,
        "avg_duration": 1.25,
        "bounce_rate": 33.35,
        "conversion_rate": 3.335,
    }
    assert shaped(web, [row]) == {
        "labels": ["Phone"],
        "sessions": [3],
        "avg_duration": [1.3],
        "bounce_rate": [33.4],
        "conversion_rate": [3.34],
    }
    assert shaped(web, []) == {"labels": [], "data": []}
    trend = BY_VIEW["marketing_by_month"]
    step = {"label": "2026-01", "event_count": 2, "engagement_rate": None}
    assert shaped(trend, [step | {"avg_session_duration": 60}]) == {
        "labels": ["2026-01"],
        "datasets": [
            {"label": "Events", "data": [2]},
            {"label": "Engaged", "data": [None]},
            {"label": "Average visit", "data": [60.0]},
        ],
    }
    assert (rounded(None, 1), rounded(2.5, 0), rounded(0.05, 1)) == (None, 3, 0.1)
