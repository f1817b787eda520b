"""See what keeps a database from taking our work, seen before a job stumbles over it."""

from __future__ import annotations

from collections.abc import Iterator

from db.connect import Connection
from db.migrate import pending
from db.queries import QUERIES

Obstacle = tuple[str, str]  # what is wrong, what to do


def obstacles(conn: Connection, schema: str) -> Iterator[Obstacle]:
    """List migrations that are not applied, a server that takes no writes, rights that this role
    lacks."""
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
    if not rights and (late := pending(conn)):
        yield f"migrations are not applied: {', '.join(late)}", "Run `spoke migrate`."
