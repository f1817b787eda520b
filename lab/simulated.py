"""The simulated HubSpot of a stack: what it simulates, how it is steered, and its process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from lab.processes import ROOT, end
from settings import WEBHOOK_PATH

PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Scene:
    """The simulated portal: how many records of each type, and how HubSpot behaves."""

    records: Mapping[str, int]
    latency_ms: float = 50
    rate_limit: int = 190
    port: int = 0  # where the web process listens, if it is free
    custom: Mapping[str, int] = field(default_factory=dict)  # custom object types, by name
    other_tokens: tuple[str, ...] = ()  # one more portal each, with the same record ids


@dataclass(frozen=True, slots=True)
class HubSpot:
    """The simulated one, steered from behind its API: see lab/simulator/routes/control.py."""

    url: str

    def call(self, name: str, **body: Any) -> Any:
        answer = requests.post(
            f"{self.url}/simulator/{name}", json=body, timeout=PATIENCE_SECONDS + 30
        )
        answer.raise_for_status()
        return answer.json()

    def ask(self, name: str) -> Any:
        answer = requests.get(f"{self.url}/simulator/{name}", timeout=30)
        answer.raise_for_status()
        return answer.json()

    def wait_until_quiet(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Wait until no delivery is waiting, in flight or due for a retry; `meanwhile` may break it
        off."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not self.call("quiet", timeout=2)["quiet"]:
            meanwhile()
            if time.monotonic() > give_up:
                left = self.ask("stats")
                raise TimeoutError(f"deliveries still go after {PATIENCE_SECONDS} s: {left}")


@contextmanager
def simulator(
    environment: Mapping[str, str], scene: Scene, logs: Path
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start the simulated HubSpot; give it and its address, read from the line that it prints when
    it listens."""
    command = [sys.executable, "-m", "lab.simulator", "--port", "0", "--seed", "1"]
    command += ["--latency-ms", str(scene.latency_ms), "--rate-limit", str(scene.rate_limit)]
    command += ["--deliver-to", environment["PUBLIC_URL"] + WEBHOOK_PATH]
    command += ["--client-secret", environment["HUBSPOT_CLIENT_SECRET"]]
    command += [
        "--access-token",
        ",".join([environment["HUBSPOT_ACCESS_TOKEN"], *scene.other_tokens]),
    ]
    for name, count in scene.records.items():
        by_name = name in ("contacts", "companies", "deals", "calls")
        command += [f"--{name}", str(count)] if by_name else ["--records", f"{name}={count}"]
    for name, count in scene.custom.items():
        command += ["--custom", f"{name}={count}"]
    with (logs / "simulator.log").open("ab") as log:
        started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log)
    try:
        assert started.stdout is not None
        line = started.stdout.readline()
        if not line:
            raise RuntimeError(
                f"The simulator did not start: {(logs / 'simulator.log').read_text()[-2000:]}"
            )
        yield started, json.loads(line)["url"]
    finally:
        end(started)
