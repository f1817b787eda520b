"""docs/simulator.md's fixture works as it is printed, and its table of operations is today's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lab import simulator_coverage
from lab.simulator_coverage import BEGIN, END, PAGE, is_answered, operations, routes, table

ROOT = Path(__file__).parents[3]
TEXT = PAGE.read_text()
THEIR_TEST = """
import json, os, subprocess, sys, urllib.request
import pytest

{fixture}

def test_a_contact_is_read(hubspot):
    path = "/crm/objects/2026-09/contacts?limit=1"
    head = {{"Authorization": "Bearer simulated-token"}}
    asked = urllib.request.Request(hubspot + path, headers=head)
    assert len(json.load(urllib.request.urlopen(asked))["results"]) == 1
"""


def test_the_fixture_of_the_page_runs_as_it_is_printed(tmp_path: Path) -> None:
    fixture = re.findall(r"```python\n(@pytest.fixture.*?)```", TEXT, re.DOTALL)[0]
    assert fixture.count("\n") <= 10
    (tmp_path / "test_theirs.py").write_text(THEIR_TEST.format(fixture=fixture))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_theirs.py"]
    ended = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"SPOKE": str(ROOT)}, capture_output=True,
        text=True, timeout=120,
    )  # fmt: skip
    assert "1 passed" in ended.stdout, ended.stdout + ended.stderr


def test_the_table_of_operations_is_todays() -> None:
    kept = TEXT.split(BEGIN)[1].split(END)[0].strip()
    assert kept == table(operations()).strip(), "make coverage"


@pytest.mark.parametrize(
    ("operation", "answered"),
    [
        (("GET", "/crm/v3/objects/contacts/{contactId}"), True),
        (("POST", "/crm/v4/associations/{fromObjectType}/{toObjectType}/batch/read"), True),
        (("DELETE", "/crm/v3/objects/contacts"), False),
        (("GET", "/crm/v3/lists/folders"), False),
    ],
)
def test_a_route_answers_a_path_of_its_method_alone(
    operation: simulator_coverage.Operation, answered: bool
) -> None:
    assert is_answered(routes(), operation) is answered
