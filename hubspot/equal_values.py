"""Tell whether two programs hold the same value of a property. Pure.

HubSpot sends text. Other programs make numbers, booleans and times of it, and NULL of a cleared
one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_EPOCH_DIGITS = len("1700000000000")


def same(ours: Any, theirs: Any) -> bool:
    """Compare HubSpot's text with the same value in another program's type."""
    if ours in (None, "") or theirs in (None, "", []):
        return ours in (None, "") and theirs in (None, "", [])
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return str(ours).lower() == str(theirs).lower()
    if isinstance(theirs, int | float | Decimal) or isinstance(ours, int | float):
        return _number(ours) == _number(theirs)
    if isinstance(theirs, list):
        return sorted(str(ours).split(";")) == sorted(map(str, theirs))
    if isinstance(theirs, Mapping):
        return bool(ours == theirs)
    return str(ours) == str(theirs) or (_time(ours) == _time(theirs) is not None)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _time(value: Any) -> datetime | None:
    """Answer the moment that a text tells; None where it tells none. Epoch milliseconds tell one,
    too."""
    text = str(value)
    if text.isdecimal() and len(text) == _EPOCH_DIGITS:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
