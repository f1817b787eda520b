"""Describe properties that are kept as typed columns beside raw_json."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """Name what a typed column holds; the value is its PostgreSQL type."""

    TEXT = "text"
    NUMERIC = "numeric"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp with time zone"


TEXT, NUMERIC, INTEGER, BOOLEAN, TIMESTAMP = Kind
CREATED = "createdate"
# every type has it: the ids a record had before merges, separated by semicolons
MERGED_IDS = "hs_merged_object_ids"


@dataclass(frozen=True, slots=True)
class Column:
    """Keep a property as a typed column beside raw_json: people filter or join on it."""

    name: str
    kind: Kind = TEXT
    source: str = ""
    indexed: bool = False  # people look records up by it
    # an index for something else holds it too, so that counting reads no rows
    carried: bool = False
    # of a phone number: the column that holds it in E.164, by which links are found
    phone: str = ""
    # came after a release: our views show it last, for PostgreSQL adds columns at the end only
    later: bool = False
    told: bool = True  # its changes are asked to be told by webhook

    @property
    def sql_type(self) -> str:
        return self.kind.value

    @property
    def property(self) -> str:
        """Answer HubSpot's internal name; the column's own name unless `source` says otherwise."""
        return self.source or self.name
