"""Property values as a typed view reads them: right where they fit, NULL where not, never an
error."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from db.connect import Connection

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
VALUES: dict[str, dict[str | None, Any]] = {
    "property_number": {
        "12": Decimal(12), " -1.50 ": Decimal("-1.50"), "+.5": Decimal("0.5"), "1.": Decimal(1),
        "1e3": Decimal(1000),
        "1e400": Decimal("1e400"), "1e9999": None, "9" * 1001: None, "NaN": None, "Infinity": None,
        "abc": None,
        "": None, "1,5": None, "0x10": None, "1_000": None, "--1": None, "1 2": None, ".": None,
        "1,800": None, "1,800.00": Decimal("1800.00"), "1.800,5": Decimal("1800.5"),
        None: None,
    },
    "property_date": {
        "2024-02-29": date(2024, 2, 29), "2024-12-31": date(2024, 12, 31), "2024-02-30": None,
        "2023-02-29": None,
        "2024-04-31": None, "2024-13-01": None, "2024-00-10": None, "0000-01-01": None,
        "0001-01-01": date(1, 1, 1),
        "1709164800000": date(2024, 2, 29), "1709207999999": date(2024, 2, 29),
        "-86400000": date(1969, 12, 31), "20240102": None,
        "-864000000": date(1969, 12, 22), "9" * 15: None, "9" * 30: None,
        "2024-02-29T23:30:00Z": date(2024, 2, 29),
        "2024-02-29T23:30:00-01:00": date(2024, 3, 1), "29.02.2024": None, "today": None,
        "infinity": None,
        "abc": None, "": None, None: None,
    },
    "property_datetime": {
        "2024-02-29T12:00:00Z": NOON, "2024-02-29T12:00:00.000Z": NOON, "2024-02-29 12:00": NOON,
        "2024-02-29T13:00:00+01:00": NOON, "2024-02-29T10:30-0130": NOON, "1709208000000": NOON,
        "2024-02-29T12:00:00.123456Z": NOON.replace(microsecond=123_456),
        "2024-02-29": datetime(2024, 2, 29, tzinfo=UTC), "2024-02-30T12:00:00Z": None,
        "2024-02-29T24:00:00Z": None,
        "2024-02-29T12:60:00Z": None, "2024-02-29T12:00:00+99:00": None, "now": None, "": None,
        None: None,
    },
    "property_boolean": {
        "true": True, "TRUE": True, " yes ": True, "1": True, "on": True, "false": False,
        "No": False, "0": False,
        "maybe": None, "": None, None: None,
    },
    "property_options": {
        "a;b;c": ["a", "b", "c"], "a": ["a"], ";a;;b;": ["a", "b"], "a, b": ["a, b"], ";": None,
        "": None, None: None,
    },
}  # fmt: skip


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
@pytest.mark.parametrize("name", VALUES)
def test_good_bad_and_empty_values(conn: Connection, name: str, zone: str) -> None:
    """Under any time zone, date style and search_path of the caller."""
    conn.execute(
        "select set_config('timezone', %s, true), set_config('datestyle', 'ISO, DMY', true)", [zone]
    )
    conn.execute("set local search_path = public")
    query = f"select value, hubspot.{name}(value) as read from unnest(%s::text[]) as value"
    found = {
        row["value"]: row["read"]
        for row in conn.execute(query.encode(), [list(VALUES[name])]).fetchall()
    }
    assert found == VALUES[name]


@pytest.mark.parametrize("name", VALUES)
def test_they_may_stand_in_an_index(conn: Connection, name: str) -> None:
    conn.execute(
        f"create index on hubspot_calls_raw ({name}(raw_json -> 'properties' ->> 'x'))".encode()
    )
