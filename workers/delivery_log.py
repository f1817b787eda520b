"""Tell the log of each delivery that was stored: whose it is, of what, and how long it waited."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime

import log_lines
from deliveries import Delivery
from hubspot.events import ACTIONS, Catalogues, Event

log = log_lines.lines("deliveries")
_ACTIONS = ACTIONS | {"associationChange"}
OTHER = "other"  # what a stranger may have named is not repeated


def tell(
    batch: Sequence[Delivery],
    found: Sequence[tuple[Event, Delivery]],
    known: Catalogues,
    now: datetime,
) -> None:
    """Write one line for each delivery of a batch. Values and ids of records are left out."""
    by_entry: dict[bytes, list[Event]] = defaultdict(list)
    for event, source in found:
        by_entry[source.entry_id].append(event)
    for delivery in batch:
        events = by_entry[delivery.entry_id]
        portals = {event.portal_id for event in events if event.portal_id in known}
        log.info(
            "delivery stored",
            delivery=delivery.entry_id.decode(),
            portal_id=",".join(map(str, sorted(portals))) or "unknown",
            kinds=_counted([_kind(event, known) for event in events]),
            events=len(events),
            waited_ms=round((now - delivery.received_at).total_seconds() * 1000),
        )


def _kind(event: Event, known: Catalogues) -> str:
    """Answer the kind of an event, in words that we know."""
    is_known = event.object_type in known.get(event.portal_id, ())
    object_type = event.object_type if is_known else OTHER
    return f"{object_type}.{event.action if event.action in _ACTIONS else OTHER}"


def _counted(kinds: Sequence[str]) -> str:
    return ",".join(f"{kind}:{count}" for kind, count in sorted(Counter(kinds).items()))
