"""Properties that are kept as typed columns beside raw_json."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a typed column holds; the value is its PostgreSQL type."""

    TEXT = "text"
    NUMERIC = "numeric"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp with time zone"


TEXT, NUMERIC, INTEGER, BOOLEAN, TIMESTAMP = Kind


@dataclass(frozen=True, slots=True)
class Column:
    """A property kept as a typed column beside raw_json, because people filter or join on it."""

    name: str
    kind: Kind = TEXT
    source: str = ""
    indexed: bool = False  # people look records up by it
    # an index for something else holds it too, so that counting reads no rows
    carried: bool = False
    # of a phone number: the column that holds it in E.164, by which links are found
    phone: str = ""

    @property
    def sql_type(self) -> str:
        return self.kind.value

    @property
    def property(self) -> str:
        """HubSpot's internal name; the column's own name unless `source` says otherwise."""
        return self.source or self.name
