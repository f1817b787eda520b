"""`spoke init`: what it asks, what it writes, and what it never replaces without a yes."""

from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path

import pytest

from commands.spoke_init import MADE, QUESTIONS, WEBHOOKS
from env_file import variables_of
from tests.installation import install, plain

ANSWERS = {
    "DATABASE_URL": "postgresql://spoke:pass%23word@db.example.com:6543/postgres",
    "REDIS_URL": "rediss://:secret@redis.example.com:6380/0",
    "HUBSPOT_ACCESS_TOKEN": "pat-eu1-0#1",
    "HUBSPOT_CLIENT_SECRET": "new,old",
    "PUBLIC_URL": "https://spoke.example.com",
}
OPTIONS = [part for each in QUESTIONS for part in (each.option, ANSWERS[each.name])]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("init"))


@pytest.fixture
def house(installed: Path) -> Path:
    for path in (installed / ".env", installed / WEBHOOKS):
        path.unlink(missing_ok=True)
    return installed


def run(house: Path, *options: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["./spoke", "init", *options],
        cwd=house, env=plain(), input=said, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_it_writes_the_settings_and_the_webhooks_and_names_three_commands(house: Path) -> None:
    ended = run(house, *OPTIONS)
    assert ended.returncode == 0, ended.stderr
    written = variables_of(house / ".env") or {}
    assert written.items() >= ANSWERS.items()
    assert all(len(written[name]) == 64 for name in MADE)
    assert stat.S_IMODE((house / ".env").stat().st_mode) == 0o600
    config = json.loads((house / WEBHOOKS).read_text())["config"]
    assert config["settings"]["targetUrl"] == "https://spoke.example.com/webhooks/hubspot"
    assert {"subscriptionType": "contact.creation", "active": True} in config["subscriptions"][
        "legacyCrmObjects"
    ]
    assert len(ended.stdout.splitlines()) == 4
    assert not any(each in ended.stdout + ended.stderr for each in ("secret", "pat-eu1"))


def test_questions_are_asked_until_an_answer_can_be_used(house: Path) -> None:
    said = "\n".join(["mysql://x", *ANSWERS.values()]) + "\n"
    ended = run(house, said=said)
    assert ended.returncode == 0, ended.stderr
    assert "DATABASE_URL cannot be read" in ended.stderr
    assert (variables_of(house / ".env") or {}).items() >= ANSWERS.items()


def test_nothing_is_replaced_without_a_yes_and_keys_are_kept(house: Path) -> None:
    key = "a key that stored tokens were encrypted with"
    (house / ".env").write_text(f"ENCRYPTION_KEY='{key}'\nPUBLIC_URL=https://old.example.com\n")
    before = (house / ".env").read_text()
    for said in ("", "n\n"):
        assert run(house, *OPTIONS, said=said).returncode == 1
        assert (house / ".env").read_text() == before
        assert not (house / WEBHOOKS).exists()
    assert run(house, *OPTIONS, said="y\n").returncode == 0
    found = variables_of(house / ".env") or {}
    assert (found["ENCRYPTION_KEY"], found["PUBLIC_URL"]) == (key, ANSWERS["PUBLIC_URL"])
    assert run(house, *OPTIONS, "--overwrite").returncode == 0


def test_an_option_that_cannot_be_used_writes_nothing(house: Path) -> None:
    ended = run(house, *OPTIONS[:-1], "http://spoke.example.com")
    assert ended.returncode == 1
    assert "https is needed" in ended.stderr and "Nothing was written" in ended.stderr
    assert not (house / ".env").exists()
