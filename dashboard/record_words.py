"""How the values of records are shown: labels for choices, times and numbers in one form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from analytics.record_fields import BOOLEAN, DATE, MOMENT, NUMBER, Field
from analytics.record_labels import Choices
from dashboard.words import NOTHING

LONGEST = 160
_NUMBER = re.compile(r"-?\d{1,18}(\.\d+)?", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_YES = {"true": "Yes", "false": "No"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as a page shows it."""

    text: str
    full: str  # as HubSpot sent it
    link: str | None = None
    is_number: bool = False


def shown(
    field: Field, value: str | None, choices: Choices, zone: tzinfo, longest: int = LONGEST
) -> Shown:
    """Show a value of a property; a moment in the portal's time zone, a date as it is."""
    if value is None or value == "":
        return Shown(NOTHING, "", is_number=field.type == NUMBER)
    text = _text(field, value, choices.get(field.name, {}), zone)
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return Shown(cut, value, _link(field, value), field.type == NUMBER)


def _text(field: Field, value: str, labels: Mapping[str, str], zone: tzinfo) -> str:
    if labels:
        return ", ".join(labels.get(part, part) for part in value.split(";"))
    if field.type == MOMENT:
        return _time(value, zone)
    if field.type == DATE:
        return _time(value, UTC)
    if field.type == BOOLEAN:
        return _YES.get(value.lower(), value)
    if field.type == NUMBER and _NUMBER.fullmatch(value) and not field.name.endswith("_id"):
        whole, dot, rest = value.removesuffix(".0").partition(".")
        return f"{int(whole):,}".replace(",", "\u202f") + dot + rest
    return value


def _time(value: str, zone: tzinfo) -> str:
    try:
        at = _epoch(value) if value.isdigit() else datetime.fromisoformat(value)
        at = at.astimezone(zone) if at.tzinfo else at
    except (ValueError, OverflowError, OSError):
        return value
    has_time = at.time().isoformat() != "00:00:00"
    if has_time:
        return f"{at:%-d %b %Y, %H:%M}"
    return f"{at:%-d %b %Y}"


def _epoch(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _link(field: Field, value: str) -> str | None:
    """Lead to web, mail and phone only: any other value is text."""
    if _ADDRESS.fullmatch(value):
        return value
    if field.name == "email" and re.fullmatch(r"[^\s@<>?&:]+@[^\s@<>?&:]+", value):
        return f"mailto:{value}"
    return None


def group_title(name: str) -> str:
    """Show the internal name of a group of properties in words."""
    words = name.replace("_", " ").strip()
    words = re.sub(r"(?<=[a-z])information$", " information", words)
    if words:
        return words[:1].upper() + words[1:]
    return "Other"
