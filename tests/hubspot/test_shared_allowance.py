"""The promise of the rate limit, measured: several processes, more than ten seconds, every rolling
window counted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import embedded

ROOT = Path(__file__).parents[2]
SECONDS = 10.8
ASKERS = {
    ("bulk", 190): ["bulk"] * 4,
    ("live", 100): ["live"] * 3,
    ("mixed", 40): ["live", "bulk", "bulk"],
}


@pytest.fixture(scope="module")
def granted(servers: embedded.Servers) -> Iterator[dict[tuple[str, int], list[float]]]:
    """Give for each portal when its requests arrived. All portals at once: each measurement is that
    long."""
    running = {
        portal: [asking(servers.redis_url, portal[0], portal[1], lane) for lane in lanes]
        for portal, lanes in ASKERS.items()
    }
    yield {
        portal: sorted(
            float(line) for process in processes for line in process.communicate()[0].split()
        )
        for portal, processes in running.items()
    }


def asking(redis_url: str, portal: str, per_window: int, lane: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tests.hubspot.asking",
        redis_url,
        portal,
        str(per_window),
        lane,
        str(SECONDS),
    ]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("portal", ASKERS)
def test_no_rolling_ten_seconds_hold_more_than_the_limit(
    granted: dict[tuple[str, int], list[float]], portal: tuple[str, int]
) -> None:
    times = granted[portal]
    assert times[-1] - times[0] > 10
    assert max(sum(start <= each < start + 10 for each in times) for start in times) <= portal[1]
