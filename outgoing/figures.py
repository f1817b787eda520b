"""Write figures for messages: short, with their unit. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

NOTHING = "\u2013"
_SHARE = "%"


def shown(value: Any, unit: str, currency: str | None = None) -> str:
    """Show a figure with its unit."""
    if value is None:
        return NOTHING
    number = Decimal(value)
    if unit == _SHARE:
        return f"{number:.1f} %"
    text = f"{number:,.0f}" if number == int(number) or abs(number) >= 1_000 else f"{number:,.1f}"
    if unit.startswith("money"):
        rest = unit.removeprefix("money")
        return f"{text} {currency}{rest}" if currency else text + rest
    return text if unit == "n" else f"{text} {unit}"


def change(now: Any, before: Any, unit: str) -> str:
    """Show by how much a figure changed: shares in points, all else in percent. Nothing where
    there is nothing to compare with."""
    if now is None or before is None:
        return ""
    difference = Decimal(now) - Decimal(before)
    sign = "+" if difference >= 0 else "\u2212"
    if unit == _SHARE:
        return f"{sign}{abs(difference):.1f} points"
    if not before:
        return ""
    return f"{sign}{abs(100 * difference / abs(Decimal(before))):.0f} %"
