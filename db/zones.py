"""Find which of a zone's names this PostgreSQL knows: Debian's has the names of today only, and an
older one may lack those."""

from __future__ import annotations

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import tuples
from hubspot import time_zones

UNKNOWN = "PostgreSQL does not know the zone {}, and the metrics of the portal are errors"
CURE = "Correct it in HubSpot (account defaults), or update PostgreSQL's time zones."

KNOWN: dict[str, str] = {}  # HubSpot's name, and PostgreSQL's


def known(conn: Connection, name: str) -> str:
    """Answer the name by which PostgreSQL knows a zone; the given one where it knows none of its
    names, which doctor, status and metrics then say.

    What it knows is kept for the life of the process: PostgreSQL reads 600 files to answer."""
    if name in KNOWN:
        return KNOWN[name]
    asked = list(time_zones.names(name))
    row = conn.execute(QUERIES["known_zone"], {"names": asked}).fetchone()
    if row:
        KNOWN[name] = str(row["name"])
    return KNOWN.get(name, name)


def unknown(conn: Connection) -> dict[int, str]:
    """Map a portal to its time zone, of which this PostgreSQL knows no name."""
    return dict(tuples(conn, QUERIES["unknown_zones"]))
