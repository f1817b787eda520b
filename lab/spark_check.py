"""`python -m lab.spark_check [master]`: every aggregation on Spark equals DuckDB's, which a test
holds equal to Postgres. Spark's packages have an environment of their own, out of every other."""

from __future__ import annotations

import math
import re
import site
import sys
import tempfile
from pathlib import Path
from typing import Any

from lab.peers.environments import ROOT, python_environment
from lab.scale.files import Order, write
from operations import engines

ORDER = Order(48_500, 42)
CLOSE = 1e-11  # of a figure: sums of floats depend on the order in which they are added


def main(master: str) -> int:
    """Compare all rows; exit 1 where one differs."""
    pins = re.findall(r"(?m)^\w+==\S+", (ROOT / "requirements-spark.txt").read_text())
    for folder in (python_environment("spark", *pins) / "lib").glob("python*/site-packages"):
        site.addsitedir(str(folder))
    differing = 0
    with tempfile.TemporaryDirectory() as name:
        files = Path(name)
        write(ORDER, files, lambda entity, done, total: None)
        with engines.duckdb(files) as duck, engines.spark(files, master) as spark:
            for aggregation in engines.aggregations():
                ours, theirs = _sorted(duck(aggregation)), _sorted(spark(aggregation))
                same = len(ours) == len(theirs) > 0 and all(map(_same, ours, theirs))
                differing += not same
                print(f"{aggregation}: {len(ours)} rows {'equal' if same else 'DIFFER'}")
    return int(differing > 0)


def _sorted(rows: engines.Rows) -> engines.Rows:
    return sorted(rows, key=lambda row: str(row[1]))


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Tell whether two rows are equal: texts wholly, numbers as far as floats allow."""
    return len(one) == len(other) and all(map(_equal, one, other))


def _equal(one: Any, other: Any) -> bool:
    if one is None or other is None or isinstance(one, str):
        return bool(one == other)
    return math.isclose(float(one), float(other), rel_tol=CLOSE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "local[2]"))
