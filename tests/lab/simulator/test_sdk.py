"""HubSpot's official Python client works against the simulator unchanged."""

import json
import subprocess
import sys
from pathlib import Path


def test_the_official_client_lists_reads_writes_searches_and_links(simulator, tmp_path):
    script = Path(__file__).with_name("sdk_calls.py")

    # -P and another directory keep our package `hubspot` out of the way of theirs.
    command = [sys.executable, "-P", str(script), simulator.url]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, env={})

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "listed": ["101", "151", "201"],
        "after": "201",
        "updated": "Eva",
        "later": True,
        "read": ["Eva"],
        "missing": ["7"],
        "linked": [[279, 1]],
        "found": True,
        "archived": True,
        "stages": [
            "appointmentscheduled",
            "qualifiedtobuy",
            "presentationscheduled",
            "decisionmakerboughtin",
            "contractsent",
            "closedwon",
            "closedlost",
        ],
        "owners": 10,
        "properties": True,
        "calls": 4,
    }
