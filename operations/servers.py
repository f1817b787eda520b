"""Give an operator's question its servers: settings, Redis and the database, but no way to
HubSpot."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import redis

from db import portals, readers
from db.connect import Connection, Database
from db.portals import Portal
from hubspot.catalogue import Catalogue
from operations.catalogues import Catalogues
from operations.stopping import Stop
from settings import Settings


class Unready(Exception):
    """Say that the reader role cannot be used; the message says what to do."""


@dataclass(frozen=True)
class HashCost:
    """Say what the hash of a password costs, to a guesser as well: RFC 9106's second
    recommendation, which is argon2-cffi's own default. Tests pay less."""

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


@dataclass(frozen=True)
class Servers:
    """Hold the servers, built once per process by its composition root; nothing connects before
    first use."""

    settings: Settings
    server: redis.Redis
    database: Database
    catalogues: Catalogues = field(default_factory=Catalogues)
    stop: Stop = field(default_factory=Stop)  # whether this process is to end
    hash_cost: HashCost = HashCost()
    replica: Database | None = None  # of the database: what API and pages read

    @contextmanager
    def reading(self, portal_ids: Collection[int], newest: bool = False) -> Iterator[Connection]:
        """Open a transaction of the reader role that sees these portals and no other.

        It reads from the replica where there is one, unless it must see the `newest` rows. Raises
        Unready when that role cannot be used, QueryCanceled after five seconds.
        """
        database = self.database if newest else self.replica or self.database
        try:
            with readers.reading(database, portal_ids) as conn:
                yield conn
        except readers.ReaderError as error:
            raise Unready(str(error)) from error

    def portals(self) -> list[Portal]:
        with self.database.transaction() as conn:
            return portals.all_portals(conn)

    def portal(self, portal_id: int) -> Portal | None:
        return next((portal for portal in self.portals() if portal.portal_id == portal_id), None)

    def types(self, portal: Portal) -> Catalogue:
        """Answer the kinds of records that a portal has; reads Postgres only when they changed."""
        types = self.catalogues.remembered(portal.portal_id, portal.schemas_changed_at)
        if types is None:
            with self.database.transaction() as conn:
                types = self.catalogues.read(conn, portal.portal_id, portal.schemas_changed_at)
        return types

    def close(self) -> None:
        self.database.close()
        if self.replica:
            self.replica.close()
        self.server.close()
