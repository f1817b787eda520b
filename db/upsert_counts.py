"""Count the records that were written, in the transaction that writes them."""

from __future__ import annotations

from db.connect import Connection
from db.queries import QUERIES
from hubspot.mirrored import Mirrored


def note(conn: Connection, of: Mirrored, source: str, upserts: int) -> None:
    """Count these upserts of a type; `source` is live or scan."""
    if upserts:
        conn.execute(QUERIES["count_upserts"], of.where | {"source": source, "upserts": upserts})
