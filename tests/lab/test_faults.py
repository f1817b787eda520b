"""The fault scenarios still run, and the page is the one that their kept results make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lab.faults import families, page  # noqa: F401
from lab.faults.scenario import SCENARIOS

ROOT = Path(__file__).parents[2]
# what the table promises to hold; the rest is told of below it
SECTION_7_2 = {
    *range(1, 16),
    17,
    *range(18, 26),
    *range(29, 32),
}


def test_the_quickest_passes_small() -> None:
    """In a process of its own, as `make faults` runs it: it silences the log."""
    command = [sys.executable, "-m", "lab.faults", "20", "--quick"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert "1 of 1 pass." in ran.stdout


def test_every_number_has_a_scenario_and_a_kept_result_that_passed() -> None:
    assert SCENARIOS.keys() == SECTION_7_2
    kept = {number for number, entry in page.known().items() if entry.ok or entry.passed_before}
    assert kept == SECTION_7_2


def test_the_page_is_what_the_kept_results_make() -> None:
    assert page.page(page.known()) == page.PAGE.read_text()


def test_the_newest_result_stands_and_one_that_missed_tells_the_last_pass() -> None:
    passed = page.Entry("4.2 s", True, 1, 41, "2026-11-21", "d33251d", 2)
    missed = page.Entry("6.0 s", False, 1, 43, "2026-11-28", "e82f672", 2, pace="slow")
    assert page.after(missed, passed) == passed
    once = page.after(passed, missed)
    twice = page.after(once, page.Entry("7.0 s", False, 1, 43, "2026-11-29", "aaaaaaa", 2))
    assert (once.counted, twice.counted) == ("6.0 s", "7.0 s")
    assert (
        once.passed_before == twice.passed_before == page.Passed("4.2 s", "d33251d", "2026-11-21")
    )
    told = page.page({10: once, 20: passed, 21: missed})
    assert "1 of 3 pass. Failing: 21. Missed in the newest run, passed before: 10." in told
    assert "**FAIL**: 6.0 s (slow). Passed before, on d33251d, 2026-11-21: 4.2 s" in told
