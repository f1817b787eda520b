"""Hostile values on their way through PostgreSQL and back: 28 values in each of 6 kinds of column.

With any value of a property, its row is kept with everything else in it, and so is its neighbour in
the batch.
"""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import orjson
import psycopg
import pytest
from psycopg.rows import dict_row

from db import upserts as records
from db.connect import Database
from hubspot.json_text import loads, storable
from hubspot.mirrored import Mirrored
from hubspot.objects import CONTACTS, CORE_TYPES, DEALS, ObjectType
from hubspot.records import row

COLUMNS = {
    "email": CONTACTS, "firstname": CONTACTS, "vsl_watched": CONTACTS,
    "vsl_watch_duration": CONTACTS,
    "createdate": CONTACTS, "amount": DEALS,
}  # fmt: skip
NOISE = "".join(Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=65_536))
HOSTILE: dict[str, bytes] = {
    "nul": b'"a\\u0000b"',
    "lone high surrogate": b'"\\ud800"',
    "lone low surrogate": b'"x\\udfff"',
    "swapped surrogates": b'"\\ude00\\ud83d"',
    "10^400 as text": b'"1' + b"0" * 400 + b'"',
    "10^400": b"1" + b"0" * 400,
    "1e400": b"1e400",
    "1e-400": b'"1e-400"',
    "17,000 decimals": b'"1.' + b"7" * 17_000 + b'"',
    "1,000 random digits": b'"' + str(Random(1).getrandbits(3_300)).encode() + b'"',
    "4,000 digits": b'"' + b"9" * 4_000 + b'"',
    "NaN": b'"NaN"',
    "NaN without quotes": b"NaN",
    "Infinity": b'"Infinity"',
    "-Infinity without quotes": b"-Infinity",
    "year 99999": b'"99999-01-01T00:00:00Z"',
    "year 0": b'"0000-01-01"',
    "year 1": b'"0001-01-01T00:00:00Z"',
    "end of year 9999": b'"9999-12-31T23:59:59.999Z"',
    "February 30": b'"2024-02-30"',
    "5 MB": b'"' + b"x" * 5_000_000 + b'"',
    "64 kB that no compression shrinks": b'"' + NOISE.encode() + b'"',
    "100,000 brackets as text": b'"' + b"[" * 100_000 + b'"',
    "nested 900 deep": b"[" * 900 + b"]" * 900,
    "objects nested 400 deep": b'{"a":' * 400 + b"1" + b"}" * 400,
    "backslashes and quotes": b'"\\\\u0000 \\" \' {} \\\\, NULL"',
    "every control character": orjson.dumps("".join(map(chr, range(1, 32)))),
    "right to left": '"\u202e\u05d0\u05d1\U0001f600"'.encode(),
}


def record(hubspot_id: str, **properties: Any) -> dict[str, Any]:
    return {"id": hubspot_id, "updatedAt": "2026-01-01T00:00:00Z", "properties": properties}


def read_back(url: str, kind: ObjectType) -> dict[str, dict[str, Any]]:
    """Read as a user of the copy would: with psycopg and nothing of ours."""
    with psycopg.connect(url, row_factory=dict_row) as conn:
        rows = conn.execute(f"select * from hubspot.{kind.table}").fetchall()
    return {each["hubspot_id"]: each for each in rows}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_value_costs_neither_its_row_nor_its_neighbour(
    database: Database, database_url: str, value: bytes
) -> None:
    for name, kind in COLUMNS.items():
        body = (
            b'{"results":[{"id":"1","updatedAt":"2026-01-01T00:00:00Z",'
            b'"properties":{"%s":%s,"other":"kept"}}]}'
        )
        sent = loads(body % (name.encode(), value))["results"][0]
        hostile = row(kind, sent, {"companies": [{"id": "5"}]})
        neighbour = row(kind, record("2", other="unharmed"), {})
        with database.transaction() as conn:
            assert records.upsert(
                conn, Mirrored(1, kind), [hostile, neighbour], datetime.now(UTC)
            ).kept == {
                "1",
                "2",
            }
        found = read_back(database_url, kind)
        assert found["1"]["raw_json"]["properties"] == storable(sent)[0]["properties"]
        assert found["1"]["raw_json"]["properties"]["other"] == "kept"
        assert found["1"]["company_ids"] == ["5"]
        assert (
            found["1"][name]
            == dict(zip([each.name for each in kind.columns], hostile.values, strict=True))[name]
        )
        assert found["2"]["raw_json"] == record("2", other="unharmed") | {"associations": {}}


def test_everything_at_once_is_one_batch(database: Database, database_url: str) -> None:
    batch = [
        row(
            DEALS,
            record(str(number), amount=loads(value), dealname=loads(value), closedate=loads(value)),
            {},
        )
        for number, value in enumerate(HOSTILE.values(), 1)
    ]
    with database.transaction() as conn:
        records.upsert(conn, Mirrored(1, DEALS), batch, datetime.now(UTC))
    assert read_back(database_url, DEALS).keys() == {each.hubspot_id for each in batch}


@pytest.mark.parametrize("kind", CORE_TYPES.values(), ids=lambda kind: kind.name)
def test_the_longest_value_that_every_column_takes_fits_into_every_index(
    database: Database, database_url: str, kind: ObjectType
) -> None:
    longest = {column.property: NOISE[:700] for column in kind.columns}
    digits = str(Random(2).getrandbits(3_300))
    with database.transaction() as conn:
        for number, properties in enumerate(
            [longest, dict.fromkeys(longest, digits), dict.fromkeys(longest, "İ" * 350)], 1
        ):
            records.upsert(
                conn,
                Mirrored(1, kind),
                [row(kind, record(str(number), **properties), {})],
                datetime.now(UTC),
            )
    assert read_back(database_url, kind).keys() == {"1", "2", "3"}
