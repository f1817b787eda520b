"""`python -m lab.benchmarks.intelligence [--only forecast,…]`: each figure beside its rivals, in a
process of its own; exits 1 when a goal is missed. One more figure is one module and one name."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

NAMES = ("forecast", "scoring", "drift", "competitors", "write_back")
PATIENCE_SECONDS = 3_600


def main() -> int:
    """Run the figures; the last line that each prints is its JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default=",".join(NAMES), help="names with commas between")
    asked = parser.parse_args().only.split(",")
    if unknown := set(asked) - set(NAMES):
        parser.error(f"no figure is called {', '.join(sorted(unknown))}; there are {NAMES}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    codes = [
        subprocess.run(
            [sys.executable, "-m", f"lab.benchmarks.intelligence.{name}"], timeout=PATIENCE_SECONDS
        ).returncode
        for name in asked
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
