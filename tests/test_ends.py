"""However demo and tests end, nothing stays behind: no process, no folder, no shared memory."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
import requests

from tests.installation import plain
from tests.processes import ROOT, wait_for

SMALL = ("--contacts", "30", "--deals", "6", "--companies", "8", "--calls", "10", "--port", "0")
SERVES = (
    "import time\nfrom lab import embedded\nwith embedded.servers():\n    print('serving'); "
    "time.sleep(600)"
)
KEEPS = (
    "import time\nfrom lab.keeper import kept_folder\nwith kept_folder():\n    print('keeping'); "
    "time.sleep(600)"
)
HANGS = """
import time


def test_it(servers, shared_simulator):
    print("all is running", flush=True)
    time.sleep(600)
"""
GOES_ON = """
import signal, threading, time
from lab import demo
demo.GRACE_SECONDS = 1
signal.signal(signal.SIGTERM, demo._stop)
threading.Thread(target=time.sleep, args=[600]).start()
print("goes on", flush=True)
time.sleep(600)
"""
SOON = 25  # seconds until all is gone, also on a machine that has much else to do


@contextmanager
def started(*command: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process that is killed after the test, or after two minutes."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=plain(PYTHON_DOTENV_DISABLED="1", PYTHONUNBUFFERED="1", **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    patience = threading.Timer(120, process.kill)
    patience.start()
    try:
        yield process
    finally:
        patience.cancel()
        process.kill()
        process.wait()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Read what a process printed, up to the line that has these words."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended before it said {words}: {said}")


def folder_of(process: subprocess.Popen[str]) -> Path:
    """Answer the folder that its keeper keeps."""
    keepers: list[str] = []

    def found() -> bool:
        with suppress(psutil.Error):
            for child in psutil.Process(process.pid).children(recursive=True):
                words = child.cmdline()
                if len(words) > 2 and words[-2].endswith("keeper.py"):
                    keepers.append(words[-1])
        return bool(keepers)

    wait_for(found, 60)
    return Path(keepers[0])


def left_of(folder: Path) -> list[str]:
    """List everything on this machine that knows of the folder: processes, and the folder
    itself."""
    left = [str(folder)] if folder.exists() else []
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        with suppress(psutil.Error):
            known = [process.cwd(), *process.cmdline(), *process.environ().values()]
            if any(str(folder) in words for words in known):
                left.append(f"{process.pid} {' '.join(process.cmdline())[:80]}")
    return left


def shared_memory_of(folder: Path) -> list[Path]:
    """Answer the files that PostgreSQL has among the shared memory."""
    pid = int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    mapped = Path(f"/proc/{pid}/maps").read_text().split()
    return [Path(word) for word in set(mapped) if word.startswith("/dev/shm/PostgreSQL")]


def must_be_gone(folder: Path) -> None:
    give_up = time.monotonic() + SOON
    while left := left_of(folder):
        assert time.monotonic() < give_up, left
        time.sleep(0.1)


@pytest.mark.whole_run
def test_a_killed_demo_leaves_nothing() -> None:
    """All its processes run by then, and it fetches the portal's records."""
    with started("./spoke", "demo", *SMALL) as demo:
        read_until(demo, "fetching every record")
        folder = folder_of(demo)
        memory = shared_memory_of(folder)
        assert len(left_of(folder)) > 5
        assert memory
        demo.kill()
        assert demo.wait(SOON) == -signal.SIGKILL
        must_be_gone(folder)
        assert [path for path in memory if path.exists()] == []


def test_a_thread_that_goes_on_does_not_hold_up_the_end() -> None:
    """As of a backfill, which stops at the end of a page; and a second signal does not break off
    the stopping."""
    with started(sys.executable, "-c", GOES_ON) as run:
        read_until(run, "goes on")
        run.terminate()
        read_until(run, "Stopping …")
        run.terminate()
        assert run.wait(SOON) == 130
        assert run.stdout is not None
        assert "Stopping" not in run.stdout.read()


def healed(said: str, name: str) -> str:
    """Press a button of the demo's page that breaks what runs; answer the page once all is well."""
    link = re.findall(r"http://\S+/sign-in/\S+", said)[0]
    home = link.partition("/sign-in/")[0]
    with requests.Session() as browser:
        assert browser.get(link, timeout=30).ok
        pages = [browser.get(f"{home}/break", timeout=30).text]
        token = re.findall(r'name="form_token" value="([^"]+)"', pages[0])[0]
        form, headers = {"form_token": token, "name": name}, {"Origin": home}
        pressed = browser.post(f"{home}/break/do", form, headers=headers, timeout=30)
        assert "It is broken" in pressed.text

        def is_well() -> bool:
            pages.append(browser.get(f"{home}/break", timeout=30).text)
            return "Equal to HubSpot: " in pages[-1]

        wait_for(is_well, 60)
    return pages[-1]


