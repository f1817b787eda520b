"""Find definitions that numbers stand on and that changed or went in HubSpot; say so in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import records

SHOWN = 5  # of what needs a definition; the others are counted
CURE = "Put it back in HubSpot, or say that it is meant so: `spoke schema accept {} {}`"
_USERS = ("metric", "setting", "aggregation", "view", "column")  # what people know best comes first


@dataclass(frozen=True, slots=True)
class SchemaFinding:
    """Hold one property, pipeline or stage that changed or went."""

    portal_id: int
    finding_id: int
    kind: str
    object_type: str
    name: str
    label: str | None
    was: str
    is_now: str | None
    needed_by: list[str]
    found_at: datetime

    @property
    def what(self) -> str:
        """Say what happened."""
        named = f"{self.kind} {self.name} of {self.object_type}"
        if self.label and self.label != self.name:
            named = f"{self.kind} {self.label} ({self.name}) of {self.object_type}"
        if self.is_now is None:
            return f"{named} is gone from HubSpot"
        if self.kind == "property":
            return f"{named} was of type {self.was}, and is {self.is_now}"
        return f"{named} meant {self.was}, and means {self.is_now}"

    @property
    def users(self) -> str:
        """Name what stands on it, what people know best first."""
        ranked = sorted(self.needed_by, key=_rank)
        more = len(ranked) - SHOWN
        return ", ".join(ranked[:SHOWN]) + (f" and {more} more" if more > 0 else "")

    @property
    def cure(self) -> str:
        """Say what to do."""
        return CURE.format(self.portal_id, self.finding_id)

    @property
    def told(self) -> dict[str, object]:
        """Answer it as status and pages show it."""
        found = {"portal_id": self.portal_id, "finding_id": self.finding_id, "what": self.what}
        return found | {"needed_by": self.users, "todo": self.cure, "found_at": self.found_at}

    def __str__(self) -> str:
        return f"{self.what}. It is needed by {self.users}"


def _rank(user: str) -> tuple[int, str]:
    kind = user.partition(" ")[0]
    return (_USERS.index(kind) if kind in _USERS else len(_USERS), user)


def compare(conn: Connection, portal_id: int, needs: Mapping[tuple[str, str], list[str]]) -> None:
    """Compare a portal's definitions with what was noted of them, in the transaction that brings
    new ones: no number goes wrong before the finding is there."""
    needed = [
        {"object_type": object_type, "name": name, "needed_by": users}
        for (object_type, name), users in needs.items()
    ]
    asked = {"portal_id": portal_id, "needed": json.dumps(needed)}
    conn.execute(QUERIES["watch_schema"], asked)


def still_open(conn: Connection, portals: Sequence[int] | None = None) -> list[SchemaFinding]:
    """List the findings that nobody accepted and that hold on; of all portals where none is
    named."""
    asked = {"portals": None if portals is None else list(portals)}
    return records(conn, SchemaFinding, QUERIES["open_schema_findings"], asked)


def accept(conn: Connection, portal_id: int, finding_id: int) -> bool:
    """Take a definition as it is from now on; answer whether there was such a finding."""
    asked = {"portal_id": portal_id, "finding_id": finding_id}
    return conn.execute(QUERIES["accept_schema_finding"], asked).fetchone() is not None
