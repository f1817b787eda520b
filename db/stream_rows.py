"""Store the events of streams: each once, however often it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db import partitions, polled_people, purges
from db.arrays import arrays
from db.connect import Connection
from db.partitions import Partitioned
from db.queries import QUERIES
from hubspot import json_text
from hubspot.json_types import JsonObject
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES
from hubspot.polled_answers import PolledEntry, moment
from hubspot.streams import EmailEvent, email_event
from hubspot.web_sessions import GAP, Visit, WebSession, sessions, visit

ADOPTED_AT_ONCE = 20_000  # events whose recipient became a contact, in one transaction


@dataclass(frozen=True, slots=True)
class Shelf:
    """Say where a stream's events are kept, how a page of them is stored, and which field tells
    their time."""

    table: Partitioned
    put: Callable[[Connection, int, Sequence[JsonObject]], int]
    time: str

    def times(self, raws: Sequence[JsonObject]) -> list[datetime]:
        return [at for raw in raws if (at := moment(raw[self.time]))]


def put_emails(conn: Connection, portal_id: int, raws: Sequence[JsonObject]) -> int:
    """Store a page of e-mail events but those of erased people; answer how many are new."""
    events = {each.event_id: each for each in map(email_event, raws)}
    named = [PolledEntry(each.event_id, each.raw, each.occurred_at, "") for each in events.values()]
    kept = polled_people.without_erased(conn, purges.keys_of(conn), portal_id, named)
    return put_email_events(conn, portal_id, [events[each.key] for each in kept])


def put_pages(conn: Connection, portal_id: int, raws: Sequence[JsonObject]) -> int:
    """Store the sessions of a page of visits, but those of erased people; answer by how many
    sessions there are more."""
    polled_people.share(conn, portal_id)
    visits = [visit(raw) for raw in raws]
    contacts = Mirrored(portal_id, OBJECT_TYPES["contacts"])
    gone = purges.kept_out(conn, contacts, sorted({each.contact_id for each in visits}))
    return put_visits(conn, portal_id, [each for each in visits if each.contact_id not in gone])


def put_email_events(conn: Connection, portal_id: int, events: Sequence[EmailEvent]) -> int:
    """Store e-mail events; answer how many are new."""
    columns = arrays(
        events,
        event_ids="event_id",
        occurred_ats="occurred_at",
        actions="action",
        recipients="recipient",
        campaign_ids="campaign_id",
        subject_line_lengths="subject_line_length",
        send_hours="send_hour",
        send_days="send_day_of_week",
    )
    raws = {"raws": [json_text.dumps(each.raw) for each in events]}
    return conn.execute(
        QUERIES["put_email_events"], columns | raws | {"portal_id": portal_id}
    ).rowcount


def adopt_email_events(conn: Connection, portal_id: int, at_most: int = ADOPTED_AT_ONCE) -> int:
    """Give events the contact that their recipient has become; answer how many it were."""
    asked = {"portal_id": portal_id, "at_most": at_most}
    return conn.execute(QUERIES["adopt_email_events"], asked).rowcount


def put_visits(conn: Connection, portal_id: int, visits: Sequence[Visit]) -> int:
    """Store the sessions of visits, together with what was stored of sessions near them; answer by
    how many sessions there are more.

    A session that a visit lengthens at its beginning, or joins with another, has another id: the
    one of before is dropped.
    """
    if not visits:
        return 0
    near = conn.execute(
        QUERIES["sessions_near"],
        arrays(visits, visitors="contact_id", times="occurred_at")
        | {
            "portal_id": portal_id,
            "contact_ids": sorted({each.contact_id for each in visits}),
            "gap": GAP,
        },
    ).fetchall()
    kept = [visit(raw) for row in near for raw in row["visits"]]
    made = sessions([*kept, *visits])
    here = {(each.session_id, each.occurred_at) for each in made}
    gone = [row for row in near if (row["session_id"], row["occurred_at"]) not in here]
    if gone:
        conn.execute(
            QUERIES["drop_sessions"],
            {
                "portal_id": portal_id,
                "session_ids": [row["session_id"] for row in gone],
                "occurred_ats": [row["occurred_at"] for row in gone],
            },
        )
    _put_sessions(conn, portal_id, made)
    return len(made) - len(near)


def _put_sessions(conn: Connection, portal_id: int, made: Sequence[WebSession]) -> None:
    columns = arrays(
        made,
        session_ids="session_id",
        occurred_ats="occurred_at",
        contact_ids="contact_id",
        page_urls="page_url",
        referrer_domains="referrer_domain",
        browsers="browser",
        device_types="device_type",
        countries="country",
        durations="session_duration_sec",
        page_views="page_views",
        bounces="bounce",
    )
    raws = {"raws": [json_text.dumps({"visits": each.raws}) for each in made]}
    conn.execute(QUERIES["put_sessions"], columns | raws | {"portal_id": portal_id})


SHELVES: Mapping[str, Shelf] = {
    "email_events": Shelf(partitions.EMAIL_EVENTS, put_emails, "created"),
    "web_sessions": Shelf(partitions.WEB_SESSIONS, put_pages, "occurredAt"),
}
