"""Find pairs of types whose records a portal links, among records that are read anyway.

Lists show links beside their records at no further request. So nothing is asked about pairs that a
portal does not use, and a pair that it uses is found by the first scan that passes such a record.
From then on its links are read as all others are.
"""

from __future__ import annotations

from collections.abc import Iterable

from db import associated_pairs
from db.connect import Connection
from hubspot import answers
from hubspot.catalogue import Catalogue
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType


def paths(types: Catalogue, kind: ObjectType) -> list[str]:
    """Name the types, as HubSpot's paths do, of which lists are to show links."""
    return [types[to].path for to in types.unused(kind)]


def shown(types: Catalogue, kind: ObjectType, records: Iterable[JsonObject]) -> set[str]:
    """Answer the types of which these records show links although none were known."""
    ends = set()
    for record in records:
        for inline in answers.inline(record):
            if inline.ids and (end := types.find(inline.to)):
                ends.add(end.name)
    return ends.intersection(types.unused(kind))


def note(conn: Connection, of: Mirrored, found: Iterable[str]) -> None:
    """Keep links to these types from now on."""
    pairs = [(of.name, to) for to in found]
    associated_pairs.use(conn, of.portal_id, pairs, f"a record of {of.name}")
