"""`python -m lab.benchmarks [name …]`: every headline figure beside its goal; exits 1 when one is
missed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from lab.benchmarks.pace import paced

NAMES = (
    "receive",
    "upsert",
    "burst",
    "trickle",
    "requests_per_change",
    "backfill",
    "unlimited",
    "reconcile",
    "links",
    "kills",
)
PATIENCE_SECONDS = 300
console = Console()


def main(names: list[str]) -> int:
    figures = [run(name) for name in names or NAMES]
    show(figures)
    if all(figure.get("ok") for figure in figures):
        return 0
    return 1


def run(name: str) -> dict[str, Any]:
    """Run a benchmark in a process of its own, so that none inherits what another left behind. The
    last line that it prints is the figure."""
    command, began = [sys.executable, "-m", f"lab.benchmarks.{name}"], time.monotonic()
    with console.status(f"{name} …"), paced() as pace:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    try:
        figure: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        console.print(ended.stderr[-3000:], style="red", markup=False)
        figure = {"name": name, "ok": False}
    figure |= pace.told()
    print(json.dumps(figure), flush=True)
    return figure | {"took": time.monotonic() - began}


def show(figures: list[dict[str, Any]]) -> None:
    table = Table("", "ours", "rival", "ratio", "goal", "took", "")
    for figure in figures:
        table.add_row(
            *_row(figure),
            f"{figure['took']:.0f} s",
            "[green]ok[/green]" if figure["ok"] else "[red]missed[/red]",
        )
    console.print(table)
    for figure in figures:
        console.print(
            f"{figure['name']}: "
            + ", ".join(f"{name} {value:,}" for name, value in _others(figure)),
            style="dim",
        )


def _row(figure: dict[str, Any]) -> tuple[str, ...]:
    if "ours" not in figure:
        return figure["name"], "no figure", "", "", ""
    ours, rival = (
        f"{figure['ours']:,} {figure['unit']}",
        f"{figure['rival']:,} ({figure['rival_is']})",
    )
    return figure["name"], ours, rival, f"{figure['ratio']:.4g}", f"{figure['goal']:.4g}"


def _others(figure: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the further numbers of a figure, and their goals."""
    for name, value in figure.items():
        if name not in ("ours", "rival", "ratio", "goal", "ok", "took") and isinstance(
            value, int | float
        ):
            yield name, value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
