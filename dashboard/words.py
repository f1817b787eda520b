"""How numbers, times and names are shown: filters of the templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from flask import Blueprint
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

NOTHING = "\u2013"
MONTH = timedelta(days=28)
_CODES = ("owner", "team", "watched", "not_watched", "unknown")  # of tables, for people
_VERDICTS = {"failed": "bad", "crashed": "bad", "completed": "good"}
_VERDICTS |= {"paused": "warn", "cancelled": "warn"}
_AGES = ((31_557_600, "y"), (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def register(site: Blueprint) -> None:
    """Let templates use these by name."""
    shown = (count, coded, ms, age, ago, until, figure, phrase, verdict)
    for function in (*shown, moment, instant, day, clock):
        site.add_app_template_filter(function, function.__name__)


def count(value: Any) -> str:
    """Show a whole number with thin spaces between thousands, at which no line breaks."""
    if value is None:
        return NOTHING
    return f"{int(value):,}".replace(",", "\u202f")


def ms(value: Any) -> str:
    """Show milliseconds, as seconds from one second on."""
    if value is None:
        return NOTHING
    if value < 1_000:
        return f"{value:.0f} ms"
    return f"{value / 1_000:.1f} s"


def age(seconds: Any) -> str:
    """Show a length of time in its largest unit."""
    if seconds is None:
        return NOTHING
    for size, unit in _AGES:
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return "0 s"


def ago(at: datetime | None) -> str:
    """Show how long ago a moment was."""
    if at is None:
        return "never"
    return f"{age((datetime.now(UTC) - at).total_seconds())} ago"


def until(at: datetime) -> str:
    """Show in how long a moment comes."""
    seconds = (at - datetime.now(UTC)).total_seconds()
    return f"in {age(seconds)}" if seconds >= 1 else "now"


@pass_context
def moment(context: Context, at: datetime) -> str:
    """Show a moment in the portal's time zone, as every page has it in `now`."""
    return f"{at.astimezone(context['now'].tzinfo):%-d %b %Y, %H:%M:%S}"


@pass_context
def instant(context: Context, at: datetime) -> str:
    """Show a moment without its year: of rows that are newest first, and many."""
    return f"{at.astimezone(context['now'].tzinfo):%-d %b, %H:%M:%S}"


@pass_context
def day(context: Context, at: datetime) -> str:
    """Show the day of a moment in the portal's time zone."""
    return f"{at.astimezone(context['now'].tzinfo):%-d %b %Y}"


@pass_context
def clock(context: Context, at: datetime) -> str:
    """Show the time of day of a moment in the portal's time zone, with the zone."""
    return f"{at.astimezone(context['now'].tzinfo):%H:%M %Z}"


def figure(value: Any, unit: str) -> str:
    """Show a figure of the view `metrics` with its unit, as short as a card needs it."""
    if value is None:
        return NOTHING
    if unit == "%":
        return f"{value:.1f}%"
    if unit == "%.2":
        return f"{value:.2f}%"
    if unit in ("average", "average.2"):
        return _average(float(value))
    if unit == "n":
        if value == int(value):
            return count(value)
        return f"{value:.1f}"
    if unit == "money":
        return _money(float(value))
    if unit == "money/day":
        return f"{_money(float(value))}\u00a0a\u00a0day"
    if unit == "min" and value >= 120:
        if value < 2880:
            return f"{value / 60:.1f}\u00a0h"
        return f"{value / 1440:.1f}\u00a0days"
    return f"{value:.1f}\u00a0{unit}"


def before(value: Any, earlier: Any, unit: str) -> str:
    """Show the figure of the period before, without the unit where the card has the same."""
    shown, own = figure(earlier, unit), figure(value, unit).partition("\u00a0")[2]
    number, _, measure = shown.partition("\u00a0")
    return number if measure == own or unit == "money/day" else shown


def steps(days: Sequence[date]) -> list[str]:
    """Name the steps of a timeline: months by name, with the year where there are several."""
    longest = max((later - day for day, later in pairwise(days)), default=timedelta())
    form = "%-d %b"
    if longest >= MONTH:
        form = "%b" if days[0].year == days[-1].year else "%b '%y"
    return [f"{day:{form}}" for day in days]


def coded(text: str) -> Markup:
    """Show what stands between backticks as code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part
        for number, part in enumerate(parts)
    )


def measured(text: str) -> Markup:
    """Set the unit of a figure smaller than its number."""
    number, space, unit = text.partition("\u00a0")
    return Markup("{}{}<small>{}</small>").format(number, space, unit) if unit else escape(number)


def _average(value: float) -> str:
    return count(round(value)) if abs(value) >= 1_000 else f"{value:.1f}"


def _money(value: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:.2f} {letter}"
    return count(round(value))


def percent(value: Any) -> str:
    """Show a change in per cent with its sign."""
    if value is None:
        return NOTHING
    return f"{value:+.1f}%"


def change(value: float | None, unit: str) -> str | None:
    """Show by how much a figure changed: a rate in points, since 20 % of 10 % reads as 30 %."""
    if value is None:
        return None
    return f"{value:+.1f} pts" if unit == "%" else percent(value)


def verdict(state: str) -> str:
    """Answer how good the state of a run is: the class that colours it."""
    return _VERDICTS.get(state, "")


def phrase(value: Any) -> str:
    """Show a word of a table: as it is, but codes with spaces and a capital."""
    text = NOTHING if value is None else str(value)
    if text in _CODES:
        return text.replace("_", " ").capitalize()
    return text
