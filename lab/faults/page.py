"""docs/reliability.md: the table, and beside it what it does not show. Written from
reliability.json, to which every run adds its results, so that one number can be run again without
the others' forty minutes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
class Passed:
    """An earlier run that passed, told beside a newer one that missed."""

    counted: str
    commit: str
    date: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A result as it is kept."""

    counted: str
    ok: bool
    seed: int
    seconds: int
    date: str
    commit: str
    cores: int
    rival: str = ""
    pace: str = ""  # of the machine meanwhile
    passed_before: Passed | None = None  # the newest run that passed, where this one missed


def keep(number: int, result: Result, plan: Plan, seconds: float, pace: str) -> None:
    """Put a result in the place of the last run's, and write the page again."""
    entry = Entry(
        result.counted,
        result.ok,
        plan.seed,
        round(seconds),
        _today(),
        _commit(),
        os.cpu_count() or 0,
        result.rival,
        pace,
    )
    results = known()
    results[number] = after(results.get(number), entry)
    told = {str(place): _told(results[place]) for place in sorted(results)}
    KEPT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(page(results))


def _told(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in asdict(entry).items() if value not in ("", None)}


def after(before: Entry | None, newest: Entry) -> Entry:
    """Answer the newest result, whatever it is. One that missed bears the last pass with it."""
    if newest.ok or before is None:
        return newest
    passed = Passed(before.counted, before.commit, before.date) if before.ok else None
    return replace(newest, passed_before=passed or before.passed_before)


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
    run = f"{entry.seed}, {entry.commit}, {entry.date}, {entry.seconds}"
    cells = [
        str(number),
        one.fault,
        one.how,
        one.criterion,
        _counted(entry),
        entry.rival,
        run,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _counted(entry: Entry) -> str:
    """Tell what the newest run counted; of one that missed also how the machine was, and what the
    last run counted that passed."""
    if entry.ok:
        return f"**pass**: {entry.counted}"
    told = f"**FAIL**: {entry.counted}"
    if entry.pace:
        told += f" ({entry.pace})"
    if passed := entry.passed_before:
        told += f". Passed before, on {passed.commit}, {passed.date}: {passed.counted}"
    return told


def _verdict(known: Mapping[int, Entry]) -> str:
    missed = {number: entry for number, entry in known.items() if not entry.ok}
    told = f"{len(known) - len(missed)} of {len(known)} pass."
    for words, passed in (("Failing", False), ("Missed in the newest run, passed before", True)):
        if which := [number for number, entry in missed.items() if _has_passed(entry) is passed]:
            told += f" {words}: {', '.join(map(str, sorted(which)))}."
    return told


def _has_passed(entry: Entry) -> bool:
    return entry.ok or entry.passed_before is not None


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
    return {int(number): _entry(entry) for number, entry in kept.items()}


def _entry(kept: Mapping[str, Any]) -> Entry:
    passed = kept.get("passed_before")
    return Entry(**{**kept, "passed_before": Passed(**passed) if passed else None})


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
