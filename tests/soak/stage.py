"""The servers on which lives take place: Postgres, Valkey, the receiver, and simulated portals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import pytest
import redis

from db.connect import Database
from db.migrate import migrate
from lab import embedded, ownership
from lab.keeper import kept_folder
from settings import WEBHOOK_PATH, Settings
from tests import processes
from tests.databases import copy_of, name_of
from tests.soak.haste import hasten
from tests.soak.mirror import KEY, Mirror
from tests.soak.portals import Pair, Portals


@dataclass
class Stage:
    """`template` is a migrated database to copy; `tally` counts what happened here."""

    database_url: str
    template: str
    redis_url: str
    portals: Portals
    tally: Counter[str] = field(default_factory=Counter)

    def told(self) -> str:
        return ", ".join(f"{what} {times:,}" for what, times in sorted(self.tally.items()))

    @contextmanager
    def mirror(self, pair: Pair) -> Iterator[Mirror]:
        """Give a new, empty copy of these portals."""
        with (
            redis.Redis.from_url(self.redis_url) as server,
            copy_of(self.database_url, self.template) as url,
        ):
            ownership.flush(server)
            settings = Settings(
                database_url=url,
                redis_url=self.redis_url,
                hubspot_api_base_url=pair.simulator.url,
                hubspot_rate_limit=100_000,
                encryption_key=KEY,
            )
            opened = Mirror(settings, pair)
            try:
                yield opened
            finally:
                opened.close()


@contextmanager
def set_up(servers: embedded.Servers, template: str, web: processes.Web) -> Iterator[Stage]:
    portals = Portals(web.url + WEBHOOK_PATH)
    with pytest.MonkeyPatch.context() as patch, closing(portals):
        hasten(patch)
        yield Stage(servers.database_url, template, servers.redis_url, portals)


@contextmanager
def set_up_alone() -> Iterator[Stage]:
    """Give a stage with servers of its own."""
    with (
        kept_folder() as folder,
        embedded.servers(folder, beside=True) as servers,
        copy_of(servers.database_url) as address,
        processes.web(servers.redis_url, folder / "log") as web,
    ):
        with Database(address) as opened:
            migrate(opened)
        with set_up(servers, name_of(address), web) as stage:
            yield stage
