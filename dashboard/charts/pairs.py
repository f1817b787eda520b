"""Lying bars, two or more for each name: then beside now, with names of one line or two."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from markupsafe import Markup

from dashboard.charts import drawing, scale
from dashboard.charts.drawing import Series
from dashboard.charts.lines import WIDTH

BAR, GAP, NAMES, VALUES, LINE = 14.0, 12.0, 190.0, 60.0, 18
STEP = 16  # between the two lines of a name, which a phone shows larger


def pairs(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    form: Callable[[float], str] = scale.short,
) -> Markup:
    """Draw a bar of each series for each label, one below the other, with its value."""
    most = max((value or 0.0 for each in series for value in each.values), default=0.0)
    if most <= 0:
        return drawing.nothing()
    row = BAR * len(series) + GAP
    parts: list[Markup] = []
    for place, label in enumerate(labels):
        parts += _name(label, place * row + (row - GAP) / 2)
        for number, each in enumerate(series):
            value, y = each.values[place] or 0.0, place * row + number * BAR
            wide = (WIDTH - NAMES - VALUES) * value / most
            words = f"{label}: {each.name} {form(value)}"
            parts.append(_bar(y, wide, number, words))
            parts.append(drawing.text(NAMES + wide + 6, y + 11, form(value), "value small"))
    chart = drawing.picture(WIDTH, len(labels) * row, title, parts, "pairs")
    return chart + drawing.legend(series)


def _name(label: str, middle: float) -> list[Markup]:
    """Write a name in one line or two; what is longer still is cut, and said when pointed at."""
    found = textwrap.wrap(label, LINE, max_lines=2, placeholder="…") or [""]
    first = middle + 4 - STEP / 2 * (len(found) - 1)
    return [
        drawing.text(NAMES - 10, first + STEP * number, line, "name", "end")
        for number, line in enumerate(found)
    ]


def _bar(y: float, wide: float, number: int, words: str) -> Markup:
    form = Markup(
        '<rect class="bar {}" x="{}" y="{:.1f}" width="{:.1f}" height="{}" rx="2">{}</rect>'
    )
    return form.format(drawing.colour(number), NAMES, y, wide, BAR - 1, drawing.tip(words))
