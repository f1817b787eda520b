"""How each kind of chart is drawn from the rows of its view, as data: one more is one entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from analytics.aggregation_reads import UNKNOWN
from analytics.measures import Measure
from dashboard.chart_entry import AnalyticsChart, Kind
from dashboard.charts import bars, drawing, duals, lines, rings, scale
from dashboard.charts.drawing import Series

Rows = Sequence[Mapping[str, Any]]
Form = Callable[[float], str]
SUFFIXES = {"%": "%", "%.2": "%", "s": " s", "h": " h", "days": " d"}
STAGES_OF_LIFE = {  # HubSpot's ids, which are no words
    "marketingqualifiedlead": "Marketing qualified",
    "salesqualifiedlead": "Sales qualified",
}
CODE = 4  # letters from which a word in capitals is a code, and no abbreviation as US


def drawn(chart: AnalyticsChart, rows: Rows, things: str, cure: str) -> Markup:
    """Draw a chart, or say why there is nothing to draw and what brings it."""
    if not rows:
        return drawing.nothing(Markup("There are no {} yet. {}").format(things, cure))
    if all(row["label"] == UNKNOWN for row in rows):
        about = chart.aggregation.by.lower()
        return drawing.nothing(f"None of the {things} has a value for {about}.")
    if not any(row[name] for row in rows for name in chart.columns):
        about = chart.measures[0].label.lower()
        return drawing.nothing(f"No value is known yet for {about} of {things}.")
    return KINDS[chart.kind](chart, rows[: chart.most or None])


def label(text: str, is_trend: bool = False) -> str:
    """Show the name of a group: months in words, codes of HubSpot with spaces and one capital."""
    if is_trend and len(text) == len("2026-01") and text[5:].isdigit():
        return f"{date(int(text[:4]), int(text[5:]), 1):%b '%y}"
    if text in STAGES_OF_LIFE:
        return STAGES_OF_LIFE[text]
    is_code = text.isupper() and len(text) >= CODE and text.replace("_", "").isalpha()
    if is_code or (text.islower() and text[0].isalpha()):
        return text.replace("_", " ").capitalize()
    return text


def _labels(chart: AnalyticsChart, rows: Rows) -> list[str]:
    return [label(row["label"], chart.aggregation.is_trend) for row in rows]


def _series(measure: Measure, rows: Rows) -> Series:
    values = [row[measure.name] for row in rows]
    return Series(measure.label, [None if value is None else float(value) for value in values])


def _whole(chart: AnalyticsChart, rows: Rows) -> list[float]:
    """Answer the values of the first column, none as 0."""
    return [float(row[chart.columns[0]] or 0) for row in rows]


def _form(measure: Measure) -> Form:
    suffix = SUFFIXES.get(measure.unit, "")
    return lambda value: scale.short(value) + suffix


def _all(chart: AnalyticsChart, rows: Rows) -> tuple[list[str], list[Series], Form]:
    """Answer the labels, every column as a series, and the form of the first."""
    series = [_series(measure, rows) for measure in chart.measures]
    return _labels(chart, rows), series, _form(chart.measures[0])


def _line(chart: AnalyticsChart, rows: Rows) -> Markup:
    is_sum = chart.measures[0].unit == "money"  # the area below a rate means nothing
    return lines.lines(chart.title, *_all(chart, rows), filled=is_sum)


def _bars(chart: AnalyticsChart, rows: Rows) -> Markup:
    is_named = not chart.aggregation.is_trend
    return bars.bars(chart.title, *_all(chart, rows), is_named=is_named)


def _stacked(chart: AnalyticsChart, rows: Rows) -> Markup:
    return bars.bars(chart.title, *_all(chart, rows), stacked=True)


def _pair(
    chart: AnalyticsChart, rows: Rows
) -> tuple[list[str], tuple[Series, Series], tuple[Form, Form]]:
    left, right = chart.measures
    series = _series(left, rows), _series(right, rows)
    return _labels(chart, rows), series, (_form(left), _form(right))


def _dual(chart: AnalyticsChart, rows: Rows) -> Markup:
    return duals.dual_lines(chart.title, *_pair(chart, rows))


def _bars_line(chart: AnalyticsChart, rows: Rows) -> Markup:
    return duals.bars_and_line(chart.title, *_pair(chart, rows))


def _ranks(chart: AnalyticsChart, rows: Rows) -> Markup:
    ordered = sorted(rows, key=lambda row: -float(row[chart.columns[0]] or 0))
    values, form = _whole(chart, ordered), _form(chart.measures[0])
    return bars.ranks(chart.title, _labels(chart, ordered), values, form)


def _funnel(chart: AnalyticsChart, rows: Rows) -> Markup:
    return bars.funnel(chart.title, _labels(chart, rows), _whole(chart, rows), is_of_all=True)


def _parts(chart: AnalyticsChart, rows: Rows) -> tuple[list[str], list[float], Form]:
    labels, values = rings.folded(_labels(chart, rows), _whole(chart, rows))
    return labels, values, _form(chart.measures[0])


def _doughnut(chart: AnalyticsChart, rows: Rows) -> Markup:
    return rings.doughnut(chart.title, *_parts(chart, rows))


def _polar(chart: AnalyticsChart, rows: Rows) -> Markup:
    return rings.polar(chart.title, *_parts(chart, rows))


def _radar(chart: AnalyticsChart, rows: Rows) -> Markup:
    """Draw each group as a shape; an axis says which value its end stands for."""
    axes = []
    for measure in chart.measures:
        most = max(float(row[measure.name] or 0) for row in rows)
        axes.append(f"{measure.label}, to {_form(measure)(most)}")
    shapes = [
        Series(name, [float(row[column] or 0) for column in chart.columns])
        for name, row in zip(_labels(chart, rows), rows, strict=True)
    ]
    return rings.radar(chart.title, axes, shapes)


def _table(chart: AnalyticsChart, rows: Rows) -> Markup:
    """Draw nothing: the page's own table stands in the chart's place."""
    return Markup("")


KINDS: Mapping[Kind, Callable[[AnalyticsChart, Rows], Markup]] = {
    "line": _line,
    "dual": _dual,
    "bars": _bars,
    "stacked": _stacked,
    "ranks": _ranks,
    "bars-line": _bars_line,
    "doughnut": _doughnut,
    "polar": _polar,
    "radar": _radar,
    "funnel": _funnel,
    "table": _table,
}
