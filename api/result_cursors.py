"""Cursors of results: where a page ended, signed, and of one extraction only."""

from __future__ import annotations

from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from api.problems import Refusal
from operations.derived_keys import keys_for
from operations.servers import Servers

PURPOSE = "spoke: cursors of results"
FIRST = ("", "")


def written(servers: Servers, extraction_id: UUID, place: tuple[str, str] | None) -> str | None:
    """Write the place (type, id) at which a page ended; None where nothing follows."""
    if place is None:
        return None
    text = _signer(servers, extraction_id).dumps(place)
    if isinstance(text, str):
        return text
    return text.decode()


def read(servers: Servers, extraction_id: UUID, cursor: str | None) -> tuple[str, str]:
    """Read the place that a cursor names. Raises Refusal for one that was not written here."""
    if cursor is None:
        return FIRST
    try:
        object_type, hubspot_id = _signer(servers, extraction_id).loads(cursor)
    except BadSignature as error:
        raise Refusal(422, "This cursor is of another extraction, or cut off.") from error
    return object_type, hubspot_id


def _signer(servers: Servers, extraction_id: UUID) -> URLSafeSerializer:
    keys = list(reversed(keys_for(servers.settings, PURPOSE)))  # the last one signs
    return URLSafeSerializer(keys, salt=str(extraction_id))
