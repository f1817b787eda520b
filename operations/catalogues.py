"""Remember each portal's kinds of records in this process until the portal's schemas change."""

from __future__ import annotations

from datetime import datetime

from db import optional_types
from db.connect import Connection
from hubspot.catalogue import BUILT_IN, Catalogue


class Catalogues:
    """Remember the types of each portal, as this process last read it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[datetime, Catalogue]] = {}

    def remembered(self, portal_id: int, changed_at: datetime | None) -> Catalogue | None:
        """Answer the remembered catalogue, None when it must be read again. Newer than asked for is
        as good: a long job holds an old `changed_at`."""
        known_at, types = self._known.get(portal_id, (None, BUILT_IN))
        is_new = changed_at is None or (known_at is not None and known_at >= changed_at)
        return types if is_new else None

    def read(self, conn: Connection, portal_id: int, changed_at: datetime | None) -> Catalogue:
        types = self.remembered(portal_id, changed_at)
        if types is None:
            types = optional_types.types_of(conn, portal_id)
            self.learn(portal_id, changed_at, types)
        return types

    def learn(self, portal_id: int, changed_at: datetime | None, types: Catalogue) -> None:
        if changed_at is not None:
            self._known[portal_id] = changed_at, types
