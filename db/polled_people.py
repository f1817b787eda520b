"""Keep erased people out of polled families: of lists they were members of, and of forms that they
submitted.

A submission names no contact. It is the person's where one of its values is an address of theirs.
Addresses are kept as hashes, as erased ids are: HubSpot may show a submission for weeks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from psycopg import sql

from db import id_hashes
from db.connect import Connection
from db.id_hashes import IdKey
from db.mirrored_tables import of_type
from db.queries import QUERIES
from hubspot import polled_answers
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES
from hubspot.polled import FAMILIES
from hubspot.polled_answers import PolledEntry
from hubspot.streams import STREAMS

ADDRESSES = "email_addresses"  # as purges names the hashes
_WITH_PEOPLE = [family.name for family in FAMILIES.values() if family.name_people]
_WITH_MEMBERS = [family.name for family in FAMILIES.values() if family.are_members]


def addresses_of(of: Mirrored) -> Mirrored:
    """Name the addresses of a portal's people as if they were records of a type: so they are
    hashed."""
    return replace(of, kind=replace(of.kind, name=ADDRESSES))


def forget(conn: Connection, of: Mirrored, hubspot_ids: Collection[str]) -> set[str]:
    """Delete memberships of these records, submissions of their addresses, of contacts what streams
    and other systems tell of them, and what providers found; answer the addresses.
    Call it while their rows are there."""
    conn.execute(QUERIES["hold_people"], {"portal_id": of.portal_id})
    where = of.where | {"ids": sorted(hubspot_ids)}
    conn.execute(QUERIES["forget_memberships"], where)
    found = _addresses(conn, of, where)
    if found:
        asked = {"families": _WITH_PEOPLE, "addresses": sorted(found)}
        conn.execute(QUERIES["forget_submissions"], where | asked)
    if of.name == "contacts":
        conn.execute(QUERIES["forget_email_events"], where | {"addresses": sorted(found)})
        conn.execute(QUERIES["forget_web_sessions"], where)
        conn.execute(QUERIES["forget_ingested_events"], where | {"addresses": sorted(found)})
    conn.execute(QUERIES["forget_what_was_found"], where)
    return found


def _addresses(conn: Connection, of: Mirrored, where: dict[str, object]) -> set[str]:
    statement = sql.SQL(
        "select distinct lower(trim(address)) as address from {table}"
        " cross join unnest(array[raw_json->'properties'->>'email'] || string_to_array("
        "raw_json->'properties'->>'hs_additional_emails', ';')) as address"
        " where portal_id = %(portal_id)s{of_type} and hubspot_id = any(%(ids)s)"
        " and trim(address) <> ''"
    ).format(table=sql.Identifier(of.kind.table), of_type=of_type(of.kind))
    return {row["address"] for row in conn.execute(statement, where)}


def share(conn: Connection, portal_id: int) -> None:
    """Keep erasures of the portal waiting until this transaction ends. Call it before entries that
    name people are looked through."""
    conn.execute(QUERIES["share_people"], {"portal_id": portal_id})


def without_erased(
    conn: Connection, keys: Sequence[IdKey], portal_id: int, entries: Sequence[PolledEntry]
) -> list[PolledEntry]:
    """Answer the entries that name no address of an erased or hidden person. A form that was
    submitted after the erasure is a new matter."""
    share(conn, portal_id)
    named = {each.key: polled_answers.addresses(each.raw) for each in entries}
    known = sorted(set().union(*named.values()))
    if not known:
        return list(entries)
    of = addresses_of(Mirrored(portal_id, OBJECT_TYPES["contacts"]))
    asked = of.where | {"addresses": known} | id_hashes.hashes(keys, of, known)
    erased = {
        row["address"]: row["purged_at"] for row in conn.execute(QUERIES["erased_addresses"], asked)
    }
    hidden = {
        row["address"]
        for row in conn.execute(QUERIES["hidden_addresses"], of.where | {"between": ";"})
    }

    def is_erased(entry: PolledEntry, address: str) -> bool:
        at = erased.get(address)
        return at is not None and (entry.updated_at is None or entry.updated_at <= at)

    return [
        each
        for each in entries
        if not any(address in hidden or is_erased(each, address) for address in named[each.key])
    ]


def read_again(conn: Connection, portal_id: int) -> None:
    """Have lists that name people and all streams read as a whole again: an erasure was taken
    back."""
    asked = {"portal_id": portal_id, "families": [*_WITH_PEOPLE, *_WITH_MEMBERS]}
    conn.execute(QUERIES["read_people_again"], asked)
    conn.execute(QUERIES["read_streams_again"], asked | {"families": list(STREAMS)})
