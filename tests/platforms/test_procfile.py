"""Each line of the Procfile starts what it names, as a platform starts it, and ends when told."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis
import requests
from rq import Worker

import jobs
from lab import embedded
from tests.installation import plain
from tests.platforms.test_platform_files import PROCFILE
from tests.processes import ROOT, wait_for

Up = Callable[[], bool]


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).ok
    except requests.RequestException:
        return False


@pytest.fixture
def environment(database_url: str, redis_url: str) -> dict[str, str]:
    return plain(
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        HUBSPOT_CLIENT_SECRET="client-secret",
        ENCRYPTION_KEY="key of thirty-two characters or more",
        HOST="127.0.0.1",
        PYTHON_DOTENV_DISABLED="1",
    ) | {"PATH": f"{ROOT / '.venv' / 'bin'}:/usr/bin:/bin"}


@pytest.mark.parametrize("name", sorted(PROCFILE.keys() - {"release"}))
def test_a_process_starts_and_ends_when_told(
    name: str, environment: dict[str, str], redis_client: redis.Redis, tmp_path: Path
) -> None:
    port = embedded.free_port()
    environment |= {"PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    up: dict[str, Up] = {
        "web": lambda: _answers(port),
        "pages": lambda: _answers(port),
        "worker": lambda: len(Worker.all(connection=redis_client)) == 3,
        "backfill": lambda: len(Worker.all(connection=redis_client)) == 1,
        "clock": lambda: jobs.clock_ticks(redis_client),
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "-c", PROCFILE[name]], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        wait_for(lambda: process.poll() is not None or up[name](), 40)
        assert process.poll() is None, (tmp_path / "log").read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0, (tmp_path / "log").read_text()
    finally:
        process.kill()
        process.wait()


def test_release_makes_the_tables(environment: dict[str, str], empty_database_url: str) -> None:
    command = ["sh", "-c", PROCFILE["release"]]
    environment["DATABASE_URL"] = empty_database_url
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    with psycopg.connect(empty_database_url) as conn:
        assert conn.execute("select to_regclass('hubspot.sync_status') is not null").fetchone() == (
            True,
        )
