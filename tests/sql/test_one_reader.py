"""A property's text means the same in a typed column (Python) and in a view (SQL)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from db.connect import Connection
from hubspot import property_values

READERS: dict[str, Callable[[str], Any]] = {
    "property_number": property_values.number,
    "property_boolean": property_values.truth,
    "property_datetime": property_values.timestamp,
    "property_date": property_values.day,
}


def wide(text: str) -> str:
    """Write digits and letters as wide as Chinese characters: Python takes such digits for some."""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


ODD = (
    "1,800.00", "1.800,00", "1,800", "1.800", "1,234,567", "1.234.567", "12,34,567", "0,123,456",
    "1 800", "1'800.50", "1\u2019800", "1\u202f800,5", "01 800", "134376773869;137654776000",
    "1_800", wide("1800"), "٣", "1e5", "1e999", "1e1000", "1E-999", "9" * 1000, "9" * 1001, "NaN",
    "-Infinity", "0x1F", "+.5", "5.", ".", "-", "$5", "5 %", "(1,800.00)", "\u00a05 ", "\v5\f",
    "1\n", "1\x1f", "\u20091", "20240102", "2024", "0", "-0", "86400000", "-86400000", "3600000",
    "-1", "100000000", "-100000000", "1633996800000", "1633996800000.0", "1633996800000.5",
    "1633996800000.", wide("1633996800000"), "253402300799999", "253402300800000",
    "-62135596800000", "-62135596800001", "9223372036854775807", "6000000000123",
    "2024-01-02", "2024-1-2", "2024-02-30", "2023-02-29", "2024-W01-1", "2024-001", "2024-01-02T03",
    "2024-01-02T03:04", "2024-01-02T03:04:05,5Z", "2024-01-02T03:04:05.1234567Z",
    "2024-01-02T03:04:05.9999999Z", "2024-01-02t03:04:05z", "2024-01-02T24:00:00Z",
    "2024-01-02T03:04:60Z", "2024-01-02T03:04:05+0530", "2024-01-02T03:04:05+14:59",
    "2024-01-02T03:04:05+15:00", "0001-01-01T00:00:00+00:01", "0001-01-01T00:00:00-00:01",
    "0000-12-31", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.9999999Z",
    "9999-12-31T23:59:59-00:01", " 2024-01-02\t", wide("2024") + "-01-02", "now",
    "infinity", "epoch",
    "true", " TRUE ", "Yes", "y", "on", "off", "No", "n", "1", "wahr", wide("y"), "\u00a0yes",
)  # fmt: skip


def values() -> Iterator[str]:
    """Yield the odd ones, and 4,000 made of the pieces that they are made of."""
    yield from ODD
    random = Random(15)
    pieces = [" ", "\u00a0", wide("1"), "T03:04", ":05", ".5", "-01", "-02", "1633996800000"]
    pieces += ["1", "20", "800", "000", "2024", *",.-'T:Z+e_"]
    for _ in range(4_000):
        yield "".join(random.choices(pieces, k=random.randint(1, 6)))


@pytest.mark.parametrize("name", READERS)
def test_both_read_the_same(conn: Connection, name: str) -> None:
    asked = sorted(set(values()))
    query = f"select value, {name}(value) as read from unnest(%s::text[]) as value"
    sql = {row["value"]: row["read"] for row in conn.execute(query.encode(), [asked]).fetchall()}
    python = {value: READERS[name](value) for value in asked}
    assert {
        value: (sql[value], python[value]) for value in asked if sql[value] != python[value]
    } == {}
    assert 4 < sum(read is not None for read in python.values()) < len(asked)
