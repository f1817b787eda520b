"""Read links from lists, which show them beside their records at no further request.

A list says by name, not by id, what kind of link it shows, and no more than a hundred links of a
record. So links are read from it only between types with one association type, which has no label:
nothing but the ids is to be learnt then. A record with more links is read as all others are.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from hubspot import answers
from hubspot.catalogue import Catalogue
from hubspot.client import Client
from hubspot.errors import Refused
from hubspot.json_types import JsonObject
from workers.patience import patiently
from workers.walks import Walk

WORTH_ASKING = 3  # chunks to come: to know a pair costs one request, as the links of a chunk do

Links = dict[str, list[JsonObject]]  # id → [{"id", "typeId", "category", "label"}]


def learn(client: Client, walk: Walk) -> None:
    """Ask which of a type's links lists show whole, once the walk is known to be long."""
    if walk.total - walk.seen < WORTH_ASKING * walk.chunk_size:
        return
    ends = walk.linked
    with ThreadPoolExecutor(max(len(ends), 1), thread_name_prefix="links") as threads:
        asked = threads.map(lambda to: _only_type(client, walk, to), ends)
        walk.inline = {to: only for to, only in zip(ends, asked, strict=True) if only}


def _only_type(client: Client, walk: Walk, to: str) -> JsonObject | None:
    """Answer the one association type between two types, or None where there are more or it has a
    label."""
    ends = (walk.kind.path, walk.types[to].path)
    try:
        found = patiently(client.rest, lambda: client.association_types(*ends))
    except Refused:
        return None
    only = found[0] if len(found) == 1 else {}
    if not only.get("typeId") or only.get("label"):
        return None
    said = {name: only.get(name) for name in ("typeId", "category", "label")}
    return {"type": answers.link_name(*ends), **said}


def read(
    walk: Walk, to: str, only: JsonObject, records: Sequence[JsonObject]
) -> tuple[Links, list[str]]:
    """Answer the links to one type that these records show, all of the association type `only`, and
    the ids of records that show not all of theirs.

    Names of two association types mean that the portal got another one meanwhile. Then the list
    does not say which link is of which type, and the walk reads no more links of this pair from it.
    """
    found, rest, names = Links(), list[str](), set[str]()
    for record in records:
        shown = _shown(walk.types, record, to)
        names |= shown.types
        if shown.whole:
            found[record["id"]] = [{"id": each, **only} for each in shown.ids]
        else:
            rest.append(record["id"])
    if len(names) > 1:
        walk.inline = {each: kept for each, kept in walk.inline.items() if each != to}
        return {}, [record["id"] for record in records]
    return found, rest


def _shown(types: Catalogue, record: JsonObject, to: str) -> answers.Inline:
    """Answer what a list shows of a record's links to a type. It names no type without links."""
    for shown in answers.inline(record):
        end = types.find(shown.to)
        if end and end.name == to:
            return shown
    return answers.Inline(to, (), frozenset(), whole=True)
