"""Turn events into changes: what a delivery tells us to fetch again. Pure; no I/O, no clock.

A delivery is a JSON array of up to 100 events, late, doubled or out of order. We believe only
*which* records they name. Classic (contact.creation) and generic (object.creation with
objectTypeId) events pass through the same lines. https://developers.hubspot.com/docs/api/webhooks
and
https://developers.hubspot.com/docs/apps/legacy-apps/public-apps/create-generic-webhook-subscriptions
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hubspot.catalogue import BUILT_IN, Catalogue, is_custom

# characters of an unknown kind's name that are kept: longer ones do not fit into an index
LONGEST_NAME = 100
ACTIONS = frozenset(
    {"creation", "deletion", "privacyDeletion", "propertyChange", "merge", "restore"}
)
# by portal; a portal without types of its own need not be there
Catalogues = Mapping[int, Catalogue]
_NONE: Catalogues = {}
REDACTED = "REDACTED"  # HubSpot's own word in place of a sensitive value
_NO_LINKS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """Say that a record must be fetched again. `associations` are the types whose links may have
    changed; `whole` is False where nothing else can have. `other_ends`: the record came back, and
    so it came back into the links of others, which HubSpot need not tell. They may have been read
    while it was away, even where we never saw that it was."""

    object_type: str
    hubspot_id: str
    associations: frozenset[str] = frozenset()
    whole: bool = True
    other_ends: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Hold one notification as received, with the few fields that we look at read out leniently."""

    portal_id: int
    subscription_type: str
    object_type: (
        str  # our name for the kind of record, or HubSpot's word for it when we do not mirror it
    )
    action: str
    hubspot_id: str | None
    occurred_at: datetime | None
    raw: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Answer a key, equal for two copies of one event: all that was sent but attemptNumber,
        because eventId is not unique and each field may be what tells two events apart. Taking two
        for one would lose a change."""
        sent = sorted(
            (name, str(value)) for name, value in self.raw.items() if name != "attemptNumber"
        )
        return hashlib.md5(repr(sent).encode(), usedforsecurity=False).hexdigest()

    @property
    def kept(self) -> Mapping[str, Any]:
        """Answer what is stored of it: all but the value of a property that is sensitive."""
        if self.raw.get("isSensitive") and "propertyValue" in self.raw:
            return {**self.raw, "propertyValue": REDACTED}
        return self.raw


def parse(raw: Mapping[str, Any], catalogues: Catalogues = _NONE) -> Event:
    """Read one event. Unknown kinds come out as they are named."""
    subscription = str(raw.get("subscriptionType") or raw.get("eventType") or "")
    subject, _, action = subscription.partition(".")
    portal_id = _integer(raw.get("portalId"))
    return Event(
        portal_id=portal_id,
        subscription_type=subscription,
        object_type=_object_type(subject, raw, catalogues.get(portal_id, BUILT_IN)),
        action=action,
        hubspot_id=_id(raw.get("objectId")) or _id(raw.get("fromObjectId")),
        occurred_at=_moment(raw.get("occurredAt")),
        raw=raw,
    )


def touched(event: Event, catalogues: Catalogues = _NONE) -> Iterator[Change]:
    """Yield the records that this event names, nothing for kinds that we do not mirror.

    A type of the portal's own that we have not heard of yet goes by its type id: the fetch
    looks it up first.
    """
    types = catalogues.get(event.portal_id, BUILT_IN)
    if event.action == "associationChange":
        yield from _touched_ends(event, types)
    elif event.action in ACTIONS and (event.object_type in types or _unheard(event)):
        links = _links(event, types)
        came_back = event.action == "restore" and event.object_type in types
        for hubspot_id in _named(event):
            yield Change(event.object_type, hubspot_id, links, other_ends=came_back)


def _unheard(event: Event) -> bool:
    """Tell whether the type is one to ask for. Nothing is erased on the word of an event that we
    cannot place."""
    return is_custom(event.object_type) and event.action != "privacyDeletion"


def _named(event: Event) -> Iterator[str]:
    """Yield the ids that an event names. A merge names the survivor (with a possibly new id) and
    the losers; everything else names one record."""
    fields = (
        ("objectId", "primaryObjectId", "newObjectId") if event.action == "merge" else ("objectId",)
    )
    ids = [_id(event.raw.get(field)) for field in fields]
    if event.action == "merge" and isinstance(merged := event.raw.get("mergedObjectIds"), list):
        ids += [_id(value) for value in merged]
    yield from dict.fromkeys(value for value in ids if value)


def _touched_ends(event: Event, types: Catalogue) -> Iterator[Change]:
    """Yield both ends of a link: both ends of a link change, whichever end told us; of those whose
    types are unknown, all there is to know."""
    start, end = _ends(event, types)
    start_id, end_id = _id(event.raw.get("fromObjectId")), _id(event.raw.get("toObjectId"))
    for object_type, hubspot_id, other in ((start, start_id, end), (end, end_id, start)):
        links = _all_links(object_type, types)
        if hubspot_id and object_type not in types and is_custom(object_type):
            yield Change(object_type, hubspot_id)
        elif hubspot_id and (changed := links & {other} if other else links):
            yield Change(object_type, hubspot_id, changed, whole=False)


def new_pair(event: Event, types: Catalogue) -> tuple[str, str] | None:
    """Answer the pair of mirrored types that an event links although neither keeps such links."""
    if event.action != "associationChange":
        return None
    one, other = sorted(_ends(event, types))
    known = one in types and other in types
    return (one, other) if known and not types.keeps(one, other) else None


def _ends(event: Event, types: Catalogue) -> tuple[str, str]:
    """Answer the types at the ends: generic events carry type ids, classic ones
    CONTACT_TO_COMPANY."""
    raw = event.raw
    if "fromObjectTypeId" in raw or "toObjectTypeId" in raw:
        return _by_type_id(raw.get("fromObjectTypeId"), types), _by_type_id(
            raw.get("toObjectTypeId"), types
        )
    start, _, end = str(raw.get("associationType") or "").lower().partition("_to_")
    ends = start, end.removesuffix("_unlabeled")
    # PARENT_COMPANY_TO_CHILD_COMPANY
    start, end = (each.removeprefix("parent_").removeprefix("child_") for each in ends)
    return _by_singular(start, types), _by_singular(end, types)


def _links(event: Event, types: Catalogue) -> frozenset[str]:
    """Answer the types whose links to the named records may have changed."""
    if event.action in ("creation", "merge", "restore"):
        return _all_links(event.object_type, types)
    return _NO_LINKS


def _all_links(object_type: str, types: Catalogue) -> frozenset[str]:
    if object_type in types:
        return frozenset(types[object_type].associations)
    return _NO_LINKS


def _object_type(subject: str, raw: Mapping[str, Any], types: Catalogue) -> str:
    if subject != "object":
        return _by_singular(subject, types)
    return _by_type_id(raw.get("objectTypeId") or raw.get("fromObjectTypeId"), types)


def _by_singular(name: str, types: Catalogue) -> str:
    if name in types.by_singular:
        return types.by_singular[name].name
    return name[:LONGEST_NAME]


def _by_type_id(type_id: object, types: Catalogue) -> str:
    name = str(type_id or "")
    if name in types.by_type_id:
        return types.by_type_id[name].name
    return name[:LONGEST_NAME]


def _integer(value: object) -> int:
    """Read a whole number. Ids beyond 2^63 belong to no record; 0 is never a portal, so such an
    event ends as 'unknown portal'."""
    text = str(value) if isinstance(value, int | str) else ""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    return 0


def _id(value: object) -> str | None:
    """Read HubSpot's ids as text; they outgrew 32 bits long ago. Anything that is not a whole
    number names no record."""
    if number := _integer(value):
        return str(number)
    return None


def _moment(value: object) -> datetime | None:
    """Turn epoch milliseconds into a time; None where no calendar has such a day."""
    milliseconds = _integer(value)
    if not 0 < milliseconds < 253_402_300_800_000:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
