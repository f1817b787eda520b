"""Erase a person everywhere and remember, as a hash whose key lies elsewhere, never to store the
records again."""

from __future__ import annotations

from collections.abc import Collection
from json import dumps

from psycopg import sql

from db import associated_pairs, id_hashes, polled_people, privacy_requests
from db import property_history as history
from db.connect import Connection
from db.id_hashes import IdKey
from db.mirrored_tables import of_type
from db.queries import QUERIES
from db.row_shapes import values
from hubspot.mirrored import Mirrored

_CONTAINS_IDS = sql.SQL("&& %(ids)s::text[]")
_CONTAINS_LINKS = sql.SQL("@> any(%(links)s::jsonb[])")
_WITHOUT_IDS = sql.SQL(
    "{column} = array(select id from unnest({column}) with ordinality as each (id, place)"
    " where id <> all(%(ids)s) order by place),"
)


def known_as(conn: Connection, of: Mirrored, hubspot_id: str) -> set[str]:
    """Answer the id and every id that became part of it by merges, one after the other, as rows and
    merge events tell."""
    statement = sql.SQL(
        "select hubspot_id as former from {table} where portal_id = %(portal_id)s{of_type}"
        " and merged_into = any(%(ids)s)"
        " union select unnest(string_to_array(raw_json->'properties'->>%(merged_ids)s, ';'))"
        " from {table} where portal_id = %(portal_id)s{of_type} and hubspot_id = any(%(ids)s)"
        " union ({events})"
    ).format(
        table=sql.Identifier(of.kind.table),
        of_type=of_type(of.kind),
        events=QUERIES["merged_according_to_events"],
    )
    where = of.where | {
        "merged_ids": "hs_merged_object_ids",
    }
    known, found = set[str](), {hubspot_id}
    while found:
        known |= found
        rows = conn.execute(statement, where | {"ids": sorted(found)}).fetchall()
        found = {row["former"] for row in rows} - known - {""}
    return known


def erase(
    conn: Connection,
    of: Mirrored,
    mentions: Collection[tuple[str, str]],
    hubspot_ids: Collection[str],
) -> None:
    """Erase rows, their mention among the links of other rows, their events, dead letters and
    marks.

    `mentions` are the tables and columns in which their ids may stand. Linked records are to be
    read again all the same: a read under way may still bring the mention. A column without a name
    is raw_json.
    """
    where = of.where
    addresses = polled_people.forget(conn, of, hubspot_ids)
    # Rows before marks, in the order of a fetch: the other way round the two would deadlock.
    conn.execute(
        sql.SQL(
            "delete from {} where portal_id = %(portal_id)s{} and hubspot_id = any(%(ids)s)"
        ).format(sql.Identifier(of.kind.table), of_type(of.kind)),
        where | {"ids": sorted(hubspot_ids)},
    )
    for place in sorted(mentions):
        _unlink(conn, of, *place, hubspot_ids)
    associated_pairs.erase(conn, of, hubspot_ids)
    history.forget(conn, of, hubspot_ids)
    for name in (
        "purge_links",
        "purge_verify_runs",
        "purge_events",
        "purge_letters",
        "purge_mark",
        "purge_issues",
        "purge_fetches",
        "purge_written_values",
        "purge_outgoing",
        "purge_conclusions",
    ):
        for hubspot_id in sorted(hubspot_ids):
            conn.execute(QUERIES[name], where | {"hubspot_id": hubspot_id})
    for hubspot_id in sorted(hubspot_ids):
        _note(conn, of, hubspot_id)
    for address in sorted(addresses):
        _note_address(conn, of, address, hubspot_ids)


def _note_address(conn: Connection, of: Mirrored, address: str, persons: Collection[str]) -> None:
    """Remember an address of an erased person, and whose it was: both as hashes."""
    where = polled_people.addresses_of(of)
    key = next(iter(keys_of(conn)), None)
    conn.execute(
        QUERIES["note_erased_address"],
        where.where
        | {"hubspot_id": address, "person_type": of.name, "ids": sorted(persons)}
        | {
            "id_hash": key and key.hash(where, address),
            "key_id": key and key.name,
            "person_hashes": key and [key.hash(of, each) for each in sorted(persons)],
        },
    )


def _note(conn: Connection, of: Mirrored, hubspot_id: str) -> None:
    """Remember, as a hash, never to store a record again."""
    record = of.where | {"hubspot_id": hubspot_id}
    if not (known := keys_of(conn)):
        conn.execute(QUERIES["note_purge"], record)
        return
    digest = known[0].hash(of, hubspot_id)
    conn.execute(
        QUERIES["note_purge_by_key"], record | {"id_hash": digest, "key_id": known[0].name}
    )


def keys_of(conn: Connection) -> tuple[IdKey, ...]:
    """Answer the keys of hashes; a bare connection of the driver has none."""
    found: tuple[IdKey, ...] = getattr(conn, "id_keys", ())
    return found


def _unlink(
    conn: Connection, of: Mirrored, table: str, column: str, hubspot_ids: Collection[str]
) -> None:
    """Take the mention out of rows that HubSpot no longer shows: they keep their links and are
    never read again. The rows count as fetched now: a read that began before must not bring the
    mention back."""
    own = column or "raw_json"
    statement = sql.SQL(
        """
        with mentioning as (
            select hubspot_id from {table} where portal_id = %(portal_id)s
                and {column} {contains}
             order by hubspot_id for update
        )
        update {table} as kept
           set {without} raw_json = jsonb_set(raw_json, %(path)s, (
                   select coalesce(jsonb_agg(link order by place), '[]')
                     from jsonb_array_elements(raw_json #> %(path)s) with ordinality as each (link,
                         place)
                    where link->>'id' <> all(%(ids)s))),
               synced_at = now(), fetched_at = clock_timestamp()
          from mentioning
         where kept.portal_id = %(portal_id)s and kept.hubspot_id = mentioning.hubspot_id
           and kept.{column} {contains}  -- in the shared table ids repeat from type to type
        """
    ).format(
        table=sql.Identifier(table),
        column=sql.Identifier(own),
        contains=_CONTAINS_IDS if column else _CONTAINS_LINKS,
        without=_WITHOUT_IDS.format(column=sql.Identifier(own)) if column else sql.SQL(""),
    )
    ids = sorted(hubspot_ids)
    links = [dumps({"associations": {of.name: {"results": [{"id": each}]}}}) for each in ids]
    path = ["associations", of.name, "results"]
    where = {"portal_id": of.portal_id, "ids": ids, "path": path, "links": links}
    conn.execute(statement, where)


def purged(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> set[str]:
    """Answer which of these ids were erased and must not come back."""
    parameters = of.where | {
        "hubspot_ids": list(hubspot_ids),
        **id_hashes.hashes(keys_of(conn), of, hubspot_ids),
    }
    return set(values(conn, QUERIES["purged_ids"], parameters))


def kept_out(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> set[str]:
    """Answer which of these ids were erased, or are hidden until HubSpot has erased them: nothing
    about them is stored."""
    hidden = privacy_requests.requested(conn, of, hubspot_ids)
    return hidden | purged(conn, of, hubspot_ids)
