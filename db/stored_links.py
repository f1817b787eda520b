"""Keep stored links: settle marks, mark everything. sql/functions/links keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.arrays import arrays
from db.connect import Connection
from db.queries import QUERIES

# Whatever has links, in the order in which it is marked.
MARKED = ("mark_contacts_from", "mark_calls_from", "mark_companies_from", "mark_teams_from")
_SETTLING = ("settle_link_marks", "settle_team_marks")


@dataclass(frozen=True, slots=True)
class NumberOwner:
    """Say whose one of our own numbers is, and by how many of its calls that is known."""

    portal_id: int
    phone_key: str
    owner_id: str
    calls: int
    of_calls: int


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


def refresh_doubts(conn: Connection, at_most: int | None = None) -> int:
    """List the uncertain links again, of what went and of what came `at_most` (None: all); answer
    how many rows of the list changed."""
    row = conn.execute(QUERIES["refresh_link_doubts"], {"at_most": at_most}).fetchone()
    return int(row["changed"]) if row else 0


def count_number_calls(
    conn: Connection, begins: datetime, ends: datetime
) -> dict[tuple[int, str, str], int]:
    """Count the calls between two times by portal, our own number and owner."""
    where = {"begins": begins, "ends": ends}
    rows = conn.execute(QUERIES["count_number_calls"], where).fetchall()
    return {(row["portal_id"], row["phone_key"], row["owner_id"]): row["calls"] for row in rows}


def add_up_spend(conn: Connection) -> int:
    """Add up again what the users spent who are contacts; answer how many rows that is."""
    row = conn.execute(QUERIES["refresh_user_spend"]).fetchone()
    return int(row["rows"]) if row else 0


def put_number_owners(conn: Connection, learnt: Sequence[NumberOwner]) -> None:
    """Make the table of our own numbers' owners say this and nothing else."""
    columns = arrays(
        learnt,
        portal_ids="portal_id",
        phone_keys="phone_key",
        owner_ids="owner_id",
        call_counts="calls",
        of_calls="of_calls",
    )
    conn.execute(QUERIES["put_number_owners"], columns)


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
