"""Round charts: doughnut, polar and radar."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup

from dashboard.charts import drawing, scale
from dashboard.charts.drawing import Series

SIZE, MIDDLE, OUTER, INNER = 260.0, 130.0, 104.0, 66.0
REACH, ROW = 90.0, 14.0  # of a radar's axes, and of a line of their names
BESIDE = 120.0  # at either side of a radar, for the names of its axes
Form = Callable[[float], str]


def doughnut(
    title: str, labels: Sequence[str], values: Sequence[float], form: Form = scale.short
) -> Markup:
    """Draw shares of a whole as a ring, with the whole in its middle."""
    total = sum(values)
    if total <= 0:
        return drawing.nothing()
    parts, begun = [], 0.0
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        words = f"{label}: {form(value)} ({value / total:.0%})"
        parts.append(_slice(begun / total, (begun + value) / total, OUTER, INNER, number, words))
        begun += value
    parts.append(drawing.text(MIDDLE, MIDDLE + 8, form(total), "middle", "middle"))
    chart = drawing.picture(SIZE, SIZE, title, parts, "doughnut")
    return chart + _key(labels, values, form)


def polar(
    title: str, labels: Sequence[str], values: Sequence[float], form: Form = scale.short
) -> Markup:
    """Draw slices of equal angle; the area of each says how much."""
    if not any(values):
        return drawing.nothing()
    most, count = max(values), len(values)
    parts = []
    for number, (label, value) in enumerate(zip(labels, values, strict=True)):
        reach = OUTER * math.sqrt(max(value, 0) / most)
        words = f"{label}: {form(value)}"
        parts.append(_slice(number / count, (number + 1) / count, reach, 0, number, words))
    chart = drawing.picture(SIZE, SIZE, title, parts, "polar")
    return chart + _key(labels, values, form)


def folded(
    labels: Sequence[str], values: Sequence[float], most: int = drawing.COLOURS
) -> tuple[list[str], list[float]]:
    """Join the smallest parts of a whole to one, so that each part has a colour of its own."""
    if len(labels) <= most:
        return [*labels], [*values]
    order = sorted(range(len(labels)), key=lambda n: -values[n])
    kept = sorted(order[: most - 1])
    rest = sum(values) - sum(values[n] for n in kept)
    others = len(labels) - len(kept)
    return [labels[n] for n in kept] + [f"{others} others"], [values[n] for n in kept] + [rest]


def _key(labels: Sequence[str], values: Sequence[float], form: Form) -> Markup:
    """Say what each colour is, how much, and which share of the whole."""
    entry = Markup('<li class="{}"><i></i>{} <b>{}</b> <span>{:.0%}</span></li>')
    total = sum(values)
    parts = [
        entry.format(drawing.colour(number), label, form(value), value / total)
        for number, (label, value) in enumerate(zip(labels, values, strict=True))
    ]
    return Markup('<ul class="legend key">') + Markup("").join(parts) + Markup("</ul>")


def _top(values: Iterable[float | None]) -> float:
    return max(value or 0 for value in values) or 1


def radar(title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Draw each series as a shape over axes from 0 to the largest value of each axis."""
    if len(labels) < 3 or not any(any(each.values) for each in series):
        return drawing.nothing()
    tops = list(map(_top, zip(*(each.values for each in series), strict=True)))
    parts = [_web(len(labels), share) for share in (0.25, 0.5, 0.75, 1)]
    for number, label in enumerate(labels):
        parts += _axis(label, *_at(number / len(labels), REACH + ROW))
    for number, each in enumerate(series):
        points = []
        for n, (value, top) in enumerate(zip(each.values, tops, strict=True)):
            points.append(_at(n / len(labels), REACH * (value or 0) / top))
        form = Markup('<path class="shape {}" d="{}Z">{}</path>')
        parts.append(
            form.format(drawing.colour(number), drawing.path(points), drawing.tip(each.name))
        )
    inner = Markup('<g transform="translate({:.0f} 0)">{}</g>')
    inside = inner.format(BESIDE, Markup("").join(parts))
    chart = drawing.picture(SIZE + 2 * BESIDE, SIZE, title, [inside], "radar")
    return chart + drawing.legend(series)


def _axis(label: str, x: float, y: float) -> list[Markup]:
    """Name an axis at its end, a line for each part between commas, and away from the shapes."""
    words, anchor = label.split(", "), _anchor(x)
    away = 0.0 if y > MIDDLE + REACH / 2 else 1.0 if y < MIDDLE - REACH / 2 else 0.5
    top = y + 4 - away * ROW * (len(words) - 1)
    return [
        drawing.text(x, top + ROW * line, each, "tick", anchor) for line, each in enumerate(words)
    ]


def _web(count: int, share: float) -> Markup:
    points = [_at(n / count, REACH * share) for n in range(count)]
    return Markup('<path class="rule" d="{}Z"/>').format(drawing.path(points))


def _at(share: float, radius: float) -> tuple[float, float]:
    """Answer the place at this share of a turn, from the top on clockwise."""
    angle = 2 * math.pi * share - math.pi / 2
    return MIDDLE + radius * math.cos(angle), MIDDLE + radius * math.sin(angle)


def _anchor(x: float) -> str:
    if abs(x - MIDDLE) < 12:
        return "middle"
    return "start" if x > MIDDLE else "end"


def _slice(begin: float, end: float, outer: float, inner: float, number: int, words: str) -> Markup:
    """Draw a piece of a ring; a whole ring is drawn a hair short, which SVG needs."""
    end = min(end, begin + 0.99999)
    large = int(end - begin > 0.5)
    (x1, y1), (x2, y2) = _at(begin, outer), _at(end, outer)
    (x3, y3), (x4, y4) = _at(end, inner), _at(begin, inner)
    drawn = f"M{x1:.2f} {y1:.2f}A{outer:.2f} {outer:.2f} 0 {large} 1 {x2:.2f} {y2:.2f}"
    drawn += f"L{x3:.2f} {y3:.2f}A{inner:.2f} {inner:.2f} 0 {large} 0 {x4:.2f} {y4:.2f}Z"
    form = Markup('<path class="slice {}" d="{}">{}</path>')
    return form.format(drawing.colour(number), drawn, drawing.tip(words))
