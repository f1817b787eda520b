"""`python -m lab.benchmarks.scale [--scale 0.1] [generate load]`: each figure beside its rival, in
a process of its own; exits 1 when a goal is missed. By name alone, for they take long or need no
millions: contacts (backfill and nightly comparison of a million), ways (of keeping sums)."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

NAMES = ("generate", "load", "rollups")
PATIENCE_SECONDS = 3_600


def main() -> int:
    """Run the figures; the last line that each prints is its JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--scale", type=float, default=1.0, help="that part of 4.85 million rows")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    codes = [
        subprocess.run(
            [sys.executable, "-m", f"lab.benchmarks.scale.{name}", str(asked.scale)],
            timeout=PATIENCE_SECONDS,
        ).returncode
        for name in asked.names
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
