"""Ask HubSpot for claimed records: the second step of a fetch.

1. Read the records, unless only their links may have changed. Read archived ones among the rest.
2. At the same time read links, one request for each type whose links may have changed.
3. Find the neighbours of each returned record: the records that link to it.
4. Put the links to their records, as rows in our words.

A few requests side by side take as long as one. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from db.changes import Claims
from hubspot import records
from hubspot.catalogue import BUILT_IN, Catalogue
from hubspot.client import Client
from hubspot.errors import MissingScopes
from hubspot.json_types import JsonObject
from hubspot.objects import ObjectType
from hubspot.records import Links, Row
from workers.fetched import Fetched

FoundLinks = Mapping[str, Mapping[str, list[JsonObject]]]  # type → id → links


def ask(
    client: Client,
    kind: ObjectType,
    claims: Claims,
    properties: Sequence[str],
    types: Catalogue = BUILT_IN,
) -> Fetched:
    """Read the claimed records, and at the same time their links where these may have changed."""
    names = kind.property_names(properties)
    ids = claims.ids if claims.whole else []
    wanted = _wanted_links(kind, claims, types)
    with ThreadPoolExecutor(1 + len(wanted), thread_name_prefix="fetch") as threads:
        reading = threads.submit(read, client, kind, ids, names)
        linking = {
            to: threads.submit(client.associations, kind.path, types[to].path, each)
            for to, each in wanted.items()
        }
    found = reading.result()
    links = {to: asked.result() for to, asked in linking.items() if to in kind.associations}
    rows = list(_rows(kind, found, links))
    return Fetched(
        rows=rows,
        missing=frozenset(ids) - {row.hubspot_id for row in rows},
        read_at=claims.claimed_at,
        links=() if claims.whole else tuple(_links_alone(claims.ids, links)),
        neighbours=_neighbours(kind, claims, types, linking),
        asked=frozenset(names),
    )


def _wanted_links(kind: ObjectType, claims: Claims, types: Catalogue) -> dict[str, list[str]]:
    """Answer type → the claimed records whose links to it are to be read."""
    wanted = {}
    for to in sorted(types.one_sided(kind)):
        wanted[to] = [claim.hubspot_id for claim in claims.batch if claim.other_ends]
    for to in kind.associations:
        wanted[to] = [claim.hubspot_id for claim in claims.batch if claim.asks_for(to)]
    return {to: ids for to, ids in wanted.items() if ids}


def _neighbours(
    kind: ObjectType,
    claims: Claims,
    types: Catalogue,
    linking: Mapping[str, Future[dict[str, list[JsonObject]]]],
) -> dict[str, frozenset[tuple[str, str]]]:
    """Answer (type, id) of the records that link to each record that came back. Of a type that the
    token may not read there is no row here whose links could be wrong."""
    found: dict[str, frozenset[tuple[str, str]]] = {
        claim.hubspot_id: frozenset() for claim in claims.batch if claim.other_ends
    }
    for to, asked in linking.items():
        if kind.name not in types[to].associations:
            continue
        with suppress(MissingScopes):
            links = asked.result()
            for each in links.keys() & found.keys():
                found[each] |= {(to, str(end["id"])) for end in links[each]}
    return found


def read(
    client: Client, kind: ObjectType, ids: Sequence[str], names: Sequence[str]
) -> list[JsonObject]:
    """Read the records that exist, then those among the rest that are archived."""
    if not ids:
        return []
    found = client.batch_read(kind.path, ids, names)
    if missing := set(ids) - {str(record["id"]) for record in found}:
        found += client.batch_read(kind.path, sorted(missing), names, archived=True)
    return found


def _rows(kind: ObjectType, found: Sequence[JsonObject], links: FoundLinks) -> Iterator[Row]:
    for record in found:
        yield records.row(kind, record, _links_of(str(record["id"]), links))


def _links_alone(ids: Sequence[str], links: FoundLinks) -> Iterator[Links]:
    """Yield the links of records that were not read themselves."""
    for each in ids:
        if own := _links_of(each, links):
            yield records.links(each, own)


def _links_of(hubspot_id: str, links: FoundLinks) -> dict[str, list[JsonObject]]:
    """Answer type → links, of exactly the types that were asked for this record."""
    return {to: found[hubspot_id] for to, found in links.items() if hubspot_id in found}
