"""Links of ours that people should look at, and what they may lead to.

sql/views/links says how a link is found and what makes it uncertain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analytics import record_names
from analytics.record_fields import Shape
from analytics.record_filters import as_pattern
from db.connect import Connection
from db.queries import QUERIES, QueryRow

MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class LinkKind:
    """Which records a kind of link joins. The types are HubSpot's; None: the company's own."""

    from_word: str
    to_word: str
    from_type: str | None
    to_type: str | None


# Keys are those of the table manual_links.
KINDS: Mapping[str, LinkKind] = {
    "team_company": LinkKind("Team", "Company", None, "companies"),
    "call_contact": LinkKind("Call", "Contact", "calls", "contacts"),
    "contact_user": LinkKind("Contact", "User", "contacts", None),
}
# Why a link is uncertain, as the views say it → in a sentence.
WHY: Mapping[str, str] = {
    "rules disagree": "One rule names this one, another rule names the other.",
    "low score": "The names are alike, but not enough to be sure.",
    "several": "Several fit equally well.",
    "other domain": "The members write from another domain than the company's.",
    "only alike": "The names sound or look alike, and nothing else says so.",
    "close runner-up": "Another one fits nearly as well.",
    "shared number": "Several contacts have this number; the oldest was taken.",
    "several contacts": "HubSpot names several contacts of this call; the first was taken.",
    "country unknown": "The number has no country's prefix, and the portal's country is not set.",
    "names nobody": "The contact's user id is no user's, but a user has the address.",
    "shared address": "Several users have this address; the oldest was taken.",
}


@dataclass(frozen=True, slots=True)
class DoubtPlace:
    """Where a page of uncertain links ended."""

    linked: bool
    link_score: Decimal
    kind: str
    from_id: str


def doubts(
    conn: Connection,
    portal_id: int,
    limit: int,
    kind: str | None = None,
    after: DoubtPlace | None = None,
) -> list[QueryRow]:
    """Answer uncertain links, worst first: unlinked ones, then by score."""
    asked: dict[str, Any] = {"portal_id": portal_id, "kind": kind, "limit": limit}
    asked |= {
        "linked": after and after.linked,
        "link_score": after and after.link_score,
        "after_kind": after and after.kind,
        "from_id": after and after.from_id,
    }
    return conn.execute(QUERIES["read_link_doubts"], asked).fetchall()


def place_of(row: QueryRow) -> DoubtPlace:
    """Answer where a page ends whose last row is this one."""
    return DoubtPlace(row["linked"], row["link_score"], row["kind"], row["from_id"])


def counts(conn: Connection, portal_id: int) -> dict[str, int]:
    """Count the uncertain links of each kind; kinds without any are there, too."""
    rows = conn.execute(QUERIES["count_link_doubts"], {"portal_id": portal_id}).fetchall()
    return dict.fromkeys(KINDS, 0) | {row["kind"]: row["links"] for row in rows}


def targets(conn: Connection, shape: Shape | None, text: str) -> Sequence[QueryRow]:
    """Find records that a link may lead to, by id, address or a part of the name.

    Without a shape these are the company's own users.
    """
    if shape is None:
        asked = {"text": text, "pattern": as_pattern(text), "limit": MOST_FOUND}
        return conn.execute(QUERIES["find_users"], asked).fetchall()
    return [row for _, rows in record_names.search(conn, [shape], text, MOST_FOUND) for row in rows]
