"""What HubSpot is asked for claimed records: the records, and at the same time their links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from db.changes import Claims
from hubspot import records
from hubspot.catalogue import BUILT_IN, OTHER_ENDS, Catalogue
from hubspot.client import Client
from hubspot.errors import MissingScopes
from hubspot.json_types import JsonObject
from hubspot.objects import ObjectType
from workers.save import Fetched


def ask(
    client: Client,
    kind: ObjectType,
    claims: Claims,
    properties: Sequence[str],
    types: Catalogue = BUILT_IN,
) -> Fetched:
    """Read the claimed records (unless only their links may have changed) and, at the same time,
    their links where those may have changed: a few requests that take as long as one."""
    back = [claim.hubspot_id for claim in claims.batch if OTHER_ENDS in claim.associations]
    wanted = dict.fromkeys(sorted(types.one_sided(kind)), back)
    for to in kind.associations:
        wanted[to] = [
            claim.hubspot_id for claim in claims.batch if {to, OTHER_ENDS} & claim.associations
        ]
    with ThreadPoolExecutor(1 + len(wanted), thread_name_prefix="fetch") as threads:
        ids = claims.ids if claims.whole else []
        reading = threads.submit(read, client, kind, ids, kind.property_names(properties))
        linking = {
            to: threads.submit(client.associations, kind.path, types[to].path, each)
            for to, each in wanted.items()
            if each
        }
    found = reading.result()
    links = {to: asked.result() for to, asked in linking.items() if to in kind.associations}
    rows = [records.row(kind, record, _links_of(str(record["id"]), links)) for record in found]
    alone = [] if claims.whole else claims.ids
    return Fetched(
        rows,
        frozenset(ids) - {row.hubspot_id for row in rows},
        claims.claimed_at,
        tuple(records.links(each, own) for each in alone if (own := _links_of(each, links))),
        _neighbours(
            back,
            {to: asked for to, asked in linking.items() if kind.name in types[to].associations},
        ),
        frozenset(kind.property_names(properties)),
    )


def _neighbours(
    back: Sequence[str], linking: Mapping[str, Future[dict[str, list[JsonObject]]]]
) -> dict[str, frozenset[tuple[str, str]]]:
    """Of a type that the token may not read there is no row here whose links could be wrong."""
    found: dict[str, frozenset[tuple[str, str]]] = dict.fromkeys(back, frozenset())
    for to, asked in linking.items():
        with suppress(MissingScopes):
            links = asked.result()
            for each in links.keys() & found.keys():
                found[each] |= {(to, str(end["id"])) for end in links[each]}
    return found


def read(
    client: Client, kind: ObjectType, ids: Sequence[str], names: Sequence[str]
) -> list[JsonObject]:
    """Those that exist, then those among the rest that are archived."""
    if not ids:
        return []
    found = client.batch_read(kind.path, ids, names)
    if missing := set(ids) - {str(record["id"]) for record in found}:
        found += client.batch_read(kind.path, sorted(missing), names, archived=True)
    return found


def _links_of(
    hubspot_id: str, links: Mapping[str, Mapping[str, list[JsonObject]]]
) -> dict[str, list[JsonObject]]:
    """Association type → links, of exactly the types that were asked for this record."""
    return {to: found[hubspot_id] for to, found in links.items() if hubspot_id in found}
