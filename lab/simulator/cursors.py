"""Cursors of pages: ids and offsets as HubSpot's are today, or tokens that no client can guess."""

import secrets
from dataclasses import dataclass, field

from .errors import Problem


@dataclass(slots=True)
class Cursors:
    """What the tokens that were given out stand for."""

    places: dict[str, int] = field(default_factory=dict)

    def put(self, place: int, opaque: bool) -> str:
        """Answer the cursor of a place."""
        if not opaque:
            return str(place)
        token = secrets.token_urlsafe(12)
        self.places[token] = place
        return token

    def place(self, cursor: str, opaque: bool) -> int:
        """Answer where a cursor leads. Raise Problem for one that was never given out; no cursor,
        or 0, is the beginning."""
        if cursor in ("", "0"):
            return 0
        if opaque and cursor in self.places:
            return self.places[cursor]
        if opaque or not cursor.isdecimal():
            raise Problem(400, f"Invalid paging cursor: {cursor}")
        return int(cursor)
