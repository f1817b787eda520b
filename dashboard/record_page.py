"""A record: its properties by group, what it is linked to, how it changed, what happened to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from werkzeug.exceptions import NotFound

from analytics import record_fields, record_labels, record_names, record_reads
from analytics.record_fields import Field, Shape
from dashboard import record_audit, record_listing, record_words
from dashboard.asked import Asked
from dashboard.record_words import Shown
from dashboard.records_page import SENSITIVE, types_of
from hubspot.catalogue import Catalogue
from operations import trace
from operations.callers import Caller
from operations.servers import Servers

Row = Mapping[str, Any]
Show = Callable[[Field, str | None], Shown]


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find what the page shows of one record; a record that is not here can be asked for."""
    types = types_of(servers, asked.portal_id)
    object_type, hubspot_id = asked.words["object_type"], asked.words["hubspot_id"]
    if object_type not in types or not record_names.is_id(hubspot_id):
        raise NotFound
    found = _read(servers, caller, asked, types, (object_type, hubspot_id))
    row = found["record"]
    title = (row["name"] if row else None) or f"{object_type} {hubspot_id}"
    return found | {
        "heading": title,
        "object_type": object_type,
        "hubspot_id": hubspot_id,
        "type_id": types[object_type].type_id,
        "trace": _trace(servers, asked, object_type, hubspot_id),
        "may_refresh": "replay:write" in caller.scopes,
        "was_marked": asked.words.get("marked") == "1",
        "url_of": lambda kind, id: record_listing.record_url(asked, kind, id),
        "list_url": record_listing.Listing(asked.words.get("portal"), object_type).url(),
        "status": 200 if row else 404,
    }


def _read(
    servers: Servers, caller: Caller, asked: Asked, types: Catalogue, key: tuple[str, str]
) -> dict[str, Any]:
    """Read everything of a record that a reader may see, in one transaction."""
    kind, sensitive = types[key[0]], SENSITIVE in caller.scopes
    with servers.reading([asked.portal_id]) as conn:
        shape = record_fields.shape(conn, asked.portal_id, kind, sensitive)
        row = record_reads.record(conn, shape, key[1])
        if row is None:
            return {"record": None}
        choices = record_labels.choices(conn, shape, list(row["properties"]))
        show = partial(record_words.shown, choices=choices, zone=asked.zone)
        found = {
            "associations": record_reads.associations(conn, types, shape, row, sensitive),
            "links": record_reads.links(conn, shape, key[1]),
            "history": _history(shape, record_reads.history(conn, shape, key[1]), show),
            "history_waits": record_reads.history_waits(conn, shape, key[1]),
        }
    named = row["properties"], {"id": key[1]}
    is_sensitive = record_audit.note_sensitive(servers, caller, shape, *named)
    groups, empty = _groups(shape, row["properties"], show)
    return found | {
        "record": row,
        "groups": groups,
        "empty": empty,
        "is_live": not is_sensitive,
    }


def _groups(
    shape: Shape, properties: Mapping[str, str | None], show: Show
) -> tuple[list[tuple[str, list[Any]]], list[Field]]:
    """Arrange the properties that have a value by group, and name the ones that have none."""
    fields = sorted(shape.fields.values(), key=lambda each: (each.group, each.label.casefold()))
    filled = [each for each in fields if properties.get(each.name)]

    def shown(each: Field) -> tuple[Field, Any]:
        return each, show(each, properties[each.name])

    groups = [
        (record_words.group_title(group), list(map(shown, found)))
        for group, found in groupby(filled, key=lambda each: each.group)
    ]
    main = set(shape.main)
    groups.sort(key=lambda group: -sum(each.name in main for each, _ in group[1]))
    return groups, [each for each in fields if not properties.get(each.name)]


def _history(shape: Shape, rows: Sequence[Row], show: Show) -> list[dict[str, Any]]:
    """Show versions with the labels of their properties and values."""
    return [
        {
            **row,
            "label": shape.fields[row["property"]].label,
            "now": show(shape.fields[row["property"]], row["value"]).text,
            "before": show(shape.fields[row["property"]], row["previous"]).text,
        }
        for row in rows
    ]


def _trace(servers: Servers, asked: Asked, object_type: str, hubspot_id: str) -> list[Any]:
    """Answer what happened to a record here, newest first, in the portal's time zone."""
    portal = servers.portal(asked.portal_id)
    assert portal is not None
    return trace.trace(servers, portal, object_type, hubspot_id, asked.zone)[::-1]
