"""A whole Spoke beside a simulated HubSpot, its processes as the Procfile starts them: for demo and
benchmarks."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import deliveries
from db.migrate import migrate
from db.portals import Portal
from lab import embedded
from lab.keeper import kept_folder
from lab.processes import Died, end_of, ended_by, process, runs, wait_until_ready
from lab.simulated import PATIENCE_SECONDS, HubSpot, Scene, simulator
from settings import Settings
from workers.backfill import backfill
from workers.context import Context
from workers.definitions import refresh, register_configured
from workers.differences import Report
from workers.verify import verify

PAGES_PORT = "SPOKE_PAGES_PORT"  # known to this module alone
Say = Callable[[str], None]


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
                raise Died(f"{name} has died ({ended_by(code)}). Its last words:\n{end_of(log)}")
        for name, pid in (
            ("Postgres", self.servers.postgres_pid),
            ("Valkey", self.servers.redis_pid),
        ):
            if pid and not runs(pid):
                raise Died(f"{name} has died.")

    @property
    def pages_url(self) -> str:
        """Answer where the API and the dashboard are served."""
        return f"http://127.0.0.1:{self.environment[PAGES_PORT]}"

    def backfill(self) -> None:
        """Fetch every record, so that later changes alone are measured or shown."""
        types = refresh(self.context, self.portal)
        if failures := backfill(self.context, self.portal, tuple(types), lambda scan: None):
            raise RuntimeError("; ".join(failures))

    def waiting(self) -> int:
        """Count the deliveries that Postgres does not have yet and the records that are still to be
        fetched."""
        with self.context.database.transaction() as conn:
            row = conn.execute(
                "select (select count(*) from pending_changes)"
                " + (select count(*) from privacy_requests where undone_at is null) as waiting"
            ).fetchone()
        return deliveries.waiting(self.context.server) + (row["waiting"] if row else 0)

    def wait_until_applied(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Wait until nothing waits, or our patience ends: the comparison tells then which records
        are missing."""
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
    pages: str = "wsgi:app",
) -> Iterator[Stack]:
    """Give everything started, migrated and registered, with empty tables; it is stopped at the
    end. `say` hears each step. `servers` come from the caller; `more` are variables of the
    processes' environment. `pages` is the app that serves the API and the dashboard.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(kept_folder())
        say("Starting Postgres and Valkey …")
        servers = servers or stack.enter_context(embedded.servers(folder))
        logs = folder / "logs"
        logs.mkdir()
        environment = _environment(servers, scene.port) | dict(more or {})
        say("Starting the simulated portal …")
        simulated, url = stack.enter_context(simulator(environment, scene, logs))
        hubspot = HubSpot(url)
        environment["HUBSPOT_API_BASE_URL"] = hubspot.url
        context = Context.open(Settings.from_env(env=environment), connections=12)
        stack.callback(context.close)
        migrate(context.database)
        portal = context.portal(register_configured(context) or 0)
        assert portal is not None
        started = Stack(environment, hubspot, context, portal, logs, servers, simulated)
        for name, command in _commands(environment, pages).items():
            started.processes[name] = stack.enter_context(process(name, command, environment, logs))
        stack.callback(_tell_to_stop, started.processes)
        for name, address in (("web", environment["PUBLIC_URL"]), ("pages", started.pages_url)):
            with _telling(logs / f"{name}.log"):
                wait_until_ready(address, meanwhile=started.check)
        yield started


def _tell_to_stop(processes: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Tell all processes at once: each has some seconds to end, and together they have no more."""
    for started in processes.values():
        started.terminate()


@contextmanager
def _telling(log: Path) -> Iterator[None]:
    """Tell what a process wrote that did not get ready: otherwise its folder takes it along."""
    try:
        yield
    except TimeoutError as error:
        raise TimeoutError(f"{error}\n{log.read_text()[-3000:]}") from error


def _environment(servers: embedded.Servers, port: int) -> dict[str, str]:
    """Answer each process's environment. The secrets are made up for this run. Of the shell's
    environment a kept folder has left only what may be known here (surroundings.py)."""
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
        PAGES_PORT: str(embedded.free_port(chosen + 1)),
        "ENCRYPTION_KEY": secrets.token_hex(32),
        "LOG_LEVEL": "WARNING",
    }


def _commands(environment: Mapping[str, str], pages: str) -> dict[str, list[str]]:
    """Answer the Procfile's processes, with this virtual environment's programs."""
    gunicorn = [sys.executable, "-m", "gunicorn", "--bind"]
    return {
        "web": [*gunicorn, f"127.0.0.1:{environment['PORT']}", "webhooks.app:create_app()"],
        "pages": [*gunicorn, f"127.0.0.1:{environment[PAGES_PORT]}", pages],
        "workers": [sys.executable, "-m", "workers"],
        "clock": [sys.executable, "-m", "workers.clock"],
    }
