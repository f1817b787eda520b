"""See what keeps a database from taking our work, seen before a job stumbles over it."""

from __future__ import annotations

from collections.abc import Iterator

from db.connect import Connection
from db.migrate import NEWER_CURE, pending, unknown
from db.queries import QUERIES

Obstacle = tuple[str, str]  # what is wrong, what to do


def obstacles(conn: Connection, schema: str) -> Iterator[Obstacle]:
    """List migrations that are not applied or that this code does not know, a server that takes no
    writes, rights that this role lacks."""
    rights = [
        row["missing"]
        for row in conn.execute(QUERIES["missing_rights"], {"schema": schema}).fetchall()
    ]
    if rights:
        yield f"rights are missing: {', '.join(rights)}", "Grant them to the role of DATABASE_URL."
    row = conn.execute(QUERIES["read_only"]).fetchone()
    if row and row["read_only"]:
        yield (
            "the database is read-only",
            "Let it be written to: see whether its disk is full, or it is a standby.",
        )
    if rights:
        return
    if late := pending(conn):
        yield f"migrations are not applied: {', '.join(late)}", "Run `spoke migrate`."
    if newer := unknown(conn):
        yield f"the database is newer than this code: {', '.join(newer)}", NEWER_CURE
