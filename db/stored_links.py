"""Keep stored links: settle marks, mark everything. sql/functions/links keeps them."""

from __future__ import annotations

from db.connect import Connection
from db.queries import QUERIES

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


def refresh_doubts(conn: Connection) -> int:
    """List the uncertain links again; answer how many rows of the list changed."""
    row = conn.execute(QUERIES["refresh_link_doubts"]).fetchone()
    return int(row["changed"]) if row else 0


def learn_number_owners(conn: Connection) -> int:
    """Learn again whose our own numbers are; answer how many of them changed."""
    row = conn.execute(QUERIES["refresh_number_owners"]).fetchone()
    return int(row["changed"]) if row else 0


def add_up_spend(conn: Connection) -> int:
    """Add up again what the users spent who are contacts; answer how many rows that is."""
    row = conn.execute(QUERIES["refresh_user_spend"]).fetchone()
    return int(row["rows"]) if row else 0


def mark_all(conn: Connection, portal_id: int) -> None:
    """Mark every link of a portal to be found again."""
    refresh_users(conn)
    refresh_teams(conn)
    for name in ("mark_all_links", "mark_all_teams", "mark_team_keys"):
        conn.execute(QUERIES[name], {"portal_id": portal_id})


def waiting(conn: Connection) -> int:
    """Count how many marks there are."""
    row = conn.execute(QUERIES["waiting_link_marks"]).fetchone()
    return int(row["waiting"]) if row else 0
