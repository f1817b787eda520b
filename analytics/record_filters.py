"""Filters of records: `property:operator:value`, read against the allow-list, written as SQL.

Equality of texts, choices and yes/no asks records_containing, which finds records by index for
readers, too. Numbers and times are compared as such, so 7 equals 7.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from psycopg import sql

from analytics.record_fields import BOOLEAN, DATE, MOMENT, NUMBER, TEXT, Field, Shape, Unanswerable

OPERATORS: Mapping[str, str] = {
    "eq": "is",
    "ne": "is not",
    "lt": "is below",
    "lte": "is at most",
    "gt": "is above",
    "gte": "is at least",
    "contains": "contains",
    "in": "is one of",
    "empty": "is empty",
}
BETWEEN_VALUES = ";"  # as between the options of HubSpot's own multiple choices
MOST_FILTERS, MOST_VALUES, LONGEST = 10, 50, 500
_TRIED = ("ne", "contains", "empty")  # no index answers them, whatever the property
_SIGNS = {"ne": "is distinct from", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "eq": "="}
_NUMBER = re.compile(r"[-+]?\d{1,30}(\.\d{1,15})?", re.ASCII)
_WORDS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter: a property, an operator, and the values that it is compared with."""

    field: Field
    operator: str
    values: tuple[Any, ...]
    given: str  # as the caller wrote it

    @property
    def is_found_by_index(self) -> bool:
        """Tell whether records_containing answers it: equality of what HubSpot keeps as text."""
        return (
            self.operator in ("eq", "in") and self.field.type == TEXT and not self.field.is_indexed
        )

    @property
    def is_tried(self) -> bool:
        """Tell whether each row has to be read to find the ones that fit."""
        is_indexed = self.field.is_indexed and self.operator not in _TRIED
        return not (is_indexed or self.is_found_by_index)


def read(shape: Shape, texts: Sequence[str]) -> list[Condition]:
    """Read filters as a URL has them. Raises Unanswerable, which says why."""
    if len(texts) > MOST_FILTERS:
        raise Unanswerable(f"At most {MOST_FILTERS} filters go together.")
    return [_condition(shape, text) for text in texts]


def _condition(shape: Shape, text: str) -> Condition:
    name, _, rest = text.partition(":")
    operator, _, value = rest.partition(":")
    if operator not in OPERATORS:
        raise Unanswerable(
            f"A filter reads property:operator:value, with one of {', '.join(OPERATORS)}."
        )
    if "\0" in value or len(value) > LONGEST:
        raise Unanswerable(f"A value has at most {LONGEST} characters, and none of them is NUL.")
    field = shape.field(name)
    return Condition(field, operator, _values(field, operator, value), text)


def _values(field: Field, operator: str, text: str) -> tuple[Any, ...]:
    if operator == "empty":
        return (_yes_or_no(field, text or "true"),)
    if operator == "contains":
        return (_must_say_something(field, text),)
    parts = text.split(BETWEEN_VALUES) if operator == "in" else [text]
    if len(parts) > MOST_VALUES:
        raise Unanswerable(f"At most {MOST_VALUES} values go into one filter.")
    return tuple(_READ[field.type](field, _must_say_something(field, part)) for part in parts)


def _must_say_something(field: Field, text: str) -> str:
    if not text:
        raise Unanswerable(f"{field.name} is compared with nothing; `empty` asks for no value.")
    return text


def _text(field: Field, text: str) -> str:
    return text


def _number(field: Field, text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise Unanswerable(f"{field.name} is a number, and {text!r} is none.")
    return Decimal(text)


def _yes_or_no(field: Field, text: str) -> bool:
    if text.lower() not in _WORDS:
        raise Unanswerable(f"{field.name} is compared with true or false here, not {text!r}.")
    return _WORDS[text.lower()]


def _moment(field: Field, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unanswerable(
            f"{field.name} is a time: write it as 2026-01-31 or 2026-01-31T09:30:00Z, not {text!r}."
        ) from None


def _day(field: Field, text: str) -> date:
    return _moment(field, text).date()


_READ: Mapping[str, Callable[[Field, str], Any]] = {
    TEXT: _text,
    NUMBER: _number,
    BOOLEAN: _yes_or_no,
    DATE: _day,
    MOMENT: _moment,
}


def plain(condition: Condition) -> sql.Composed:
    """Write a condition on a row called `record`, to be tried on each row that is read."""
    field, values = condition.field, condition.values
    if condition.operator == "empty":
        return sql.SQL("({} is null) = {}").format(field.text, sql.Literal(values[0]))
    if condition.operator == "contains":
        return sql.SQL("{} ilike {}").format(field.text, sql.Literal(as_pattern(values[0])))
    if condition.operator == "in":
        choices = sql.SQL(", ").join(_literal(value) for value in values)
        return sql.SQL("{} in ({})").format(field.value, choices)
    sign = sql.SQL(_SIGNS[condition.operator])
    return sql.SQL("{} {} {}").format(field.value, sign, _literal(values[0]))


def by_index(condition: Condition, shape: Shape) -> sql.Composed:
    """Write the same so that the index on raw_json answers it, for readers, too."""
    parts = [
        sql.SQL(
            "select found.hubspot_id from records_containing({}, {}::jsonb) as found"
            " where found.portal_id = {}"
        ).format(
            sql.Literal(shape.kind.name),
            sql.Literal(json.dumps({"properties": {condition.field.name: value}})),
            sql.Literal(shape.portal_id),
        )
        for value in condition.values
    ]
    return sql.SQL("record.hubspot_id in ({})").format(sql.SQL(" union ").join(parts))


def as_pattern(text: str) -> str:
    """Write a pattern in which nothing of the text has a meaning of its own."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"


def _literal(value: Any) -> sql.Composable:
    """Write a value. A whole number stays one, so that an index on whole numbers answers."""
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < 2**62:
        return sql.Literal(int(value))
    return sql.Literal(value)
