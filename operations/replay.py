"""Bring dead letters back: records are marked again, deliveries go back into the stream."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

import deliveries
import jobs
from db import changes
from db.changes import Mark
from db.queries import QUERIES, QueryRow
from hubspot.catalogue import BUILT_IN, Catalogue
from operations.servers import Servers


def replay(
    servers: Servers,
    letter_id: int | None = None,
    kind: str | None = None,
    since: object = None,
    portal_id: int | None = None,
) -> int:
    """Bring back the letters that match all that is given; how many. Each is noted as replayed in
    the same transaction that marks its record, so it comes back once."""
    wanted = {"portal_id": portal_id, "letter_id": letter_id, "kind": kind, "since": since}
    types = {portal.portal_id: servers.types(portal) for portal in servers.portals()}
    with servers.database.transaction() as conn:
        letters = conn.execute(QUERIES["unreplayed_letters"], wanted).fetchall()
        marks = _marks(letters, types)
        changes.mark(conn, sorted(marks, key=lambda mark: mark.record))
        for letter in letters:
            if letter["kind"] == "delivery":
                _resend(servers, base64.b64decode(letter["payload"]["base64"]))
            conn.execute(QUERIES["mark_replayed"], letter)
    for portal_id, object_type in sorted({(mark.portal_id, mark.object_type) for mark in marks}):
        jobs.wake(servers.server, jobs.FETCH, portal_id, object_type)
    if len(marks) < len(letters):
        jobs.wake(servers.server, jobs.INGEST)
    return len(letters)


def _marks(letters: Sequence[QueryRow], types: Mapping[int, Catalogue]) -> set[Mark]:
    """Answer the marks of the letters that are about records."""
    about = [letter for letter in letters if letter["kind"] == "record"]
    return {_mark(letter, types.get(letter["portal_id"], BUILT_IN)) for letter in about}


def _mark(letter: QueryRow, types: Catalogue) -> Mark:
    kind = types.get(letter["object_type"])  # None where the portal has that type no longer
    links = frozenset(kind.associations if kind else ())
    return Mark(letter["portal_id"], letter["object_type"], letter["hubspot_id"], links)


def _resend(servers: Servers, body: bytes) -> None:
    """Send before the note commits: a crash in between sends it twice, and its events are stored
    once."""
    with servers.server.pipeline() as pipeline:
        deliveries.append(pipeline, body, next(iter(servers.settings.hubspot_client_secrets), ""))
        pipeline.execute()
