"""What every chart is made of: the frame, its description for screen readers, its legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

COLOURS = 10  # the classes s1 to s10 of the style sheet


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or the bars of one colour. None: there is no value."""

    name: str
    values: Sequence[float | None]


def picture(
    width: float, height: float, title: str, parts: Iterable[Markup | str], kind: str
) -> Markup:
    """Frame the parts of a chart; `title` is what a screen reader says of it."""
    inner = Markup("").join(parts)
    head = Markup('<svg class="chart {}" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">')
    return head.format(kind, width, height, title) + inner + Markup("</svg>")


def colour(number: int) -> str:
    """Answer the class that colours the series of this number."""
    return f"s{number % COLOURS + 1}"


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> Markup:
    """Write words at a place; anchor is start, middle or end."""
    form = Markup('<text x="{:.1f}" y="{:.1f}" class="{}" text-anchor="{}">{}</text>')
    return form.format(x, y, kind, anchor, words)


def tip(words: str) -> Markup:
    """Say more about a part, when it is pointed at or read aloud."""
    return Markup("<title>{}</title>").format(words)


def path(points: Iterable[tuple[float, float]]) -> str:
    """Join points to the `d` of a path."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def legend(series: Sequence[Series]) -> Markup:
    """Name the series beside a chart, where there is more than one."""
    if len(series) < 2:
        return Markup("")
    form = Markup('<li class="{}"><i></i>{}</li>')
    entries = [form.format(colour(n), each.name) for n, each in enumerate(series)]
    return Markup('<ul class="legend">') + Markup("").join(entries) + Markup("</ul>")


def nothing(words: str = "Nothing in this period") -> Markup:
    """Stand in the place of a chart that has nothing to show."""
    return Markup('<p class="empty">{}</p>').format(escape(words))
