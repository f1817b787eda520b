"""Processes of the product and the simulated portal, started for tests and stopped after them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
import requests

from lab import embedded

ROOT = Path(__file__).parent.parent
CLIENT_SECRET, ACCESS_TOKEN, OTHER_TOKEN = "client-secret", "access-token", "other-token"


@dataclass(frozen=True)
class Web:
    """A running web process."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass(frozen=True)
class Simulator:
    """A running simulated HubSpot, reached the way its users and administrators would."""

    url: str
    portal_id: int
    # One connection that lives on: each request of its own would open one, and read the proxies.
    session: requests.Session = field(default_factory=_session, compare=False)

    def control(self, name: str, **body: Any) -> Any:
        """Call the control API once, by POST."""
        answer = self.session.post(f"{self.url}/simulator/{name}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def stats(self) -> Any:
        return self.session.get(f"{self.url}/simulator/stats", timeout=10).json()

    def call(self, method: str, path: str, body: Any = None, token: str = ACCESS_TOKEN) -> Any:
        """Call HubSpot's API once, as another app of the portal would."""
        answer = self.session.request(
            method,
            self.url + path,
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def create(
        self, object_type: str, properties: Mapping[str, Any], token: str = ACCESS_TOKEN
    ) -> str:
        path = f"/crm/objects/2026-09/{object_type}"
        return str(self.call("POST", path, {"properties": dict(properties)}, token)["id"])

    def update(self, object_type: str, hubspot_id: str, properties: Mapping[str, Any]) -> None:
        self.call(
            "PATCH",
            f"/crm/objects/2026-09/{object_type}/{hubspot_id}",
            {"properties": dict(properties)},
        )

    def archive(self, object_type: str, hubspot_id: str) -> None:
        self.call("DELETE", f"/crm/objects/2026-09/{object_type}/{hubspot_id}")

    def quiet(self) -> None:
        """Wait until every webhook has been delivered."""
        assert self.control("quiet", timeout=30)["quiet"]

    def put_back(self) -> None:
        """End all faults, and make records, definitions and settings what they were when they were
        kept."""
        assert self.control("put-back", timeout=30)["quiet"]


def address(server: redis.Redis) -> str:
    kwargs = server.connection_pool.connection_kwargs
    return f"redis://{kwargs['host']}:{kwargs['port']}/{kwargs['db']}"


def wait_for(what: Callable[[], Any], seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.05)


@contextmanager
def web(redis_url: str, log: Path, *more: str) -> Iterator[Web]:
    """Give the receiver under gunicorn, with the repository's own configuration; `more` options
    win."""
    port = embedded.free_port()
    environment = os.environ | {
        "REDIS_URL": redis_url,
        "HUBSPOT_CLIENT_SECRET": CLIENT_SECRET,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CRON_SECRET": "cron-secret-of-more-than-32-characters",
    }
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "index:app",
        "--bind",
        f"127.0.0.1:{port}",
        "--log-level",
        "warning",
        *more,
    ]
    with log.open("wb") as output, running(command, environment, output) as process:
        wait_for_port(port, process)
        yield Web(port)


@contextmanager
def simulator(
    deliver_to: str,
    custom: Mapping[str, int] | None = None,
    tokens: Sequence[str] = (ACCESS_TOKEN, OTHER_TOKEN),
    **counts: int,
) -> Iterator[Simulator]:
    """Give a portal for each token, all with the same record ids; `custom` object types are of the
    same names in all."""
    command = [
        sys.executable,
        "-m",
        "lab.simulator",
        "--port",
        "0",
        "--rate-limit",
        "0",
        "--deliver-to",
        deliver_to,
    ]
    command += ["--access-token", ",".join(tokens), "--client-secret", CLIENT_SECRET]
    for name, count in counts.items():
        command += [f"--{name}", str(count)]
    for name, count in (custom or {}).items():
        command += ["--custom", f"{name}={count}"]
    with running(command, os.environ, subprocess.PIPE) as process:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        yield Simulator(line["url"], line["portal_id"])


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str], output: Any
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdout=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None and time.monotonic() < give_up, (
                "the process did not start listening"
            )
            time.sleep(0.05)
