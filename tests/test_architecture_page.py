"""docs/architecture.md tells the truth about files and jobs."""

from __future__ import annotations

import re
from pathlib import Path

import jobs

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()


def test_every_job_stands_in_the_table() -> None:
    """A job that the clock does not wake has words where others have their time."""
    rows = re.findall(r"^\| `([a-z_.]+)` \| (\w+) \| (.*?) \|", PAGE, re.MULTILINE)
    told = {name: (queue, "" if woken.startswith("by ") else woken) for name, queue, woken in rows}
    assert told == {job.name: (job.queue, _when(job)) for job in jobs.every_job()}


def _when(job: jobs.Job) -> str:
    return f"every {job.every} s" if job.every else job.cron or ""


def test_every_named_file_is_there() -> None:
    named = set(re.findall(r"\b[a-z_]+(?:/\w+)*\.(?:py|sql)\b", PAGE))
    assert {name for name in named if not (ROOT / name).exists()} == set()
