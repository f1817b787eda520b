"""What tables show beside their figures: a bar behind a name, and a colour for a rate."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

GOOD, FAIR = 70.0, 50.0  # per cent within SLA, from which a cell is green, and amber


def shares(values: Sequence[float | None]) -> list[float]:
    """Answer how long each bar of a column is, in per cent of the longest."""
    most = max((value or 0.0 for value in values), default=0.0)
    return [100 * max(value or 0.0, 0.0) / most if most else 0.0 for value in values]


def bar(share: float) -> Markup:
    """Draw the bar of a cell. A screen reader hears the figure beside it alone."""
    form = Markup(
        '<svg class="inbar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{:.1f}" height="10"/></svg>'
    )
    return form.format(share)


def verdict(rate: float | None) -> str:
    """Answer how good a rate within SLA is: the class that colours its cell."""
    if rate is None:
        return ""
    if rate >= GOOD:
        return "good"
    return "warn" if rate >= FAIR else "bad"


def verdict_words(rate: float | None) -> str:
    """Say what the colour of such a cell means, for people who do not see it."""
    said = {"good": "70 % or more", "warn": "50 to 70 %", "bad": "under 50 %", "": "no answer"}
    return said[verdict(rate)]
