"""The receiver on Vercel: what .vercelignore leaves is enough, and a stand-in of its runtime runs
it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
import requests

import deliveries
from lab import embedded
from settings import RECEIVER_NEEDS, VARIABLES, WEBHOOK_PATH
from tests.installation import plain
from tests.platforms import vercel_runtime
from tests.processes import ROOT, wait_for_port
from tests.webhooks.conftest import EVENT, SECRET, headers

CRON = "cron-secret-of-more-than-32-characters"
# What the platform's edge adds to each request.
EDGE = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "spoke.example.com"}  # fmt: skip


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the repository without what .vercelignore names."""
    lines = (ROOT / ".vercelignore").read_text().splitlines()
    ignored = [line for line in lines if line and line[0] != "#"]
    folder = tmp_path_factory.mktemp("vercel") / "bundle"
    hidden = (".venv", ".git", ".env", "__pycache__", ".*_cache", ".hypothesis", ".demo", ".peers")
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*hidden, *ignored))
    return folder


@pytest.fixture
def url(bundle: Path, redis_url: str) -> Iterator[str]:
    port = embedded.free_port()
    settings = {"REDIS_URL": redis_url, "HUBSPOT_CLIENT_SECRET": SECRET, "CRON_SECRET": CRON,
                "PUBLIC_URL": "https://spoke.example.com"}  # fmt: skip
    command = [sys.executable, vercel_runtime.__file__, str(port)]
    process = subprocess.Popen(command, cwd=bundle, env=plain(**settings))
    try:
        wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def post(url: str, body: bytes, chunked: bool = False, **changes: str) -> int:
    sent = headers(body) | EDGE | changes
    data = iter([body[:10], body[10:]]) if chunked else body
    return requests.post(url + WEBHOOK_PATH, data=data, headers=sent, timeout=20).status_code


def test_it_receives_many_at_once_chunked_or_not_and_believes_no_stranger(
    url: str, redis_client: redis.Redis
) -> None:
    bodies = [json.dumps([EVENT | {"objectId": each}]).encode() for each in range(40)]
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda n: post(url, bodies[n], n % 2 == 0), range(40)))
    assert statuses == [204] * 40
    stored = [each.body for batch in deliveries.read(redis_client, 100) for each in batch]
    assert sorted(stored) == sorted(bodies)
    assert redis_client.llen("rq:queue:ingest") == 1
    assert post(url, bodies[0], **{"X-HubSpot-Signature-v3": "forged"}) == 401
    assert post(url, b" " * 1_000_001) == 413


def test_its_cron_queues_one_reconcile(url: str, redis_client: redis.Redis) -> None:
    crons = json.loads((ROOT / "vercel.json").read_text())["crons"]
    path, schedule = crons[0]["path"], crons[0]["schedule"]
    assert re.fullmatch(r"[0-5]?\d \* \* \* \*", schedule)
    agent = EDGE | {"User-Agent": "vercel-cron/1.0"}
    right = agent | {"Authorization": f"Bearer {CRON}"}
    assert requests.get(url + path, headers=agent, timeout=20).status_code == 401
    assert requests.get(url + path, headers=right, timeout=20).status_code == 202
    assert redis_client.llen("rq:queue:backfill") == 1


def test_the_bundle_holds_the_receiver_and_little_else(bundle: Path) -> None:
    left = {path.name for path in bundle.iterdir()}
    assert {"index.py", "vercel.json", ".python-version", "requirements.txt"} <= left
    assert left.isdisjoint({"db", "api", "dashboard", "workers", "lab", "tests", "wsgi.py"})
    assert not (bundle / ".env").exists()


def test_its_python_is_one_that_vercel_and_spoke_have() -> None:
    assert (ROOT / ".python-version").read_text().strip() in ("3.12", "3.13", "3.14")


def test_the_page_names_the_variables_that_it_needs() -> None:
    page = (ROOT / "docs" / "platforms.md").read_text()
    section = page.partition("## Vercel")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([A-Z_]+)`", section)) & set(VARIABLES)
    assert {*RECEIVER_NEEDS, "CRON_SECRET"} <= named
