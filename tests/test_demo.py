"""`spoke demo --once`: all processes of the product at once, a burst of changes, and the copy compared."""

from __future__ import annotations

import os
import subprocess

from tests.processes import ROOT


def test_the_demo_ends_with_an_equal_copy() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        ["./spoke", "demo", "--once", "--contacts", "300", "--deals", "60", "--companies", "80", "--calls", "400"],
        cwd=ROOT,
        env=environment | {"SPOKE_NO_INSTALL": "1"},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The copy equals the portal." in done.stdout
    assert "event → row: p50" in done.stdout
