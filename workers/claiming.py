"""Claim, the first step of a fetch: which records are ours, and which properties to read.

1. Wait until the rate limit lets a request go. Records are claimed as late as possible: what is
   marked during the wait shares the request.
2. Take up to 100 marks of records, or up to 1,000 of records whose links alone may have changed.
   The lease frees them again should this worker die.
3. Learn properties that an event named for the first time, so that their values come with the
   records.

No transaction is open while HubSpot is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from db import catch_ups, changes
from db import metadata as definitions
from db.changes import Claims
from db.portals import Portal
from hubspot.client import BATCH, LINK_BATCH
from hubspot.errors import HubSpotError
from hubspot.mirrored import Mirrored
from hubspot.objects import ObjectType
from workers.context import Context
from workers.properties import ask_unheard


@dataclass(frozen=True, slots=True)
class Batch:
    """Hold a batch of marks that is ours, and the properties to read its records with."""

    claims: Claims
    properties: Sequence[str]


def wait_for_room(context: Context, portal: Portal) -> None:
    """Wait until the rate limit would let a request go. What HubSpot refuses is said by the request
    that follows, with claims that can be put back."""
    with suppress(HubSpotError):
        context.client(portal).linger()


def claim(context: Context, portal: Portal, kind: ObjectType, whole: bool) -> Batch | None:
    """Claim a batch of records (`whole`), or of records whose links alone may have changed; None
    when there are none for us."""
    of, size = Mirrored(portal.portal_id, kind), BATCH if whole else LINK_BATCH
    with context.database.transaction() as conn:
        claims = changes.claim(conn, of, size, whole=whole)
        if claims is None:
            return None
        if not (whole and catch_ups.unheard(conn, portal.portal_id)):
            return Batch(claims, definitions.property_names(conn, of))
    ask_unheard(context, portal)
    with context.database.transaction() as conn:
        return Batch(claims, definitions.property_names(conn, of))
