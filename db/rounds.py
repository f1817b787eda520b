"""Go through all records of a portal again for what no event tells of: uncertain links, the spend
of users, the owners of our own numbers. The table `rounds` holds how far each round has come.
"""

from __future__ import annotations

from dataclasses import dataclass

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import tuples


@dataclass(frozen=True, slots=True)
class Round:
    """Describe one kind of round. `slices` is the query that cuts its next slice of ids, `look` the
    one that looks at a slice."""

    slices: str
    look: str


# A round of doubts is called as the kind in manual_links.
ROUNDS = {
    "team_company": Round("slice_of_teams", "refresh_link_doubts"),
    "call_contact": Round("slice_of_calls", "refresh_link_doubts"),
    "contact_user": Round("slice_of_contacts", "refresh_link_doubts"),
    "user_spend": Round("slice_of_contacts", "refresh_user_spend"),
    "number_owners": Round("slice_of_calls", "refresh_number_owners"),
}


def in_turn(conn: Connection) -> list[tuple[int, str]]:
    """List the rounds as portal and name: first the one that was cut, then by their last end."""
    return tuples(conn, QUERIES["rounds_in_turn"], {"names": list(ROUNDS)})


def look_at_slice(conn: Connection, portal_id: int, name: str, at_most: int) -> bool:
    """Look at the next `at_most` records of a round; answer whether more are left. Where another
    process is at it, nothing is."""
    place = {"portal_id": portal_id, "name": name, "at_most": at_most}
    begun = conn.execute(QUERIES["begin_slice"], place).fetchone()
    if begun is None:
        return False
    place["above"] = begun["reached"]
    ends = conn.execute(QUERIES[ROUNDS[name].slices], place).fetchone()
    place["upto"] = ends["upto"] if ends else None
    conn.execute(QUERIES[ROUNDS[name].look], place)
    conn.execute(QUERIES["end_slice"], place)
    return ends is not None
