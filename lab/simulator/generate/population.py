"""Fills a portal: records of every type in id order, then the links between them."""

from collections.abc import Callable
from random import Random

from hubspot.objects import ObjectType

from ..definitions import created_property
from ..portal import Portal
from ..store import Record
from ..wire import iso
from .calls import call
from .companies import company
from .contacts import contact
from .deals import deal
from .links import link_all
from .plain import plain
from .scene import DAY_MS, Scene, scene

Generator = Callable[[Random, Scene, int], dict[str, str]]

GENERATORS: dict[str, Generator] = {
    "contacts": contact,
    "companies": company,
    "deals": deal,
    "calls": call,
}
SPAN_MS = 900 * DAY_MS  # how long the portal has existed
# First id and step per type. Ids are unique per type only, so the ranges overlap on purpose; calls
# and every deal of the later half are beyond 32 bits, as HubSpot's are.
_LARGE_CALL, _LARGE_DEAL = 9_050_000_000, 8_900_000_000


def generator(portal: Portal, kind: ObjectType) -> Generator:
    """Answer the function that makes one record of this type."""
    known = portal.properties[kind.name]
    return GENERATORS.get(
        kind.name, lambda rng, scene, created_ms: plain(rng, scene, created_ms, kind, known)
    )


def id_of(type_name: str, place: int, count: int) -> int:
    """Answer the record's id by its place alone, so that two portals hold the same ids."""
    if type_name == "calls":
        return _LARGE_CALL + 11 * place
    if type_name == "deals" and place >= count // 2:
        return _LARGE_DEAL + 17 * place
    return 101 + 50 * place


def populate(portal: Portal, counts: dict[str, int], seed: str, now_ms: int) -> Scene:
    """Fill a portal. The order of the types matters: calls dial the numbers of the contacts made
    before."""
    rng = Random(f"{seed}:scene")
    shared = scene(rng, now_ms, portal.owners, portal.pipelines["deals"])
    for name, kind in portal.types.items():
        rng, make, count = Random(f"{seed}:{name}"), generator(portal, kind), counts.get(name, 0)
        portal.stores[name].fill(
            record(rng, shared, kind, make, place, count) for place in range(count)
        )
    link_all(portal, Random(f"{seed}:links"), shared.dialled)
    shared.dialled.clear()
    return shared


def record(
    rng: Random, shared: Scene, kind: ObjectType, make: Generator, place: int, count: int
) -> Record:
    """Make records whose ids follow creation: the older the record, the smaller its id."""
    start = shared.now_ms - SPAN_MS
    created_ms = start + int((place + rng.random()) * SPAN_MS / count)
    modified = created_ms + int(rng.random() ** 3 * (shared.now_ms - created_ms))
    record_id, created_at, updated_at = (
        id_of(kind.name, place, count),
        iso(created_ms),
        iso(modified),
    )
    shared.subject = record_id
    fixed = {
        "hs_object_id": str(record_id),
        created_property(kind): created_at,
        kind.modified: updated_at,
    }
    return Record(
        record_id, fixed | make(rng, shared, created_ms), created_at, updated_at, modified
    )


def fresh(
    portal: Portal, kind: ObjectType, rng: Random, shared: Scene, now_ms: int
) -> dict[str, str]:
    """Choose values for a record that is created now; only values that a client may write."""
    shared.subject = 0
    made = generator(portal, kind)(rng, shared, now_ms)
    writable = portal.properties[kind.name]
    return {
        name: value
        for name, value in made.items()
        if not writable[name]["modificationMetadata"]["readOnlyValue"]
    }
