"""JSON and times as they travel: orjson where it can, the standard library for text that orjson
refuses."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

_EPOCH = datetime(1970, 1, 1)
_MOST_DIGITS = 19  # of a number that can be a time


def dumps(value: Any) -> bytes:
    """Write JSON. Lone surrogates are no UTF-8, so orjson refuses them; JSON can still carry them
    as \\ud800, and some API does."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value).encode()


def loads(body: bytes) -> Any:
    """Read JSON; raise ValueError when the body is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)


def iso(ms: int) -> str:
    """Write epoch milliseconds as HubSpot does: 2026-11-01T00:00:00Z, with milliseconds where there
    are any. Integer arithmetic, for floats lose the last millisecond."""
    timespec = "milliseconds" if ms % 1_000 else "seconds"
    return (_EPOCH + timedelta(milliseconds=ms)).isoformat(timespec=timespec) + "Z"


def epoch_ms(text: str) -> int | None:
    """Answer the time that a property value tells, in epoch milliseconds; None when it tells none
    (year 99999, "soon", thousands of digits)."""
    if text.removeprefix("-").isdecimal():
        return int(text) if len(text) <= _MOST_DIGITS else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - _EPOCH.replace(tzinfo=UTC)) // timedelta(
        milliseconds=1
    )


def in_event(value: str, value_type: str) -> str:
    """Answer a property's value as an event tells it."""
    moment = None
    if value and value_type in ("date", "datetime"):
        moment = epoch_ms(value)
    return value if moment is None else str(moment)


def in_record(value: str, value_type: str) -> str:
    """Answer a property's value as records show it, also where it was written in epoch
    milliseconds."""
    if not (value_type in ("date", "datetime") and value.removeprefix("-").isdecimal()):
        return value
    try:
        moment = iso(int(value))
    except (ValueError, OverflowError):  # no year that there is: an import keeps it as it was
        return value
    if value_type == "date":
        return moment[:10]
    return moment
