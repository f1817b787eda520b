"""Read and write JSON that may hold anything, for columns of type jsonb. Pure."""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Any

import orjson

_MAX_NESTING = 100  # far below Python's recursion limit; JSON from HubSpot nests about 6 deep
_MAX_DIGITS = 1_000  # of an integer that is read as one
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def loads(body: bytes) -> Any:
    """Parse JSON that may hold anything. Raises ValueError for whatever is not JSON or nests
    without end.

    orjson refuses lone surrogates and the json module takes them: the slow parser sees only what
    the fast one refuses.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(
                body, parse_constant=lambda constant: None, parse_float=_finite, parse_int=_readable
            )
        except RecursionError:
            raise ValueError("JSON nested too deeply") from None


def _readable(number: str) -> int | str:
    """Read an integer. Python reads no integer of more than 4,300 digits: such a one stays text,
    too."""
    return int(number) if len(number) <= _MAX_DIGITS else number


def _finite(number: str) -> float | str:
    """Read a number. 1e400 is JSON and no float: it stays as the text it came as, like every other
    property value."""
    return float(number) if isfinite(float(number)) else number


def dumps(value: Any) -> str:
    """Write JSON for a jsonb column. Whole numbers beyond 64 bits are beyond orjson, not beyond
    PostgreSQL."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_refuse)


def _refuse(value: object) -> None:
    raise TypeError(f"{type(value).__name__} is not JSON")


def storable(value: Any) -> tuple[Any, bool]:
    """Answer the value, with U+FFFD for what cannot be stored, and whether there was any."""
    if _is_storable(value):
        return value, False
    cleaned = _clean(value)
    return cleaned, cleaned is not value


def _is_storable(value: Any) -> bool:
    """Tell of most values that nothing in them has to be replaced, in a tenth of the time that
    looking at each text takes. orjson refuses lone surrogates, and writes U+0000 as \\u0000; JSON
    of few brackets does not nest deep."""
    try:
        written = orjson.dumps(value)
    except TypeError:
        return False
    brackets = written.count(b"{") + written.count(b"[")
    return brackets <= _MAX_NESTING and b"\\u0000" not in written


def _clean(value: Any, depth: int = 0) -> Any:
    """Answer the very same object when nothing had to be replaced: the usual case is quick."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value) if _UNSTORABLE.search(value) else value
    if depth > _MAX_NESTING and isinstance(value, dict | list):
        return "\ufffd"
    if isinstance(value, dict):
        pairs = [(_clean(name), _clean(inner, depth + 1)) for name, inner in value.items()]
        unchanged = all(
            new is name and inner is old
            for (new, inner), (name, old) in zip(pairs, value.items(), strict=True)
        )
        return value if unchanged else dict(pairs)
    if isinstance(value, list):
        items = [_clean(inner, depth + 1) for inner in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    return value
