"""The demo's control answers the demo's dashboard and nobody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import requests

from lab.demo_control import ADDRESS, Control


@pytest.fixture
def address() -> Iterator[str]:
    """Answer where a control of no stack answers."""
    control = Control()
    server = control._server
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield control.environment[ADDRESS]
    server.shutdown()
    server.server_close()


def test_who_knows_the_secret_path_is_answered(address: str) -> None:
    state = requests.get(f"{address}/state", timeout=5)
    assert (state.status_code, state.json()) == (200, {"broken": "", "workers": 0, "diary": []})
    assert requests.post(f"{address}/break/redis", timeout=5).status_code == 409  # nothing runs


@pytest.mark.parametrize("path", ["state", "guess/state", "break/redis", "guess/break/redis", ""])
def test_a_stranger_is_not(address: str, path: str) -> None:
    place = address.rpartition("/")[0]
    assert requests.get(f"{place}/{path}", timeout=5).status_code == 404
    assert requests.post(f"{place}/{path}", timeout=5).status_code == 404


def test_only_what_is_listed_can_be_broken(address: str) -> None:
    for path in ("break/postgres", "break/", "redis", "state"):
        assert requests.post(f"{address}/{path}", timeout=5).status_code == 404
