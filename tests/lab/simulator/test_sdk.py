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


def test_the_official_client_reads_and_changes_what_lies_beside_records(simulator, tmp_path):
    """Hold lists, forms, exports, imports, webhook settings, tokens, preferences and events."""
    script = Path(__file__).with_name("sdk_families.py")
    command = [sys.executable, "-P", str(script), simulator.url]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, env={})
    assert done.returncode == 0, done.stderr
    counters = {"TOTAL_ROWS": 3, "ERRORS": 1, "CREATED_OBJECTS": 1, "UPDATED_OBJECTS": 1}
    assert json.loads(done.stdout) == {
        "lists": [["101", "151"], ["151"], True, True],
        "forms": ["Renamed", "Renamed", True],
        "exports": ["COMPLETE", "Record ID,email", True],
        "imports": ["DONE", counters, 1, "Newer"],
        "webhooks": [True, ["contact.propertyChange"], [], "http://127.0.0.1:9/"],
        "tokens": ["simulated-token", 62515, 62515, 1800],
        "preferences": ["SUBSCRIBED", "NOT_SUBSCRIBED", 3],
        "marketing_events": ["Fair", 0, ["Fair"], True],
    }
