"""docs/reliability.md: the table, and beside it what it does not show. Written from
reliability.json, to which every run adds its results, so that one number can be run again without
the others' forty minutes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from lab.faults.scenario import SCENARIOS, Plan, Result

DOCS = Path(__file__).parents[2] / "docs"
KEPT, PAGE = DOCS / "reliability.json", DOCS / "reliability.md"
ELSEWHERE = {
    16: (
        "forged, expired and replayed signatures: tests/hubspot/test_signature.py and "
        "tests/webhooks"
    ),
    17: "a million fuzzed requests",
    26: "static checks and the anonymous role: tests/db/test_protection.py for the latter",
    27: "24 hours with random faults",
    28: "from source change to row: `make bench`",
}
HERE = Path(__file__).parent
OPENING = (HERE / "page_opening.md").read_text()
CLOSING = (HERE / "page_closing.md").read_text()


@dataclass(frozen=True, slots=True)
class Entry:
    """A result as it is kept."""

    counted: str
    ok: bool
    rival: str
    seed: int
    seconds: int
    date: str
    commit: str
    cores: int


def keep(number: int, result: Result, plan: Plan, seconds: float) -> None:
    """Add a result to the results of earlier runs, and write the page again."""
    entry = Entry(
        result.counted,
        result.ok,
        result.rival,
        plan.seed,
        round(seconds),
        _today(),
        _commit(),
        os.cpu_count() or 0,
    )
    results = known() | {number: entry}
    told = {str(place): asdict(results[place]) for place in sorted(results)}
    KEPT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(page(results))


def page(known: Mapping[int, Entry]) -> str:
    lines = [
        "| # | Fault | How it is made | Criterion | Counted | Rival | Seed, commit, date, seconds |"
    ]
    lines += ["|---|---|---|---|---|---|---|"]
    lines += [
        _line(number, entry) for number, entry in sorted(known.items()) if number in SCENARIOS
    ]
    missing = sorted(SCENARIOS.keys() - known.keys())
    notes = []
    if missing:
        notes = [f"Not run yet: {', '.join(map(str, missing))}.\n"]
    notes += [
        f"{_verdict(known)} Machine: {_machines(known)}. `python -m lab.faults N --seed S` repeats "
        "line N.\n"
    ]
    return "\n".join([OPENING, *notes, *lines, "", _elsewhere(), CLOSING.strip(), ""])


def _line(number: int, entry: Entry) -> str:
    one = SCENARIOS[number]
    passed = "**pass**" if entry.ok else "**FAIL**"
    run = f"{entry.seed}, {entry.commit}, {entry.date}, {entry.seconds}"
    cells = [
        str(number),
        one.fault,
        one.how,
        one.criterion,
        f"{passed}: {entry.counted}",
        entry.rival,
        run,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _verdict(known: Mapping[int, Entry]) -> str:
    failed = [str(number) for number, entry in sorted(known.items()) if not entry.ok]
    return f"{len(known) - len(failed)} of {len(known)} pass." + (
        f" Failing: {', '.join(failed)}." if failed else ""
    )


def _machines(known: Mapping[int, Entry]) -> str:
    return ", ".join(
        sorted({f"{entry.cores} cores, shared with other work" for entry in known.values()})
    )


def _elsewhere() -> str:
    lines = [f"- {number}: {what}" for number, what in ELSEWHERE.items()]
    return "\n".join(
        ["Numbers that are not in this table are shown elsewhere or not yet:\n", *lines, ""]
    )


def known() -> dict[int, Entry]:
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return {int(number): Entry(**entry) for number, entry in kept.items()}


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _commit() -> str:
    """Name the commit, with a + when the code is not what was committed; this page itself is no
    code."""
    changed = _git(
        "status", "--porcelain", "--untracked-files=no", "--", ".", ":(exclude)docs/reliability.*"
    )
    return (_git("rev-parse", "--short=7", "HEAD") or "unknown") + ("+" if changed else "")


def _git(*command: str) -> str:
    return subprocess.run(
        ["git", "-C", str(DOCS.parent), *command], capture_output=True, text=True
    ).stdout.strip()
