"""Find what changed of the records that a fetch stores, for webhooks of ours.

Rows are looked at before and after they are written, in the same transaction: so what is told has
happened, and what has happened is told. Where a portal has no endpoint nothing is looked at, and
that costs one look into a small table. A backfill announces nothing: it brings millions of records
that nobody has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from db.connect import Connection
from db.mirrored_tables import of_type
from hubspot.mirrored import Mirrored
from outgoing import endpoints, webhooks
from outgoing.endpoints import Endpoint
from outgoing.webhooks import Announcement

STAGES = ("dealstage", "hs_pipeline_stage")
_Rows = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Watch:
    """Hold who wants to hear of a batch, and its rows as they were before."""

    of: Mirrored
    hearing: list[Endpoint]
    ids: list[str]
    before: _Rows

    def announce(self, conn: Connection, happened_at: datetime) -> None:
        """Put what has changed since then; nothing where nobody hears."""
        if not self.hearing:
            return
        after = _rows(conn, self.of, self.ids)
        found = [each for one in self.ids for each in changes_of(self.of, one, self.before, after)]
        webhooks.announce(conn, self.of.portal_id, self.hearing, found, happened_at)


def watch(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> Watch:
    """Look at rows before they are written, where an endpoint wants to hear of them."""
    hearing = endpoints.of_portal(conn, of.portal_id)
    ids = sorted(hubspot_ids) if hearing else []
    return Watch(of, hearing, ids, _rows(conn, of, ids) if hearing else {})


def _rows(conn: Connection, of: Mirrored, ids: Collection[str]) -> _Rows:
    statement = sql.SQL(
        "select hubspot_id, archived, merged_into, raw_json->'properties' as properties,"
        " raw_json->'associations' as associations"
        " from {} where portal_id = %s{} and hubspot_id = any(%s)"
    ).format(sql.Identifier(of.kind.table), of_type(of.kind))
    rows = conn.execute(statement, [of.portal_id, list(ids)]).fetchall()
    return {row["hubspot_id"]: row for row in rows}


def changes_of(
    of: Mirrored, hubspot_id: str, before: _Rows, after: _Rows
) -> Iterator[Announcement]:
    """Yield what happened to one record between two looks at its row."""
    old, new = before.get(hubspot_id), after.get(hubspot_id)
    if new is None:
        return
    if old is None:
        yield Announcement("record.created", of.name, hubspot_id)
        return
    if new["merged_into"] != old["merged_into"]:
        details = {"merged_into": new["merged_into"]}
        yield Announcement("record.merged", of.name, hubspot_id, details)
    elif new["archived"] != old["archived"]:
        event = "record.archived" if new["archived"] else "record.restored"
        yield Announcement(event, of.name, hubspot_id)
    yield from _values(of, hubspot_id, old["properties"] or {}, new["properties"] or {})
    yield from _links(of, hubspot_id, old["associations"] or {}, new["associations"] or {})


def _values(
    of: Mirrored, hubspot_id: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Announcement]:
    changed = sorted(
        name
        for name in (old.keys() | new.keys()) - {of.kind.modified}
        if (old.get(name) or None) != (new.get(name) or None)
    )
    if changed:
        yield Announcement("record.updated", of.name, hubspot_id, {"properties": changed})
    for name in STAGES if of.kind.has_pipelines else ():
        if name in changed:
            moved = {"properties": [name], "from": old.get(name), "to": new.get(name)}
            yield Announcement("stage.changed", of.name, hubspot_id, moved)


def _links(
    of: Mirrored, hubspot_id: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Announcement]:
    for to in sorted(old.keys() | new.keys()):
        had, has = _ends(old.get(to)), _ends(new.get(to))
        if had != has:
            details = {"to": to, "added": sorted(has - had), "removed": sorted(had - has)}
            yield Announcement("link.changed", of.name, hubspot_id, details)


def _ends(links: Any) -> set[str]:
    """Answer the ids at the other ends, as raw_json holds them."""
    listed = links.get("results", ()) if isinstance(links, dict) else links or ()
    return {str(each["id"]) for each in listed if isinstance(each, dict) and "id" in each}
