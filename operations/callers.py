"""Say who asks: a program with a token, or a person who signed in. Scopes are what they may do."""

from __future__ import annotations

from dataclasses import dataclass

SCOPES = {
    "records:read": "read records, their history and associations",
    "records:read:sensitive": "read properties that the portal marks as sensitive",
    "metrics:read": "read metrics, links and what stands on them",
    "status:read": "read how fresh and complete the copy is, scans, dead letters and events",
    "scans:write": "start, pause, resume and cancel extractions; decide on links",
    "events:write": "send events of the company's own website and product",
    "replay:write": "replay dead letters and refresh records",
    "portals:admin": "pause, resume and limit portals; change settings; read the audit",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Describe a program or person, as requests, limits and the audit know it."""

    name: str
    portals: tuple[int, ...]
    scopes: frozenset[str]
    token_id: str | None = None  # of a program
