"""API JSON → typed rows: every kind of column with good, empty and bad values, and the record as a
whole."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from hubspot.columns import BOOLEAN, INTEGER, NUMERIC, TEXT, TIMESTAMP, Column, Kind
from hubspot.errors import Unavailable
from hubspot.objects import ObjectType
from hubspot.records import Issue, Row, row, timestamp

UPDATED = "2026-01-02T03:04:05.678Z"
UPDATED_AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
NAMES = {
    TEXT: "text",
    NUMERIC: "numeric",
    INTEGER: "integer",
    BOOLEAN: "boolean",
    TIMESTAMP: "timestamp",
}
SAMPLES = ObjectType(
    "samples",
    "sample",
    "9-9",
    "modified",
    (
        *(Column(name, kind) for kind, name in NAMES.items()),
        Column("key", indexed=True),
    ),
)


def read(**properties: Any) -> Row:
    return row(SAMPLES, {"id": "7", "properties": properties, "updatedAt": UPDATED}, {})


def column(found: Row, name: str) -> Any:
    return dict(zip([each.name for each in SAMPLES.columns], found.values, strict=True))[name]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (TEXT, "Ada", "Ada"), (TEXT, " ", " "), (TEXT, "א😀", "א😀"), (TEXT, "null", "null"),
        (TEXT, 5, "5"),
        (TEXT, ["a"], '["a"]'), (TEXT, False, "false"),
        (NUMERIC, "0", Decimal(0)), (NUMERIC, "19.99", Decimal("19.99")),
        (NUMERIC, "-1e3", Decimal(-1000)),
        (NUMERIC, " 5 ", Decimal(5)), (NUMERIC, 5, Decimal(5)), (NUMERIC, 2.5, Decimal("2.5")),
        (NUMERIC, "1" + "0" * 400, Decimal(10) ** 400), (NUMERIC, "1e-400", Decimal("1e-400")),
        (INTEGER, "0", 0), (INTEGER, "42", 42), (INTEGER, "42.0", 42),
        (INTEGER, "-2147483648", -(2**31)),
        (INTEGER, "2147483647", 2**31 - 1), (INTEGER, 42, 42), (INTEGER, "1e3", 1000),
        (BOOLEAN, "true", True), (BOOLEAN, "FALSE", False), (BOOLEAN, "Yes", True),
        (BOOLEAN, "no", False),
        (BOOLEAN, "1", True), (BOOLEAN, "0", False), (BOOLEAN, True, True), (BOOLEAN, " true ",
            True),
        (TIMESTAMP, UPDATED, UPDATED_AT), (TIMESTAMP, "1767323045678", UPDATED_AT),
    ],
)  # fmt: skip
def test_a_good_value_is_typed(kind: Kind, text: object, value: object) -> None:
    found = read(**{NAMES[kind]: text})
    assert (column(found, NAMES[kind]), found.issues) == (value, ())


@pytest.mark.parametrize("name", NAMES.values())
@pytest.mark.parametrize("properties", [lambda name: {name: ""}, lambda name: {name: None},
    lambda name: {}],
                         ids=["empty", "null", "missing"])  # fmt: skip
def test_an_unset_value_is_null_and_no_issue(name: str, properties: Any) -> None:
    found = read(**properties(name))
    assert (column(found, name), found.issues) == (None, ())


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((NUMERIC, text) for text in ("abc", "12,5", "NaN", "Infinity", "-inf", "1e1001",
            "1e-1001", "9" * 1_001,
                                       "1." + "1" * 17_000, "0x10", "--5", " ", "5 USD", [], {},
                                       True)),
        *((INTEGER, text) for text in ("1.5", "2147483648", "-2147483649", "1" + "0" * 400,
            "9" * 4_000, "abc", "NaN",
                                       "1e-400", "1e999999999", " ", [5])),
        *((BOOLEAN, text) for text in ("maybe", "2", " ", "truee", "yes!", [True], 0.5)),
        *((TIMESTAMP, text) for text in ("soon", "2024-02-30", "99999-01-01", "0000-01-01",
            "2024-13-01", "9" * 18,
                                         "-99999999999999999", "2024-01-02T25:00:00Z",
                                         "9999-12-31T23:59:59-05:00",
                                         "0001-01-01T00:00:00+05:00", "12:30", " ", "²" * 13,
                                         "--1700000000000", [])),
    ],
    ids=lambda value: str(value)[:24],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_null_and_an_issue_and_stays_in_raw_json(
    kind: Kind, text: object
) -> None:
    found, name = read(**{NAMES[kind]: text}), NAMES[kind]
    assert (column(found, name), found.issues) == (None, (Issue(name, f"not of type {name}"),))
    assert orjson.loads(found.raw_json)["properties"] == {name: text}


def test_an_issue_names_hubspots_property_not_our_column() -> None:
    calls = ObjectType(
        "calls", "call", "0-48", "m", (Column("call_duration", INTEGER, "hs_call_duration"),)
    )
    found = row(
        calls, {"id": "1", "updatedAt": UPDATED, "properties": {"hs_call_duration": "long"}}, {}
    )
    assert found.issues == (Issue("hs_call_duration", "not of type integer"),)


@pytest.mark.parametrize(("size", "kept"), [(700, True), (701, False), (5_000_000, False)])
def test_a_text_that_no_index_can_hold_is_kept_in_raw_json_only(size: int, kept: bool) -> None:
    found = read(key="x" * size, text="y" * size)
    assert (column(found, "key"), column(found, "text")) == (
        "x" * size if kept else None,
        "y" * size,
    )
    assert found.issues == (() if kept else (Issue("key", "too long for an index"),))
    assert orjson.loads(found.raw_json)["properties"]["key"] == "x" * size


def test_the_length_of_an_indexed_text_is_counted_in_bytes() -> None:
    assert column(read(key="א" * 351), "key") is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-02", datetime(2024, 1, 2, tzinfo=UTC)),
        ("2024-01-02T03:04:05Z", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05.678Z", datetime(2024, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)),
        ("2024-01-02T03:04:05+02:00", datetime(2024, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("2024-01-02 03:04:05", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("1704164645678", datetime(2024, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)),
        ("-86400000000", datetime(1967, 4, 7, tzinfo=UTC)),
        ("253402300799000", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("253402300800000", None),
        ("", None),
        (None, None),
        (1704164645678, None),
    ],
)
def test_times_come_in_many_forms(text: object, moment: datetime | None) -> None:
    assert timestamp(text) == moment


def test_a_time_without_zone_is_utc_wherever_we_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        assert timestamp("2024-01-02") == datetime(2024, 1, 2, tzinfo=UTC)
    time.tzset()


def test_a_record_is_read_whole() -> None:
    record = {
        "id": 7, "archived": True, "archivedAt": "2026-01-03T00:00:00Z",
        "createdAt": "2025-01-01T00:00:00Z",
        "updatedAt": UPDATED, "url": "https://app.hubspot.com/x", "associations": {"old": {}},
        "properties": {"text": "Ada", "extra": "kept"},
    }  # fmt: skip
    links = {
        "deals": [{"id": 9, "typeId": 4}, {"id": "9", "typeId": 5}, {"id": "10", "typeId": 4}],
        "calls": [],
    }
    raw = {name: value for name, value in record.items() if name not in ("url", "associations")}
    raw["associations"] = {to: {"results": found} for to, found in links.items()}
    found = row(SAMPLES, record, links)
    assert orjson.loads(found.raw_json) == raw
    assert found == Row(
        hubspot_id="7",
        values=("Ada", None, None, None, None, None),
        links={"deals": ("9", "10"), "calls": ()},
        raw_json=found.raw_json,
        archived=True,
        archived_at=datetime(2026, 1, 3, tzinfo=UTC),
        updated_at=UPDATED_AT,
    )


def test_the_modified_property_stands_in_for_a_missing_updated_at() -> None:
    assert (
        row(SAMPLES, {"id": "7", "properties": {"modified": UPDATED}}, {}).updated_at == UPDATED_AT
    )


@pytest.mark.parametrize(
    ("told", "expected", "is_known"),
    [
        ({"updatedAt": UPDATED}, UPDATED_AT, True),
        ({"updatedAt": "soon", "properties": {SAMPLES.modified: UPDATED}}, UPDATED_AT, True),
        ({"properties": {SAMPLES.modified: UPDATED}}, UPDATED_AT, True),
        ({"createdAt": UPDATED}, UPDATED_AT, False),
        ({"properties": {SAMPLES.created: UPDATED}}, UPDATED_AT, False),
        ({"updatedAt": "soon"}, datetime(1970, 1, 1, tzinfo=UTC), False),
        ({}, datetime(1970, 1, 1, tzinfo=UTC), False),
    ],
)
def test_a_record_without_a_modified_time_lands_as_old_as_can_be(
    told: dict[str, Any], expected: datetime, is_known: bool
) -> None:
    found = row(SAMPLES, {"id": "7"} | told, {})
    issues = () if is_known else (Issue("updatedAt", "no modified time"),)
    assert (found.updated_at, found.issues) == (expected, issues)


@pytest.mark.parametrize(
    "record",
    [
        {}, {"id": "", "updatedAt": UPDATED},
        {"updatedAt": UPDATED},
        {"id": "7", "updatedAt": UPDATED, "properties": ["x"]},
        {"id": "7", "updatedAt": UPDATED, "properties": "\u0000"},
    ],
)  # fmt: skip
def test_a_broken_answer_is_no_record(record: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        row(SAMPLES, record, {})