@pytest.mark.whole_run
def test_commands_can_be_tried_on_a_demo_and_ctrl_c_leaves_nothing() -> None:
    """With the lines that it prints, in another shell. The doctor misses nothing but events: no
    edit is made. A worker that its page kills is followed by another."""
    with started("./spoke", "demo", *SMALL, "--edits-per-second", "0.01") as demo:
        said = read_until(demo, "Ctrl-C stops everything")
        exports = re.findall(r"export .*", said)
        assert len(exports) == 3
        for command in ("status", "verify", "doctor"):
            tried = subprocess.run(
                ["sh", "-ec", "\n".join([*exports, f"exec ./spoke {command}"])],
                cwd=ROOT,
                env=plain(),
                capture_output=True,
                text=True,
                timeout=120,
            )
            ill = [line for line in tried.stdout.splitlines() if "✗" in line]
            assert all("events: none has ever come" in line for line in ill), tried.stdout
            assert tried.returncode == len(ill), tried.stdout + tried.stderr
        page = healed(said, "worker")
        assert "workers was killed in the middle" in page and "Another one runs" in page
        folder = folder_of(demo)
        memory = shared_memory_of(folder)
        demo.send_signal(signal.SIGINT)
        # 130 where the machine is so slow that the keeper had to end what was told to stop
        assert demo.wait(SOON) in (0, 130)
        must_be_gone(folder)
        assert memory and [path for path in memory if path.exists()] == []


@pytest.mark.whole_run
def test_a_killed_test_run_leaves_nothing(tmp_path: Path) -> None:
    """Servers, receiver and simulator of a test that hangs."""
    hangs = ROOT / "tests" / "test_that_hangs.py"
    hangs.write_text(HANGS)
    try:
        with started(sys.executable, "-m", "pytest", "-s", str(hangs)) as run:
            read_until(run, "all is running")
            folder = folder_of(run)
            memory = shared_memory_of(folder)
            assert len(left_of(folder)) > 5
            run.kill()
            must_be_gone(folder)
            assert [path for path in memory if path.exists()] == []
    finally:
        hangs.unlink()


@pytest.fixture
def short_path() -> Iterator[Path]:
    """Give a short path: PostgreSQL's sockets have paths of a hundred characters at most, and
    pytest's are longer."""
    with tempfile.TemporaryDirectory(prefix="ends-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.mark.whole_run
def test_what_a_killed_keeper_left_is_cleared_up_by_the_next_run(short_path: Path) -> None:
    """Owner and keeper are killed at once: no process clears up until the next run."""
    here = {"TMPDIR": str(short_path)}
    with started(sys.executable, "-c", SERVES, **here) as first:
        read_until(first, "serving")
        folder = folder_of(first)
        memory = shared_memory_of(folder)
        with started(sys.executable, "-c", KEEPS, **here) as second:
            read_until(second, "keeping")
            assert folder.exists()  # its owner lives: no other run may clear it up
            kill_with_keeper(first)
            assert len(left_of(folder)) > 2
            with started(sys.executable, "-c", KEEPS, **here) as third:
                read_until(third, "keeping")
                must_be_gone(folder)
                others = [folder_of(second), folder_of(third)]
                assert all(other.exists() for other in others)
    assert [path for path in memory if path.exists()] == []
    for other in others:
        must_be_gone(other)


def kill_with_keeper(owner: subprocess.Popen[str]) -> None:
    """Stop the owner until its keeper is dead, so that it cannot do the keeper's work."""
    owner.send_signal(signal.SIGSTOP)
    for child in psutil.Process(owner.pid).children():
        if "keeper.py" in " ".join(child.cmdline()):
            child.kill()
    owner.kill()
    owner.wait()


@pytest.mark.whole_run
@pytest.mark.parametrize("seconds", [0, 2])
def test_a_demo_that_starts_leaves_nothing(seconds: float) -> None:
    with started("./spoke", "demo", *SMALL) as demo:
        folder = folder_of(demo)
        time.sleep(seconds)  # somewhere in the start: where exactly must not matter
        demo.terminate()
        assert demo.wait(SOON) in (0, 130)
        must_be_gone(folder)
