"""A whole Spoke beside a simulated HubSpot, its processes as the Procfile starts them: for demo and
benchmarks."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests

import deliveries
from db.migrate import migrate
from db.portals import Portal
from lab import embedded
from lab.keeper import kept_folder
from settings import WEBHOOK_PATH, Settings
from workers.backfill import backfill
from workers.context import Context
from workers.definitions import refresh, register_configured
from workers.verify import Report, verify

PATIENCE_SECONDS = 120
ROOT = Path(__file__).parents[1]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is simulated: how many records of each type, and how HubSpot behaves."""

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
        """Until no delivery is waiting, in flight or due for a retry; `meanwhile` may break it
        off."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not self.call("quiet", timeout=2)["quiet"]:
            meanwhile()
            if time.monotonic() > give_up:
                left = self.ask("stats")
                raise TimeoutError(f"deliveries still go after {PATIENCE_SECONDS} s: {left}")


class Died(Exception):
    """A process that everything needs has ended; the message has its last words."""


@dataclass(frozen=True, slots=True)
class Stack:
    """What runs. `processes` are the product's own, by their names in the Procfile."""

    environment: Mapping[str, str]
    hubspot: HubSpot
    context: Context
    portal: Portal
    logs: Path
    servers: embedded.Servers
    simulator: subprocess.Popen[bytes]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def check(self) -> None:
        """Raise Died when one of the processes has ended by itself."""
        for name, started in {"the simulator": self.simulator, **self.processes}.items():
            if (code := started.poll()) is not None:
                log = self.logs / f"{name.removeprefix('the ')}.log"
                raise Died(f"{name} has died ({_ended_by(code)}). Its last words:\n{_end_of(log)}")
        for name, pid in (
            ("Postgres", self.servers.postgres_pid),
            ("Valkey", self.servers.redis_pid),
        ):
            if pid and not _runs(pid):
                raise Died(f"{name} has died.")

    def backfill(self) -> None:
        """Fetch every record, so that what is measured or shown next are changes."""
        types = refresh(self.context, self.portal)
        if failures := backfill(self.context, self.portal, tuple(types), lambda scan: None):
            raise RuntimeError("; ".join(failures))

    def waiting(self) -> int:
        """Deliveries that Postgres does not have yet and records that are still to be fetched."""
        with self.context.database.transaction() as conn:
            row = conn.execute("select count(*) as waiting from pending_changes").fetchone()
        return deliveries.waiting(self.context.server) + (row["waiting"] if row else 0)

    def wait_until_applied(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Until nothing waits, or our patience ends: the comparison tells then what is missing."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while self.waiting() and time.monotonic() < give_up:
            meanwhile()
            time.sleep(0.02)

    def verified(self) -> list[Report]:
        """Compare as soon as nothing is pending; again while something differs and there is
        time."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            if not self.waiting() or time.monotonic() > give_up:
                reports = verify(self.context, self.portal, patience=0)
                if not any(report.unequal for report in reports) or time.monotonic() > give_up:
                    return reports
            time.sleep(0.1)


@contextmanager
def running(
    scene: Scene,
    say: Say = lambda words: None,
    servers: embedded.Servers | None = None,
    more: Mapping[str, str] | None = None,
) -> Iterator[Stack]:
    """Everything started, migrated and registered, with empty tables; stopped at the end. `say`
    hears each step. `servers` are those of the caller, `more` variables of the processes'
    environment.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(kept_folder())
        say("Starting Postgres and Valkey …")
        servers = servers or stack.enter_context(embedded.servers(folder))
        logs = folder / "logs"
        logs.mkdir()
        environment = _environment(servers, scene.port) | dict(more or {})
        say("Starting the simulated portal …")
        simulator, url = stack.enter_context(_simulator(environment, scene, logs))
        hubspot = HubSpot(url)
        environment["HUBSPOT_API_BASE_URL"] = hubspot.url
        context = Context.open(Settings.from_env(env=environment), connections=12)
        stack.callback(context.close)
        migrate(context.database)
        portal = context.portal(register_configured(context) or 0)
        assert portal is not None
        started = Stack(environment, hubspot, context, portal, logs, servers, simulator)
        for name, command in _commands(environment["PORT"]).items():
            started.processes[name] = stack.enter_context(process(name, command, environment, logs))
        stack.callback(_tell_to_stop, started.processes)
        with _telling(logs / "web.log"):
            wait_until_ready(environment["PUBLIC_URL"], meanwhile=started.check)
        yield started


def _tell_to_stop(processes: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """All at once: each has some seconds to end, and together they have no more."""
    for started in processes.values():
        started.terminate()


def _ended_by(code: int) -> str:
    return f"{signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:].strip() or "none"


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def _telling(log: Path) -> Iterator[None]:
    """What a process that did not get ready wrote is gone with its folder otherwise."""
    try:
        yield
    except TimeoutError as error:
        raise TimeoutError(f"{error}\n{log.read_text()[-3000:]}") from error


@contextmanager
def process(
    name: str, command: list[str], environment: Mapping[str, str], logs: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the product; told to stop at the end, killed when it does not."""
    with (logs / f"{name}.log").open("ab") as log:
        started = subprocess.Popen(command, env=dict(environment), cwd=ROOT, stdout=log, stderr=log)
    try:
        yield started
    finally:
        _end(started)


def _end(started: subprocess.Popen[bytes]) -> None:
    started.terminate()
    try:
        started.wait(10)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()


def wait_until_ready(
    url: str,
    path: str = "/health/ready",
    seconds: float = 60,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Raises TimeoutError with the last answer when the process does not get ready; `meanwhile` may
    break it off."""
    give_up, answer = time.monotonic() + seconds, "no answer"
    while time.monotonic() < give_up:
        meanwhile()
        try:
            found = requests.get(url + path, timeout=5)
            if found.ok:
                return
            answer = found.text
        except (requests.ConnectionError, requests.Timeout) as error:
            answer = type(error).__name__
        time.sleep(0.1)
    raise TimeoutError(f"{url}{path} was not ready within {seconds:.0f} s: {answer}")


def _environment(servers: embedded.Servers, port: int) -> dict[str, str]:
    """What each process is told. The secrets are made up for this run; of the shell's environment a
    kept folder has left only what may be known here (surroundings.py)."""
    chosen = embedded.free_port(port)
    return {
        **os.environ,
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "HUBSPOT_ACCESS_TOKEN": secrets.token_hex(16),
        "HUBSPOT_CLIENT_SECRET": secrets.token_hex(16),
        "CRON_SECRET": secrets.token_hex(16),
        "PUBLIC_URL": f"http://127.0.0.1:{chosen}",
        "PORT": str(chosen),
        "LOG_LEVEL": "WARNING",
    }


def _commands(port: str) -> dict[str, list[str]]:
    """The Procfile's processes, with this virtual environment's programs."""
    return {
        "web": [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}"],
        "workers": [sys.executable, "-m", "workers"],
        "clock": [sys.executable, "-m", "workers.clock"],
    }


@contextmanager
def _simulator(
    environment: Mapping[str, str], scene: Scene, logs: Path
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The simulated HubSpot, and its address, read from the line that it prints when it listens."""
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
        _end(started)
