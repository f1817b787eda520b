"""Find the records that are linked to others, and whose links are to be read again with them."""

from __future__ import annotations

from collections.abc import Collection

from db import stored
from db.changes import Mark
from db.connect import Connection
from hubspot.catalogue import Catalogue
from hubspot.mirrored import Mirrored


def neighbours(
    conn: Connection,
    of: Mirrored,
    hubspot_ids: Collection[str],
    types: Catalogue,
    gone: Collection[str] = (),
) -> list[Mark]:
    """Mark the records linked to these, to be asked for their links again.

    HubSpot shows no link to a record that is archived or merged away, and need not say so at the
    other end. Both ends name their links, because some of these records may have no row. Of records
    that were gone before (`gone`), others may have been read while they were back for a moment.
    """
    found = set(stored.linked(conn, of, hubspot_ids))
    asked = {*hubspot_ids, *gone}
    for other in types.linking(of.kind):
        for hubspot_id in stored.linking(conn, Mirrored(of.portal_id, other), of.name, asked):
            found.add((other.name, hubspot_id))
    links = frozenset({of.name})
    return [
        Mark(of.portal_id, to, hubspot_id, links, whole=False)
        for to, hubspot_id in sorted(found)
        if to in types and of.name in types[to].associations
    ]
