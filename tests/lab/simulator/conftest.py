"""A real simulator in a process of its own, and a real receiver for its webhooks; tests talk HTTP
to both."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

REPOSITORY = Path(__file__).parents[3]
TOKEN = "simulated-token"


@dataclass
class Simulator:
    """A running simulator; `api` and `control` return the response, with any status."""

    started: dict[str, Any]
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        return self.started["url"]

    def api(self, method: str, path: str, token: str = TOKEN, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return self.session.request(method, self.url + path, headers=headers, timeout=20, **more)

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        answer = self.api("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, status: int = 200) -> dict[str, Any]:
        answer = self.api("POST", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else {}

    def control(self, name: str, **body: Any) -> dict[str, Any]:
        answer = self.session.post(f"{self.url}/simulator/{name}", json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stats(self) -> dict[str, Any]:
        return self.session.get(f"{self.url}/simulator/stats", timeout=20).json()

    def truth(self, object_type: str, **params: Any) -> dict[str, Any]:
        answer = self.session.get(
            f"{self.url}/simulator/records/{object_type}", params=params, timeout=20
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["records"]

    def create(self, object_type: str, **properties: str) -> str:
        return self.post(f"/crm/objects/2026-09/{object_type}", {"properties": properties}, 201)[
            "id"
        ]


@contextmanager
def running(*arguments: str) -> Iterator[Simulator]:
    """Starts a small portal and stops it the way an operator would."""
    small = ["--contacts", "120", "--companies", "30", "--deals", "50", "--calls", "150"]
    command = [
        sys.executable,
        "-m",
        "lab.simulator",
        "--port",
        "0",
        "--rate-limit",
        "0",
        *small,
        *arguments,
    ]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    try:
        yield Simulator(json.loads(process.stdout.readline()))
    finally:
        process.terminate()
        assert process.wait(10) == 0


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """Give one portal for all tests that bring their own records or only read."""
    with running() as started:
        started.control("settings", search_limit=0)
        yield started


@pytest.fixture(scope="session")
def kept_simulator() -> Iterator[Simulator]:
    """Give one portal that is put back after each test that had it."""
    with running() as started:
        started.control("keep")
        yield started


# What a simulator can be told while it runs.
TOLD = {
    each: each.removeprefix("--").replace("-", "_")
    for each in ("--rate-limit", "--deliver-to", "--latency-ms", "--webhooks", "--edits-per-second")
}


@pytest.fixture
def start(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Start a simulator; where all arguments are settings, give one that is as if just started."""

    @contextmanager
    def given(*arguments: str) -> Iterator[Simulator]:
        told = dict(zip(arguments[::2], arguments[1::2], strict=True))
        if not told.keys() <= TOLD.keys():
            with running(*arguments) as started:
                yield started
            return
        kept = request.getfixturevalue("kept_simulator")
        kept.control("settings", **{TOLD[name]: value for name, value in told.items()})
        try:
            yield kept
        finally:
            assert kept.control("put-back")["quiet"]

    return given


@dataclass
class Delivery:
    headers: dict[str, str]
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers with `statuses` in turn and then 204; `gate`, when closed, keeps every answer
    back."""

    url: str = ""
    deliveries: list[Delivery] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def arrived(self, delivery: Delivery) -> int:
        with self.changed:
            self.deliveries.append(delivery)
            self.changed.notify_all()
            status = self.statuses.pop(0) if self.statuses else 204
        self.gate.wait(20)
        return status

    def wait_for(self, happened: Callable[[], bool], seconds: float = 10) -> bool:
        with self.changed:
            return self.changed.wait_for(happened, seconds)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for delivery in self.deliveries for event in delivery.events]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.gate.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.arrived(Delivery(dict(self.headers), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Keeps the test output quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

    server = Server(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks/hubspot"
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield receiver
    receiver.gate.set()
    server.shutdown()
    server.server_close()
