"""How numbers, times and names are shown: filters of the templates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint

NOTHING = "\u2013"
_AGES = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def register(site: Blueprint) -> None:
    """Let templates use these by name."""
    for name, function in (("count", count), ("ms", ms), ("age", age), ("ago", ago)):
        site.add_app_template_filter(function, name)


def count(value: Any) -> str:
    """Show a whole number with thin spaces between thousands."""
    return NOTHING if value is None else f"{int(value):,}".replace(",", "\u2009")


def ms(value: Any) -> str:
    """Show milliseconds, as seconds from one second on."""
    if value is None:
        return NOTHING
    return f"{value:.0f} ms" if value < 1_000 else f"{value / 1_000:.1f} s"


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
    return "never" if at is None else f"{age((datetime.now(UTC) - at).total_seconds())} ago"
