"""How fast are the entities made, beside pyarrow writing the same columns from memory? And how much
memory does it take?"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from lab.benchmarks.figure import Figure
from lab.scale import block as blocks
from lab.scale.entities import ENTITIES, ROWS
from lab.scale.files import Order, known_of, open_writer, tables, write

GOAL = 0.25
MOST_GIB = 3.0
SEED = 42


def rival(order: Order, folder: Path) -> float:
    """Answer the seconds that pyarrow takes to write what is in memory. One entity at a time is
    there, and making it is not timed."""
    known, seconds = known_of(order), 0.0
    for entity in ENTITIES:
        made = list(tables(order, entity, known))
        began = time.perf_counter()
        with open_writer(folder / f"{entity.name}.parquet", made[0].schema) as writer:
            for table in made:
                writer.write_table(table, row_group_size=blocks.ROWS)
        seconds += time.perf_counter() - began
    return seconds


def main(scale: float) -> None:
    order = Order(round(ROWS * scale), SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.perf_counter()
        manifest = write(order, folder, lambda entity, done, total: None)
        ours = time.perf_counter() - began
        # before the rival, which holds whole entities
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        theirs = rival(order, folder)
    size = sum(each["bytes"] for each in manifest["entities"].values())
    Figure(
        "generate",
        ours=round(order.rows / ours),
        rival=round(order.rows / theirs),
        ratio=theirs / ours,
        goal=GOAL,
        ok=theirs / ours >= GOAL and resident < MOST_GIB,
        more={
            "unit": "rows/s",
            "rival_is": "pyarrow writing the same columns from memory",
            "rows": order.rows,
            "seed": SEED,
            "resident_gib": resident,
            "bytes_per_row": size / order.rows,
        },
    ).print()


if __name__ == "__main__":
    main(float(sys.argv[1]))
