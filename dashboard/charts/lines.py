"""Line and area charts, and the sparklines of cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts import drawing, scale
from dashboard.charts.drawing import Series

WIDTH, HEIGHT = 640.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 10.0, 12.0, 32.0
LETTER = 6.2  # how wide a letter of a label is
Form = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Plane:
    """What a line is drawn over: labels with their places, and the steps of its axis."""

    labels: Sequence[str]
    xs: Sequence[float]
    steps: Sequence[float]
    form: Form


def lines(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    form: Form = scale.short,
    filled: bool = False,
) -> Markup:
    """Draw one line for each series over the labels, from 0 or below up."""
    known = [value for each in series for value in each.values if value is not None]
    if not known:
        return drawing.nothing()
    steps = scale.ticks(min(0.0, *known, 0.0), max(known), least=scale.least(known))
    xs = scale.places(len(labels), LEFT, WIDTH - LEFT - RIGHT)
    parts, plane = [*grid(steps, form), *label_row(labels, xs)], Plane(labels, xs, steps, form)
    for number, each in enumerate(series):
        parts += course(plane, each, number, "filled" if filled else "")
    chart = drawing.picture(WIDTH, HEIGHT, title, parts, "lines")
    return chart + drawing.legend(series)


def course(plane: Plane, series: Series, number: int, kind: str = "") -> list[Markup]:
    """Draw one line; `filled` down to the axis, or `spotted`, its points always seen."""
    points = _points(plane.xs, series.values, plane.steps)
    base = height_of(plane.steps[0], plane.steps)
    drawn = _line(points, number, kind == "filled", base)
    return drawn + _dots(plane, series, points, number, kind)


def spark(title: str, values: Sequence[float | None]) -> Markup:
    """Draw the course of a figure without axes, for a card."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(known), max(known)
    span = (high - low) or 1
    xs = scale.places(len(values), 1, 118)
    points = [
        (x, 27 - 24 * (value - low) / span)
        for x, value in zip(xs, values, strict=True)
        if value is not None
    ]
    area = f"{drawing.path(points)}L{points[-1][0]:.1f} 30L{points[0][0]:.1f} 30Z"
    parts = [
        Markup('<path class="area" d="{}"/>').format(area),
        Markup('<path class="line" d="{}"/>').format(drawing.path(points)),
    ]
    return drawing.picture(120, 30, title, parts, "spark s1")


def grid(steps: Sequence[float], form: Form, right: float = RIGHT) -> list[Markup]:
    """Draw a line and its number for each step of the vertical axis; `right` is left free."""
    form_line = Markup('<line class="rule" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>')
    parts = []
    for step in steps:
        y = height_of(step, steps)
        parts.append(form_line.format(LEFT, WIDTH - right, y, y))
        parts.append(drawing.text(LEFT - 8, y + 4, form(step), "tick", "end"))
    return parts


def label_row(labels: Sequence[str], xs: Sequence[float]) -> list[Markup]:
    """Write the labels below the horizontal axis, as many as there is room for."""
    y = HEIGHT - 8
    return [drawing.text(xs[n], y, labels[n], "tick", "middle") for n in scale.shown(labels)]


def every_label(labels: Sequence[str], xs: Sequence[float]) -> list[Markup]:
    """Write each label below its bar, on two lines and cut where that is too long: an industry
    cannot be told from its neighbours, as a month can."""
    room = int((xs[1] - xs[0] if len(xs) > 1 else WIDTH) / LETTER)
    parts = []
    for label, x in zip(labels, xs, strict=True):
        first, second = _halves(label, room)
        parts.append(drawing.text(x, HEIGHT - 17, _cut(first, room), "tick", "middle"))
        if second:
            parts.append(drawing.text(x, HEIGHT - 4, _cut(second, room), "tick", "middle"))
    return parts


def _halves(label: str, room: int) -> tuple[str, str]:
    if len(label) <= room:
        return label, ""
    first, _, second = label.partition(" ")
    return first, second


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: max(most - 1, 1)]}…"


def height_of(value: float, steps: Sequence[float]) -> float:
    """Answer the place of a value on the vertical axis."""
    share = (value - steps[0]) / (steps[-1] - steps[0])
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _points(
    xs: Sequence[float], values: Sequence[float | None], steps: Sequence[float]
) -> list[tuple[float, float] | None]:
    pairs = zip(xs, values, strict=True)
    return [None if value is None else (x, height_of(value, steps)) for x, value in pairs]


def _line(
    points: Sequence[tuple[float, float] | None], number: int, filled: bool, base: float
) -> list[Markup]:
    """Draw the stretches of a line; where values are missing it is interrupted."""
    parts = []
    for stretch in _stretches(points):
        drawn = drawing.path(stretch)
        if filled:
            area = f"{drawn}L{stretch[-1][0]:.1f} {base:.1f}L{stretch[0][0]:.1f} {base:.1f}Z"
            parts.append(
                Markup('<path class="area {}" d="{}"/>').format(drawing.colour(number), area)
            )
        parts.append(Markup('<path class="line {}" d="{}"/>').format(drawing.colour(number), drawn))
    return parts


def _stretches(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    found: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            found.append([])
        else:
            found[-1].append(point)
    return [each for each in found if each]


def _dots(
    plane: Plane,
    series: Series,
    points: Sequence[tuple[float, float] | None],
    number: int,
    kind: str,
) -> list[Markup]:
    """Draw a spot on each point, which says its value when pointed at."""
    form_dot = Markup('<circle class="{} {}" cx="{:.1f}" cy="{:.1f}" r="{}">{}</circle>')
    colour = drawing.colour(number)
    parts = []
    for point, label, value in zip(points, plane.labels, series.values, strict=True):
        if point is not None and value is not None:
            words = drawing.tip(f"{label}: {series.name} {plane.form(value)}")
            parts.append(form_dot.format(f"dot {kind}".strip(), colour, *point, 3, words))
    return parts
