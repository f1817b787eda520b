"""A fan: what forecasts said of a period from day to day, with their interval, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dashboard.charts import drawing, lines, scale
from dashboard.charts.drawing import Series
from dashboard.charts.lines import HEIGHT, LEFT, RIGHT, WIDTH, Plane


@dataclass(frozen=True, slots=True)
class SaidForecast:
    """What one forecast said, and what had been won by then."""

    label: str
    low: float
    middle: float
    high: float
    won: float
    weighted: float


def fan(title: str, told: Sequence[SaidForecast], came: float | None, form: lines.Form) -> Markup:
    """Draw the interval as a band, the forecast, HubSpot's weighted amount and what was won as
    lines; what came is a line across."""
    if not told:
        return drawing.nothing("No forecast was made of this period yet")
    highest = max(came or 0.0, *(max(each.high, each.weighted) for each in told))
    steps = scale.ticks(0.0, highest)
    xs = scale.places(len(told), LEFT, WIDTH - LEFT - RIGHT)
    labels = [each.label for each in told]
    plane = Plane(labels, xs, steps, form)
    series = [
        Series("Forecast", [each.middle for each in told]),
        Series("HubSpot's weighted", [each.weighted for each in told]),
        Series("Won so far", [each.won for each in told]),
    ]
    parts = [*lines.grid(steps, form), *lines.label_row(labels, xs), _band(told, plane)]
    for number, each in enumerate(series):
        parts += lines.course(plane, each, number, "spotted" if len(told) == 1 else "")
    if came is not None:
        parts += _across(came, plane)
    chart = drawing.picture(WIDTH, HEIGHT, title, parts, "lines fan")
    return chart + drawing.legend(series)


def _band(told: Sequence[SaidForecast], plane: Plane) -> Markup:
    """Draw the interval; of a single day as a bar around its point."""
    upper = [
        (x, lines.height_of(each.high, plane.steps)) for x, each in zip(plane.xs, told, strict=True)
    ]
    lower = [
        (x, lines.height_of(each.low, plane.steps)) for x, each in zip(plane.xs, told, strict=True)
    ]
    if len(told) == 1:
        upper, lower = _wide(upper[0]), _wide(lower[0])
    words = "; ".join(f"{e.label}: {plane.form(e.low)} to {plane.form(e.high)}" for e in told)
    form = Markup('<path class="band s1" d="{}Z">{}</path>')
    return form.format(drawing.path([*upper, *reversed(lower)]), drawing.tip(words))


def _wide(point: tuple[float, float]) -> list[tuple[float, float]]:
    return [(point[0] - 12, point[1]), (point[0] + 12, point[1])]


def _across(came: float, plane: Plane) -> list[Markup]:
    y = lines.height_of(came, plane.steps)
    form = Markup('<line class="came" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
    words = f"came: {plane.form(came)}"
    return [
        form.format(LEFT, WIDTH - RIGHT, y, y),
        drawing.text(WIDTH - RIGHT, y - 5, words, "tick", "end"),
    ]
