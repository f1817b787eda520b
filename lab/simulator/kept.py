"""Keep what a simulated portal holds, and put it back: a test that edits records, defines
properties or moves stages leaves none of it to the next."""

import pickle
from dataclasses import dataclass
from typing import Any

from .portal import Portal
from .search_index import SearchIndex

_DESCRIBED = (
    *("owners", "types", "properties", "announced", "archived_properties", "pipelines"),
    *("schemas", "groups", "made", "defined"),
)
_LINKED = ("links", "labels", "next_label")


@dataclass(frozen=True)
class Kept:
    """Hold what a portal had. Most tests leave the descriptions alone, and comparing them costs a
    tenth of putting them back."""

    records: bytes  # with the links, and the dice that deliveries and events throw
    described: dict[str, Any]
    copied: bytes


def keep(portal: Portal) -> Kept:
    """Remember a portal as it is."""
    linked = {name: getattr(portal.associations, name) for name in _LINKED}
    copied = pickle.dumps({name: getattr(portal, name) for name in _DESCRIBED})
    records = portal.stores, linked, portal.deliveries.random, portal.writer.random
    return Kept(pickle.dumps(records), pickle.loads(copied), copied)


def put_back(portal: Portal, kept: Kept) -> None:
    """Make a portal what it was; no event tells of it."""
    records = pickle.loads(kept.records)
    portal.stores, linked, portal.deliveries.random, portal.writer.random = records
    for name, value in linked.items():
        setattr(portal.associations, name, value)
    portal.indexes = {name: SearchIndex() for name in portal.stores}
    if all(getattr(portal, name) == value for name, value in kept.described.items()):
        return
    described = pickle.loads(kept.copied)
    _refill(portal.types, described.pop("types"))  # writer and links hold them, too
    for name, value in described.items():
        setattr(portal, name, value)


def _refill(held: dict[str, Any], wanted: dict[str, Any]) -> None:
    held.clear()
    held.update(wanted)
