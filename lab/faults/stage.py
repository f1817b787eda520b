"""Where the faults happen: a whole stack on servers that can be killed, and the counts taken in
it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from db.fetch_delays import REST
from lab import stack
from lab.benchmarks import truth
from lab.faults.crew import Crew
from lab.faults.sender import MARK
from lab.faults.servers import Mortal, mortal
from lab.simulated import HubSpot, Scene
from lab.stack import Stack
from settings import WEBHOOK_PATH
from workers import fetch
from workers.context import Context

SCENE = Scene(
    {"contacts": 1_000, "companies": 200, "deals": 200, "calls": 200}, latency_ms=20, rate_limit=190
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The running product, its servers, and its worker processes."""

    stack: Stack
    servers: Mortal
    crew: Crew

    @property
    def hubspot(self) -> HubSpot:
        return self.stack.hubspot

    @property
    def context(self) -> Context:
        return self.stack.context

    def select(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        with self.context.database.transaction() as conn:
            return conn.execute(statement.encode(), parameters or None).fetchall()

    def count(self, what: str, *parameters: Any) -> int:
        """Count the rows of "table" or of "table where …"."""
        return int(self.select(f"select count(*) as n from {what}", *parameters)[0]["n"])

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Call HubSpot's API once, as another app of the portal would."""
        token = self.stack.environment["HUBSPOT_ACCESS_TOKEN"]
        answer = requests.request(
            method,
            self.hubspot.url + path,
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    @property
    def webhook_url(self) -> str:
        return self.stack.environment["PUBLIC_URL"] + WEBHOOK_PATH

    def known(self, table: str, ids: Sequence[str]) -> list[str]:
        """Answer which of these ids the table has rows of."""
        rows = self.select(
            f"select distinct hubspot_id from {table} where hubspot_id = any(%s)", list(ids)
        )
        return [row["hubspot_id"] for row in rows]

    def drain(self, patience: float = 120) -> None:
        """Wait until nothing is pending, equal or not."""
        give_up = time.monotonic() + patience
        while waiting := self.stack.waiting():
            if time.monotonic() > give_up:
                raise TimeoutError(f"{waiting} wait after {patience:.0f} s")
            time.sleep(0.1)

    def work_off(self, object_type: str) -> None:
        """Do a fetch worker's part, in this process, until nothing of the type is due or rests."""
        while self.count(
            "pending_changes where object_type = %s and not_before <= now() + %s", object_type, REST
        ):
            fetch.fetch_all(self.context, self.stack.portal, object_type)

    def settle(self, patience: float = 180) -> float:
        """Wait until nothing is pending and the rows equal HubSpot's records; the seconds that
        took. Raises TimeoutError with what still differs."""
        began = time.monotonic()
        while self.stack.waiting() or truth.differences(self.stack):
            if time.monotonic() - began > patience:
                raise TimeoutError(
                    f"after {patience:.0f} s {self.stack.waiting()} wait, {self.unequal()} differ"
                )
            time.sleep(0.2)
        return time.monotonic() - began

    def unequal(self) -> int:
        """Count the records whose row differs, is missing or is left over, links included, as
        `spoke verify` finds them."""
        return sum(report.unequal for report in self.stack.verified())

    def lost_events(self) -> int:
        """Count the simulator's events whose delivery was answered with 2xx and that Postgres does
        not have."""
        delivered = int(self.hubspot.ask("stats")["deliveries"]["events_delivered"])
        return delivered - self.count(
            "webhook_events where event->>'sourceId' is distinct from %s", MARK
        )


@contextmanager
def staged(
    scene: Scene = SCENE,
    more: Mapping[str, str] | None = None,
    workers: Sequence[str] = (),
    through: Callable[[str], AbstractContextManager[str]] | None = None,
) -> Iterator[Stage]:
    """Give a stack whose copy is complete. `workers` are the arguments of `python -m workers`,
    `through` leads from the database's address to that of something before it. At the end
    everything is killed: nothing more is looked at, and a graceful end takes ten times as long."""
    with ExitStack() as opened:
        servers = opened.enter_context(mortal())
        before = {}
        if through:
            before = {"DATABASE_URL": opened.enter_context(through(servers.postgres.url))}
        running = opened.enter_context(
            stack.running(scene, servers=servers.addresses, more={**(more or {}), **before})
        )
        crew = Crew(running, workers)
        opened.callback(crew.end)
        running.backfill()
        yield Stage(running, servers, crew)
