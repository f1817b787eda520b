"""Write many records' JSON and CSV at once, column by column, with Arrow: no Python for a row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

# what may not stand in a JSON text as it is
_TO_ESCAPE = '["\\\\\\x00-\\x1f]'
_PLAIN_ID = "^[A-Za-z0-9_.:-]+$"
_AS_TEXT = csv.WriteOptions(include_header=False, quoting_style="needed")


def text(column: pa.Array) -> pa.Array:
    """Answer a column as text, as HubSpot writes values: times in ISO 8601. NaN is no value."""
    if pa.types.is_dictionary(column.type):
        return column.cast(pa.string())
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    if pa.types.is_timestamp(column.type):
        said = column.cast(pa.timestamp("ms", tz="UTC"), safe=False).cast(pa.string())
        return pc.binary_replace_slice(said, 10, 11, "T")
    return column.cast(pa.string())


def quoted(column: pa.Array) -> pa.Array:
    """Answer each value as a JSON text; NULL as null."""
    if pa.types.is_dictionary(column.type):
        words = quoted(column.dictionary)
        return pc.fill_null(
            pa.DictionaryArray.from_arrays(column.indices, words).cast("str"), "null"
        )
    said = text(column)
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if is_text and pc.any(pc.match_substring_regex(said, _TO_ESCAPE)).as_py():
        return pa.array(
            [
                "null" if each is None else json.dumps(each, ensure_ascii=False)
                for each in said.to_pylist()
            ],
            pa.string(),
        )
    return pc.fill_null(pc.binary_join_element_wise('"', said, '"', ""), "null")


def objects(members: Mapping[str, pa.Array]) -> pa.Array:
    """Answer one JSON object for each row. Members are JSON already: see `quoted`."""
    parts: list[Any] = []
    for place, (name, column) in enumerate(members.items()):
        parts += [("{" if place == 0 else ", ") + json.dumps(name) + ": ", column]
    return pc.binary_join_element_wise(*parts, "}", "")


def lists(ids: pa.Array) -> pa.Array:
    """Answer arrays as PostgreSQL writes them, of one id each; none where there is no id. Raises
    ValueError for an id that no system of ours would make."""
    said = text(ids)
    if (
        not pc.all(pc.match_substring_regex(said, _PLAIN_ID)).as_py()
        and len(said) > said.null_count
    ):
        raise ValueError("an id has signs other than letters, digits and _ . : -")
    return pc.fill_null(pc.binary_join_element_wise("{", said, "}", ""), "{}")


def as_csv(columns: Mapping[str, pa.Array]) -> bytes:
    """Answer rows of CSV as COPY reads them: an empty field is NULL."""
    sink = pa.BufferOutputStream()
    plain = {name: _without_words(column) for name, column in columns.items()}
    csv.write_csv(pa.table(plain), sink, _AS_TEXT)
    return bytes(sink.getvalue())


def _without_words(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type) or pa.types.is_floating(column.type):
        return text(column)
    return column
