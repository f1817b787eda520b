"""Charts of two measures of different units: one reads the left axis, the other the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from dashboard.charts import bars, drawing, lines, scale
from dashboard.charts.drawing import Series
from dashboard.charts.lines import LEFT, WIDTH, Plane

Form = Callable[[float], str]
Forms = tuple[Form, Form]
SHORT: Forms = (scale.short, scale.short)
MARGIN = 44.0  # at the right, for the numbers of the second axis
Known = tuple[float, ...]


def dual_lines(
    title: str, labels: Sequence[str], pair: tuple[Series, Series], forms: Forms = SHORT
) -> Markup:
    """Draw two lines over the same labels, each by an axis of its own."""
    left, right = map(_known, pair)
    if not left and not right:
        return drawing.nothing()
    axes = scale.paired(_top(left), _top(right))
    xs = scale.places(len(labels), LEFT, WIDTH - LEFT - MARGIN)
    parts = [*lines.label_row(labels, xs), *_frame(axes, forms)]
    for number, (series, steps, form) in enumerate(zip(pair, axes, forms, strict=True)):
        parts += lines.course(Plane(labels, xs, steps, form), series, number)
    return _picture(title, pair, parts, "lines")


def bars_and_line(
    title: str, labels: Sequence[str], pair: tuple[Series, Series], forms: Forms = SHORT
) -> Markup:
    """Draw bars by the left axis, and a line over them by the right one."""
    left, right = map(_known, pair)
    if not left and not right:
        return drawing.nothing()
    axes = scale.paired(_top(left), _top(right))
    room = (WIDTH - LEFT - MARGIN) / len(labels)
    xs = [LEFT + room * (n + 0.5) for n in range(len(labels))]
    named = lines.every_label(labels, xs)
    parts = [*named, *_frame(axes, forms)]
    for label, value, x in zip(labels, pair[0].values, xs, strict=True):
        words = f"{label}: {pair[0].name} {forms[0](value or 0)}"
        parts.append(bars.upright(x, min(room * 0.5, 56), value or 0, axes[0], 0, words))
    parts += lines.course(Plane(labels, xs, axes[1], forms[1]), pair[1], 1, "spotted")
    return _picture(title, pair, parts, bars.kind("bars", labels))


def _known(series: Series) -> Known:
    return tuple(value for value in series.values if value is not None)


def _top(values: Known) -> float:
    return max((0.0, *values))


def _frame(axes: tuple[Sequence[float], Sequence[float]], forms: Forms) -> list[Markup]:
    """Draw the rules with the numbers of both axes."""
    parts = lines.grid(axes[0], forms[0], MARGIN)
    for step in axes[1]:
        y = lines.height_of(step, axes[1]) + 4
        parts.append(drawing.text(WIDTH - MARGIN + 8, y, forms[1](step), "tick right"))
    return parts


def _picture(title: str, pair: tuple[Series, Series], parts: Sequence[Markup], kind: str) -> Markup:
    """Frame a chart; its legend says which axis is whose."""
    sides = [Series(f"{each.name} ({side})", ()) for each, side in zip(pair, SIDES, strict=True)]
    size = (lines.WIDTH, lines.HEIGHT)
    return drawing.picture(*size, title, parts, f"{kind} dual") + drawing.legend(sides)


SIDES = ("left", "right")
