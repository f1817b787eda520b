"""Keep stored links: settle marks, mark everything. sql/functions/links keeps them."""

from __future__ import annotations

from db.connect import Connection
from db.queries import QUERIES

# Whatever has links, in the order in which it is marked.
MARKED = ("mark_contacts_from", "mark_calls_from", "mark_companies_from", "mark_teams_from")
_SETTLING = ("settle_link_marks", "settle_team_marks")


def settle(conn: Connection, at_most: int) -> int:
    """Find the links that the oldest marks name once more; how many marks that were. 0, too, when
    another settles."""
    rows = [conn.execute(QUERIES[name], {"at_most": at_most}).fetchone() for name in _SETTLING]
    return sum(int(row["settled"]) for row in rows if row)


def refresh_teams(conn: Connection, at_most: int | None = None) -> int:
    """Mend the keys of `at_most` (None: all) of the company's own teams that changed; answers how
    many it mended."""
    row = conn.execute(QUERIES["refresh_team_keys"], {"at_most": at_most}).fetchone()
    return int(row["changed"]) if row else 0


def refresh_users(conn: Connection, at_most: int | None = None) -> int:
    """Mend the rows of `at_most` (None: all) of the company's own users that changed; answers how
    many rows differed."""
    row = conn.execute(QUERIES["refresh_user_keys"], {"at_most": at_most}).fetchone()
    return int(row["changed"]) if row else 0


def mark_next(conn: Connection, name: str, portal_id: int, above: str, at_most: int) -> str | None:
    """Mark the next links of one of MARKED, above an id, to be found again; answer the id that was
    reached, or None at the end."""
    where = {"portal_id": portal_id, "above": above, "at_most": at_most}
    row = conn.execute(QUERIES[name], where).fetchone()
    return row["reached"] if row else None


def waiting(conn: Connection) -> int:
    """Count how many marks there are."""
    row = conn.execute(QUERIES["waiting_link_marks"]).fetchone()
    return int(row["waiting"]) if row else 0
