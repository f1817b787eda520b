"""Search: records by id, e-mail address, or a part of their name."""

from __future__ import annotations

from typing import Any

from analytics import record_fields, record_names
from dashboard import record_listing
from dashboard.asked import Asked
from dashboard.records_page import SENSITIVE, types_of
from operations.callers import Caller
from operations.servers import Servers

LONGEST = 200


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find the records that a text names, by type."""
    text = asked.words.get("text", "").strip()[:LONGEST]
    types, sensitive = types_of(servers, asked.portal_id), SENSITIVE in caller.scopes
    with servers.reading([asked.portal_id]) as conn:
        kinds = types.values()
        shapes = record_fields.shapes_by_name(conn, asked.portal_id, kinds, sensitive)
        found = record_names.search(conn, shapes, text)
    hits = [(shape.kind.name, rows) for shape, rows in found]
    return {
        "text": text,
        "hits": hits,
        "total": sum(len(rows) for _, rows in hits),
        "most": record_names.MOST_OF_A_TYPE,
        "url_of": lambda kind, id: record_listing.record_url(asked, kind, id),
    }
