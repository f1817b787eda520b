"""The operators of a search filter: each builds a predicate on the text of a property.

A record without a value matches none of them but NOT_HAS_PROPERTY. For NEQ and the NOT_s that is
what integrators report; HubSpot documents neither.
https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
"""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from .errors import Problem
from .wire import epoch_ms

TOKENS = re.compile(r"[\w*]+")

Reading = Callable[[str], Any]  # a property's text → what it compares as; None when it cannot
Match = Callable[[str], bool]
Builder = Callable[[dict[str, Any], Reading, str], Match]  # (filter, reading, property type)


def as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def as_time(text: str) -> int | None:
    return epoch_ms(text) if text else None


def as_word(text: str) -> str | None:
    return text.lower() if text else None


def bound(wanted: dict[str, Any], key: str, read: Reading) -> Any:
    """Answer a filter's value; raise Problem when it is missing or unreadable."""
    value = read(str(wanted[key])) if wanted.get(key) is not None else None
    if value is None:
        raise Problem(
            400,
            f"Invalid input JSON: {wanted.get('operator')} on {wanted.get('propertyName')} needs "
            f"{key}",
        )
    return value


def comparing(compare: Callable[[Any, Any], bool]) -> Builder:
    def build(wanted: dict[str, Any], read: Reading, value_type: str) -> Match:
        value = bound(wanted, "value", read)
        return lambda text: (mine := read(text)) is not None and compare(mine, value)

    return build


def between(wanted: dict[str, Any], read: Reading, value_type: str) -> Match:
    low, high = bound(wanted, "value", read), bound(wanted, "highValue", read)
    return lambda text: (mine := read(text)) is not None and low <= mine <= high


def among(inside: bool) -> Builder:
    """Match one of several values. For string properties they must be given in lower case, for
    enumerations in their own case."""

    def build(wanted: dict[str, Any], read: Reading, value_type: str) -> Match:
        values = wanted.get("values")
        if not isinstance(values, list):
            raise Problem(400, f"Invalid input JSON: {wanted.get('operator')} needs values")
        if value_type in ("number", "date", "datetime"):
            readable = {read(str(value)) for value in values}
            return lambda text: bool(text) and (read(text) in readable) is inside
        plain = {str(value) for value in values}
        fold = str.lower if value_type == "string" else str
        return lambda text: bool(text) and (fold(text) in plain) is inside

    return build


def containing(inside: bool) -> Builder:
    def build(wanted: dict[str, Any], read: Reading, value_type: str) -> Match:
        pattern = str(bound(wanted, "value", as_word))
        return lambda text: bool(text) and contains_token(text.lower(), pattern) is inside

    return build


def contains_token(text: str, pattern: str) -> bool:
    """Match a pattern: `*@example.com` may match the whole value; otherwise every token of the
    pattern must be one of the value's."""
    if fnmatchcase(text, pattern):
        return True
    tokens = TOKENS.findall(text)

    def fits_one(word: str) -> bool:
        return any(fnmatchcase(token, word) for token in tokens)

    return all(map(fits_one, TOKENS.findall(pattern)))


OPERATORS: dict[str, Builder] = {
    "EQ": comparing(lambda mine, value: mine == value),
    "NEQ": comparing(lambda mine, value: mine != value),
    "LT": comparing(lambda mine, value: mine < value),
    "LTE": comparing(lambda mine, value: mine <= value),
    "GT": comparing(lambda mine, value: mine > value),
    "GTE": comparing(lambda mine, value: mine >= value),
    "BETWEEN": between,
    "IN": among(True),
    "NOT_IN": among(False),
    "HAS_PROPERTY": lambda wanted, read, value_type: lambda text: text != "",
    "NOT_HAS_PROPERTY": lambda wanted, read, value_type: lambda text: text == "",
    "CONTAINS_TOKEN": containing(True),
    "NOT_CONTAINS_TOKEN": containing(False),
}
