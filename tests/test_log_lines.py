"""Lines of the log: the same fields as key=value and as JSON, ours and the libraries' alike."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest

import log_lines
from settings import LOG_FORMATS
from tests.processes import ROOT


@pytest.fixture
def written(request: pytest.FixtureRequest) -> list[str]:
    """Give what a logger of ours writes in the form that the test is about."""
    found = list[str]()

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(self.format(record))

    handler, logger = Kept(), logging.getLogger("tests.lines")
    handler.setFormatter(log_lines.formatter(request.param))
    logger.addHandler(handler)
    logger.setLevel("INFO")
    request.addfinalizer(lambda: logger.removeHandler(handler))
    return found


def speak() -> None:
    with log_lines.bound_contextvars(portal_id=7):
        log_lines.lines("tests.lines").info("job", ms=1.5, why='a "b"\nc')
        logging.getLogger("tests.lines").warning("%d wait", 3)
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("tests.lines").exception("failed")
    log_lines.lines("tests.lines").debug("below the level")


@pytest.mark.parametrize("written", ["keyvalue"], indirect=True)
def test_people_read_keys_and_values(written: list[str]) -> None:
    speak()
    job, library, failed = [line.partition("+00:00 ")[2] for line in written]
    assert job == 'INFO tests.lines job ms=1.5 why="a \\"b\\"\\nc" portal_id=7'
    assert library == "WARNING tests.lines 3 wait portal_id=7"
    assert failed.startswith("ERROR tests.lines failed\nTraceback")
    assert failed.endswith("ValueError: broken")


@pytest.mark.parametrize("written", ["json"], indirect=True)
def test_programs_read_json(written: list[str]) -> None:
    speak()
    job, library, failed = [json.loads(line) for line in written]
    assert list(job) == ["time", "level", "logger", "event", "ms", "why", "portal_id"]
    assert (job["why"], library["event"], library["portal_id"]) == ('a "b"\nc', "3 wait", 7)
    assert failed["exception"].endswith("ValueError: broken") and "portal_id" not in failed


def test_every_form_that_may_be_set_is_there() -> None:
    assert set(LOG_FORMATS) == set(log_lines.FORMS)


def test_no_process_loads_rich_for_its_lines() -> None:
    """What shows bars loads it afterwards: hidden for good, it could not."""
    shown = "import log_lines, sys; print('rich' in sys.modules); import rich.progress"
    ended = subprocess.run([sys.executable, "-c", shown], check=True, capture_output=True, cwd=ROOT)
    assert ended.stdout == b"False\n"
