"""Write the entities as Parquet files, with a manifest of what is in them: a block at a time, so
that memory does not grow with the rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lab.scale import block as blocks
from lab.scale import entities
from lab.scale.block import Block, Known
from lab.scale.draws import randomness
from lab.scale.entities import ENTITIES, Entity

MANIFEST = "manifest.json"
COMPRESSION = "snappy"
Progress = Callable[[str, int, int], None]  # entity, rows so far, rows in all


@dataclass(frozen=True)
class Order:
    """Say what is to be made."""

    rows: int
    seed: int

    @property
    def counts(self) -> dict[str, int]:
        return entities.counts(self.rows)


def tables(order: Order, entity: Entity, known: Known) -> Iterator[pa.Table]:
    """Make one entity, a block of 50,000 rows at a time."""
    total = order.counts[entity.name]
    for number, begins in enumerate(range(0, total, blocks.ROWS)):
        rng = randomness(order.seed, entity.name, number)
        rows = min(blocks.ROWS, total - begins)
        yield pa.table(entity.make(Block(rng, begins, rows, total), known))


def known_of(order: Order) -> Known:
    return Known(order.counts["companies"], order.counts["contacts"])


def write(order: Order, folder: Path, progress: Progress) -> dict[str, Any]:
    """Write every file and the manifest; answer the manifest. A file appears once it is whole, the
    manifest last: a folder without one is unfinished."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    known = known_of(order)
    told: dict[str, dict[str, Any]] = {}
    for entity in ENTITIES:
        path = folder / f"{entity.name}.parquet"
        rows = _write_file(path, tables(order, entity, known), _telling(progress, order, entity))
        told[entity.name] = {
            "file": path.name,
            "rows": rows,
            "bytes": path.stat().st_size,
            "sha256": _checksum(path),
        }
    manifest = {
        "seed": order.seed,
        "rows": sum(each["rows"] for each in told.values()),
        "block_rows": blocks.ROWS,
        # the same seed gives the same bytes by these versions
        "made_by": {"numpy": np.__version__, "pyarrow": pa.__version__},
        "entities": told,
    }
    part = folder / f"{MANIFEST}.part"
    part.write_text(json.dumps(manifest, indent=2) + "\n")
    part.replace(folder / MANIFEST)
    return manifest


def _telling(progress: Progress, order: Order, entity: Entity) -> Callable[[int], None]:
    return lambda rows: progress(entity.name, rows, order.counts[entity.name])


def _write_file(path: Path, made: Iterator[pa.Table], tell: Callable[[int], None]) -> int:
    part, rows = path.with_suffix(".part"), 0
    first = next(made)
    with open_writer(part, first.schema) as writer:
        for table in chain([first], made):
            writer.write_table(table, row_group_size=blocks.ROWS)
            rows += table.num_rows
            tell(rows)
    part.replace(path)
    return rows


def open_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a file as all of them are written. Only words have a dictionary: one of ids would be
    given up for each block, after it was built."""
    listed = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    return pq.ParquetWriter(path, schema, compression=COMPRESSION, use_dictionary=listed)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
