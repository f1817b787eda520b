"""Links that people decide on: a row of manual_links wins over every rule, until it is taken back.

Triggers find a call's contact again in the same transaction; teams and users are read with it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from db.queries import QUERIES, QueryRow
from operations.servers import Servers


class LinkError(Exception):
    """Raised where a link cannot be set; the message says why."""


class LinkMoved(LinkError):
    """Raised where the suggestion is another by now."""


@dataclass(frozen=True, slots=True)
class LinkKey:
    """Which record's link it is: a team's company, a call's contact or a contact's user."""

    portal_id: int
    kind: str
    from_id: str


def decide(servers: Servers, key: LinkKey, to_id: str | None, note: str | None = None) -> None:
    """Set a link by hand; without `to_id` the record is linked to nothing, whatever rules say.

    Raises LinkError, and changes nothing, where one of the two records is not here.
    """
    row = asdict(key) | {"to_id": to_id, "note": note}
    with servers.database.transaction() as conn:
        ends = conn.execute(QUERIES["link_ends"], row).fetchone()
        if ends is None or not ends["has_from"]:
            raise LinkError(f"There is no such record: {key.from_id}.")
        if not ends["has_to"]:
            raise LinkError(f"There is no such record to link to: {to_id}.")
        conn.execute(QUERIES["put_manual_link"], row)


def suggested(servers: Servers, key: LinkKey) -> str | None:
    """Answer where an uncertain link leads or would lead; None where nobody need look at it."""
    with servers.database.transaction() as conn:
        row = conn.execute(QUERIES["suggested_link"], asdict(key)).fetchone()
    return row["to_id"] if row else None


def accept(servers: Servers, key: LinkKey, seen: str | None = None) -> str:
    """Set the link that the rules suggest; answers to which record.

    Raises LinkError where none is suggested, LinkMoved where it is not the one that was seen.
    """
    to_id = suggested(servers, key)
    if to_id is None:
        raise LinkError("Nothing is to be decided here: the link is sure, settled or gone.")
    if seen not in (None, to_id):
        raise LinkMoved(f"The suggestion is {to_id} by now.")
    decide(servers, key, to_id)
    return to_id


def take_back(servers: Servers, key: LinkKey) -> bool:
    """Let the rules decide again; answers whether the link had been set by hand."""
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES["drop_manual_link"], asdict(key)).rowcount > 0


def by_hand(servers: Servers, portal_id: int, limit: int) -> list[QueryRow]:
    """Answer a portal's links that people set, the newest first."""
    asked = {"portal_id": portal_id, "limit": limit}
    with servers.database.transaction() as conn:
        return conn.execute(QUERIES["read_manual_links"], asked).fetchall()
