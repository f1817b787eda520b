"""Write rows as CSV, JSON Lines or Parquet, part by part: memory does not grow with the rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from analytics.spreadsheets import cell

Row = tuple[Any, ...]
Write = Callable[[Sequence[Row]], None]
Columns = Mapping[str, str]  # name → PostgreSQL's type


@contextmanager
def as_csv(path: Path, columns: Columns) -> Iterator[Write]:
    """Write CSV for spreadsheets: no text of a record is taken for a formula."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        yield lambda rows: writer.writerows([cell(_said(each)) for each in row] for row in rows)


@contextmanager
def as_json_lines(path: Path, columns: Columns) -> Iterator[Write]:
    """Write an object a line. A number is the nearest double."""
    with path.open("w", encoding="utf-8") as file:

        def write(rows: Sequence[Row]) -> None:
            for row in rows:
                said = {name: _in_json(each) for name, each in zip(columns, row, strict=True)}
                file.write(json.dumps(said, ensure_ascii=False) + "\n")

        yield write


@contextmanager
def as_parquet(path: Path, columns: Columns) -> Iterator[Write]:
    """Write Parquet with Snappy. Numbers are doubles there, as engines for it reckon."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "int4": pa.int32(),
        "int8": pa.int64(),
        "numeric": pa.float64(),
        "float8": pa.float64(),
        "bool": pa.bool_(),
        "date": pa.date32(),
        "timestamptz": pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema([(name, types.get(kind, pa.string())) for name, kind in columns.items()])
    with pq.ParquetWriter(path, schema, compression="snappy") as writer:

        def write(rows: Sequence[Row]) -> None:
            arrays = [
                pa.array([_in_parquet(row[place]) for row in rows], of.type)
                for place, of in enumerate(schema)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))

        yield write


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def _in_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return _said(value)


def _in_parquet(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


Opened = Callable[[Path, Columns], AbstractContextManager[Write]]
FORMATS: Mapping[str, Opened] = {"csv": as_csv, "jsonl": as_json_lines, "parquet": as_parquet}
