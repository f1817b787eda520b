"""JSON that parsers and PostgreSQL refuse: what we keep of it, what we replace, and what never
raises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubspot.json_text import dumps, loads, storable
from hubspot.objects import CONTACTS
from hubspot.records import Issue, row

UNSTORABLE = "characters or nesting that cannot be stored"
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a":1}', {"a": 1}),
        (b'"\\u0000"', "\x00"),
        (b'"\\ud800"', "\ud800"),
        (b'["\\ud83d\\ude00", "\\ud800"]', ["😀", "\ud800"]),
        (b"[NaN, Infinity, -Infinity]", [None, None, None]),
        (b"[1e400, -1e400, 1e-400]", ["1e400", "-1e400", 0.0]),
        (b"[1e400, 1" + b"0" * 400 + b"]", ["1e400", 10**400]),
        (b"9" * 1_000, int("9" * 1_000)),
        (
            b"[" + b"9" * 1_001 + b", -" + b"9" * 5_000 + b", 1]",
            ["9" * 1_001, "-" + "9" * 5_000, 1],
        ),
    ],
    ids=lambda value: str(value)[:30].encode("ascii", "replace").decode(),
)
def test_odd_json_is_read(body: bytes, value: Any) -> None:
    assert loads(body) == value


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"<html></html>", b"\xff", b'{"a":1}}', b"[" * 100_000,
            b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000, b'"\\ud800', b'"\\x00"', b"\xef\xbb\xbf",
    ],
    ids=lambda body: ascii(body[:12]),
)  # fmt: skip
def test_what_is_not_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        loads(body)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("\ud800", "\ufffd"),
        ("\udfff\udbff", "\ufffd\ufffd"),
        ({"a\x00": ["\x00", {"b": "\ud83d"}]}, {"a\ufffd": ["\ufffd", {"b": "\ufffd"}]}),
    ],
)
def test_what_postgres_cannot_store_is_replaced(value: Any, kept: Any) -> None:
    assert storable(value) == (kept, True)


@pytest.mark.parametrize(
    "value",
    ["", "😀", "\ufffd", "\x01\x1f\x7f", ["a"], {"a": {"b": [1, None, True, 2.5]}}, 10**400],
)
def test_what_postgres_can_store_is_the_same_object(value: Any) -> None:
    kept, changed = storable(value)
    assert kept is value and not changed


@pytest.mark.parametrize("depth", [100, 101, 300, 900])
def test_nesting_is_cut_at_a_hundred(depth: int) -> None:
    kept, changed = storable(loads(b"[" * depth + b"1" + b"]" * depth))
    expected = (
        b"[" * min(depth, 101)
        + (b'"\xef\xbf\xbd"' if depth > 101 else b"1")
        + b"]" * min(depth, 101)
    )
    assert (dumps(kept).encode(), changed) == (expected, depth > 101)


def test_nested_objects_are_cut_like_arrays() -> None:
    assert dumps(storable(loads(b'{"a":' * 300 + b"1" + b"}" * 300))[0]).count("{") == 101


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_anything_that_was_made_storable_is_json_that_postgres_takes(value: Any) -> None:
    text = dumps(storable(value)[0])
    assert "\\u0000" not in text.replace("\\\\", "") and text.encode()
    json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is not JSON"))


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["email", "createdate", "vsl_watched", "vsl_watch_duration", "x\x00"]), ANY
    )
)
def test_no_property_value_raises(properties: dict[str, Any]) -> None:
    found = row(
        CONTACTS, {"id": "7", "updatedAt": "2026-01-01T00:00:00Z", "properties": properties}, {}
    )
    assert (found.hubspot_id, len(found.values)) == ("7", len(CONTACTS.columns))


def test_a_replaced_character_is_reported_by_property() -> None:
    properties = {"email": "a\x00@b.c", "firstname": "Ada", "odd\x00": "1", "note": [["\ud800"]]}
    found = row(
        CONTACTS, {"id": "7", "updatedAt": "2026-01-01T00:00:00Z", "properties": properties}, {}
    )
    assert found.issues == tuple(Issue(name, UNSTORABLE) for name in ("email", "odd\ufffd", "note"))
    assert loads(found.raw_json.encode())["properties"] == {
        "email": "a\ufffd@b.c", "firstname": "Ada", "odd\ufffd": "1", "note": [["\ufffd"]],
    }  # fmt: skip


def test_a_replaced_character_outside_the_properties_is_reported_too() -> None:
    found = row(
        CONTACTS, {"id": "7", "updatedAt": "2026-01-01T00:00:00Z", "objectWriteTraceId": "\x00"}, {}
    )
    assert found.issues == (Issue("record", UNSTORABLE),)


def test_whole_numbers_beyond_64_bits_survive() -> None:
    assert dumps({"a": 10**400, "b": "ü"}) == '{"a": 1' + "0" * 400 + ', "b": "ü"}'
