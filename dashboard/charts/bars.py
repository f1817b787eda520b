"""Bar charts: side by side or stacked upright, and lying ones for ranks and funnels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from dashboard.charts import drawing, lines, scale
from dashboard.charts.drawing import Series
from dashboard.charts.lines import BOTTOM, HEIGHT, LEFT, RIGHT, WIDTH

Form = Callable[[float], str]
ROW, GAP = 26.0, 8.0
ROOM, NAME = 54, 15  # letters below a whole chart, and before a lying bar, on a phone


def bars(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    form: Form = scale.short,
    stacked: bool = False,
    is_named: bool = False,
) -> Markup:
    """Draw upright bars for each label, of each series beside or on top of one another. Where they
    `is_named`, each says its label; else the first of several do, as of months."""
    columns = list(zip(*map(_heights, series), strict=True))
    if not any(map(any, columns)):
        return drawing.nothing()
    tops = [*map(sum, columns)] if stacked else [*map(max, columns)]
    steps = scale.ticks(min(0.0, *map(min, columns)), max(0.0, *tops), least=scale.least(tops))
    room = (WIDTH - LEFT - RIGHT) / len(labels)
    xs = [LEFT + room * (n + 0.5) for n in range(len(labels))]
    named = lines.every_label if is_named else lines.label_row
    parts = [*lines.grid(steps, form), *named(labels, xs)]
    draw = _stack if stacked else _group
    for label, column, x in zip(labels, columns, xs, strict=True):
        parts += draw(
            x, min(room * 0.72, 64), column, steps, [(label, each.name) for each in series], form
        )
    shown = labels if is_named else [labels[n] for n in scale.shown(labels)]
    return drawing.picture(WIDTH, HEIGHT, title, parts, kind("bars", shown)) + drawing.legend(
        series
    )


def _heights(series: Series) -> list[float]:
    return [value or 0.0 for value in series.values]


def kind(name: str, labels: Sequence[str], room: int = ROOM) -> str:
    """Answer the class of a chart. Where a phone has no room for the labels, it is `long`: drawn
    as wide as on a desk, and scrolled."""
    return f"{name} long" if sum(map(len, labels)) > room else name


Names = Sequence[tuple[str, str]]


def _group(
    x: float,
    width: float,
    column: Sequence[float],
    steps: Sequence[float],
    names: Names,
    form: Form,
) -> list[Markup]:
    each = width / len(column)
    zero = lines.height_of(0, steps)
    parts = []
    for number, value in enumerate(column):
        y = lines.height_of(value, steps)
        left = x - width / 2 + each * number
        words = f"{names[number][0]}: {names[number][1]} {form(value)}"
        parts.append(_bar(left + 1, min(y, zero), each - 2, abs(zero - y), number, words))
    return parts


def upright(
    x: float, width: float, value: float, steps: Sequence[float], number: int, words: str
) -> Markup:
    """Draw one bar from 0 up, or down, with `x` in its middle."""
    y, zero = lines.height_of(value, steps), lines.height_of(0, steps)
    return _bar(x - width / 2, min(y, zero), width, abs(zero - y), number, words)


def _stack(
    x: float,
    width: float,
    column: Sequence[float],
    steps: Sequence[float],
    names: Names,
    form: Form,
) -> list[Markup]:
    parts, below = [], 0.0
    for number, value in enumerate(column):
        top, base = lines.height_of(below + value, steps), lines.height_of(below, steps)
        words = f"{names[number][0]}: {names[number][1]} {form(value)}"
        parts.append(_bar(x - width / 2, top, width, base - top, number, words))
        below += value
    return parts


def _bar(x: float, y: float, width: float, height: float, number: int, words: str) -> Markup:
    form = Markup(
        '<rect class="bar {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2">{}</rect>'
    )
    return form.format(
        drawing.colour(number), x, y, max(width, 1), max(height, 0), drawing.tip(words)
    )


def ranks(
    title: str, labels: Sequence[str], values: Sequence[float], form: Form = scale.short
) -> Markup:
    """Draw lying bars, one a row, with name and value, to see the most and by how much."""
    if not any(values):
        return drawing.nothing()
    most, height = max(values), len(labels) * (ROW + GAP)
    parts = []
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        y = number * (ROW + GAP)
        wide = (WIDTH - 250) * max(value, 0) / most
        parts.append(drawing.text(170, y + 17, _cut(label), "name", "end"))
        parts.append(_bar(180, y + 3, wide, ROW - 6, 0, f"{label}: {form(value)}"))
        parts.append(drawing.text(188 + wide, y + 17, form(value), "value"))
    longest = max(labels, key=len)
    return drawing.picture(WIDTH, height, title, parts, kind("ranks", [longest], NAME))


def funnel(
    title: str,
    labels: Sequence[str],
    values: Sequence[float],
    empty: str = "Nothing in this period",
    form: Form = scale.short,
    is_of_all: bool = False,
) -> Markup:
    """Draw centred bars that narrow from stage to stage, each with its share of the one before, or
    of all."""
    if not any(values):
        return drawing.nothing(empty)
    most, height = max(values), len(labels) * (ROW + GAP + 6)
    parts = []
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        y, wide = number * (ROW + GAP + 6), max((WIDTH - 300) * value / most, 2)
        x = 170 + (WIDTH - 300 - wide) / 2
        parts.append(drawing.text(160, y + 19, _cut(label), "name", "end"))
        if value:
            parts.append(_bar(x, y, wide, ROW + 2, 0, f"{label}: {form(value)}"))
        before = sum(values) if is_of_all else values[number - 1] if number else 0
        share = _share(value, before)
        parts.append(drawing.text(WIDTH - 120, y + 19, f"{form(value)}{share}", "value"))
    longest = max(labels, key=len)
    return drawing.picture(WIDTH, height, title, parts, kind("funnel", [longest], NAME))


def _share(value: float, before: float) -> str:
    """Answer the share of the stage before; deals may enter a later stage alone, which is none."""
    return f" · {value / before:.0%}" if 0 < value <= before else ""


def histogram(title: str, labels: Sequence[str], values: Sequence[float]) -> Markup:
    """Draw bars without gaps: how often values of each size came."""
    if not any(values):
        return drawing.nothing()
    steps = scale.ticks(0, max(values))
    room = (WIDTH - LEFT - RIGHT) / len(labels)
    xs = [LEFT + room * (n + 0.5) for n in range(len(labels))]
    parts = [*lines.grid(steps, scale.short), *lines.label_row(labels, xs)]
    for label, value, x in zip(labels, values, xs, strict=True):
        y = lines.height_of(value, steps)
        parts.append(
            _bar(x - room / 2 + 0.5, y, room - 1, HEIGHT - BOTTOM - y, 0, f"{label}: {value:,.0f}")
        )
    return drawing.picture(WIDTH, HEIGHT, title, parts, "bars")


def _cut(words: str, most: int = 24) -> str:
    if len(words) <= most:
        return words
    return words[: most - 1] + "…"
