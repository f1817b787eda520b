"""`.env` beside the code: every process of the product reads it, and tests and demo do not."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
import requests

from env_file import variables_of
from lab import embedded
from settings import Settings, SettingsError
from tests import processes
from tests.installation import install, plain

PYTHON = ".venv/bin/python"
GUNICORN = (PYTHON, "-m", "gunicorn")
PROCESSES: dict[str, Sequence[str]] = {
    "spoke": ("./spoke", "status"),
    "release": (PYTHON, "cli.py", "migrate"),
    "workers": (PYTHON, "-m", "workers"),
    "clock": (PYTHON, "-m", "workers.clock"),
    "web": (*GUNICORN, "webhooks.app:create_app()"),
    "pages": (*GUNICORN, "wsgi:app"),
    "receiver": (*GUNICORN, "index:app"),
    "another server's pages": (PYTHON, "-c", "import wsgi"),
    "another server's receiver": (PYTHON, "-c", "import index"),
}


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def house(installed: Path) -> Path:
    """Give an installation without a `.env`, which the test writes."""
    (installed / ".env").unlink(missing_ok=True)
    return installed


def run(house: Path, command: Sequence[str], **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=house, env=plain(**more), capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("command", PROCESSES.values(), ids=PROCESSES)
def test_every_process_reads_it_and_ends_with_one_line_where_it_cannot(
    house: Path, command: Sequence[str]
) -> None:
    (house / ".env").write_text("HUBSPOT_RATE_LIMIT=100\n\nHUBSPOT_ACCESS_TOKEN canary\n")
    ended = run(house, command)
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        ".env cannot be understood at line 3; nothing was started. Write NAME=value there, with "
        "quotes closed, or take the file away. See .env.example."
    )
    assert ended.stdout == ""


def test_a_command_works_with_it_alone(house: Path, database_url: str, redis_url: str) -> None:
    written = (
        f"DATABASE_URL='{database_url}'\nREDIS_URL={redis_url}\nexport LOG_LEVEL=ERROR\nPORT=\n"
    )
    (house / ".env").write_text(written)
    ended = run(house, ("./spoke", "portals", "list"))
    assert (ended.returncode, ended.stderr) == (0, "Read .env: 3 variables.\n"), ended.stderr


def test_real_variables_win_also_empty_ones(house: Path) -> None:
    (house / ".env").write_text("DATABASE_URL=postgresql://canary/x\nREDIS_URL=canary\nPORT=1\n")
    ended = run(house, ("./spoke", "status"), DATABASE_URL="", REDIS_URL="elsewhere", PORT="1")
    assert ended.stderr.splitlines() == [
        "Read .env: 3 variables; set outside, which wins: DATABASE_URL, REDIS_URL.",
        "Error: Settings: DATABASE_URL is not set; REDIS_URL cannot be read: redis://host:port or "
        "rediss://… is needed. See .env.example.",
    ]


def test_gunicorn_binds_by_it_and_says_so_once(house: Path, redis_url: str, tmp_path: Path) -> None:
    port = embedded.free_port()
    (house / ".env").write_text(
        f"HOST=127.0.0.1\nPORT={port}\nWEB_CONCURRENCY=2\nREDIS_URL={redis_url}\n"
        f"HUBSPOT_CLIENT_SECRET=canary\nPUBLIC_URL=http://127.0.0.1:{port}\n"
    )
    log = tmp_path / "log"
    command = [str(house / PYTHON), "-m", "gunicorn", "index:app", "--log-level", "warning"]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=house, env=plain(), stdout=output, stderr=output) as web,
    ):
        try:
            processes.wait_for_port(port, web)
            processes.wait_for(lambda: len(psutil.Process(web.pid).children()) == 2)
            assert requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=10).ok
            second = run(house, PROCESSES["receiver"])
        finally:
            web.terminate()
    assert log.read_text() == "Read .env: 6 variables.\n"
    assert second.returncode == 1
    assert second.stderr.splitlines()[-1] == (
        f"Nothing can listen at 127.0.0.1, port {port} (Address already in use). "
        "Stop what does so, or set HOST and PORT to others."
    )


def test_a_malformed_setting_ends_gunicorn_with_one_line(house: Path) -> None:
    (house / ".env").write_text("WEB_CONCURRENCY=two\n")
    ended = run(house, PROCESSES["web"])
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "Read .env: 1 variable.",
        "Settings: WEB_CONCURRENCY cannot be read: a whole number above 0 is needed. See "
        ".env.example.",
    ]


@pytest.mark.parametrize("name", ["receiver", "pages"])
def test_a_missing_setting_ends_gunicorn_with_one_line_among_its_own(
    house: Path, name: str
) -> None:
    ended = run(house, PROCESSES[name], HOST="127.0.0.1", PORT=str(embedded.free_port()))
    ours = [line for line in ended.stderr.splitlines() if not line.startswith("[")]
    assert ended.returncode == 4
    assert len(ours) == 1 and ours[0].startswith("Settings: ")
    assert "REDIS_URL is not set" in ours[0]


def test_without_a_file_nothing_is_said(house: Path) -> None:
    assert run(house, ("./spoke", "status")).stderr.startswith("Error: Settings: DATABASE_URL is")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", {}),
        (b"# A=1\n\nB=\nC=''\n", {}),
        (b"\xef\xbb\xbfA=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        (b"export A = 'one # two'\n", {"A": "one # two"}),
        (b"A=one # two\nB=p#${A}$$\n", {"A": "one", "B": "p#${A}$$"}),
    ],
)
def test_what_a_file_says(tmp_path: Path, text: bytes, found: dict[str, str]) -> None:
    (tmp_path / ".env").write_bytes(text)
    assert variables_of(tmp_path / ".env") == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"A=1\nB='canary\nC=2\n", "cannot be understood at line 2;"),
        (b"\n\ncanary\n\nB=canary C=2\nA canary\n", "cannot be understood at line 3, 6;"),
        (b"A=1\nB=canary\0\n", "cannot be understood at line 2;"),
        (b"A=caf\xe9 canary\n", "is not text in UTF-8;"),
    ],
)
def test_what_cannot_be_used_is_told_without_values(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / ".env").write_bytes(text)
    with pytest.raises(SettingsError) as raised:
        variables_of(tmp_path / ".env")
    assert f".env {said}" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_a_folder_or_a_file_of_others_is_told(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(SettingsError, match=r"^\.env cannot be read \(Is a directory\); nothing"):
        variables_of(tmp_path / ".env")
    assert variables_of(tmp_path / "none") is None


def test_the_example_alone_changes_nothing() -> None:
    assert Settings.from_env(env=variables_of(processes.ROOT / ".env.example") or {}) == Settings()
