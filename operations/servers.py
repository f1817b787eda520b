"""What an operator's question needs: settings, Redis and the database, but no way to HubSpot."""

from __future__ import annotations

from dataclasses import dataclass, field

import redis

from db import portals
from db.connect import Database
from db.portals import Portal
from hubspot.catalogue import Catalogue
from operations.catalogues import Catalogues
from operations.stopping import Stop
from settings import Settings


@dataclass(frozen=True)
class Servers:
    """Built once per process by its composition root; nothing connects before first use."""

    settings: Settings
    server: redis.Redis
    database: Database
    catalogues: Catalogues = field(default_factory=Catalogues)
    stop: Stop = field(default_factory=Stop)  # whether this process is to end

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
        self.server.close()
