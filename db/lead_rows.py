"""Read leads with their features as of a moment: closed deals to learn from, contacts to score, and
arrivals to see drift in. All pass through one query, so that a model never reads otherwise than it
was taught."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.connect import Connection
from db.queries import QUERIES, QueryRow

WINDOW = timedelta(days=548)  # eighteen months
BATCH = 10_000
# What a deal came to, and what Spoke writes back: never reasons. Stage and amount are features.
LEFT_OUT = (
    *("dealstage", "pipeline", "amount", "closedate", "hs_is_closed", "hs_is_closed_won"),
    *("hs_deal_stage_probability", "hs_lastmodifieddate", "lastmodifieddate", "hubspot_owner_id"),
    *("lifecyclestage", "hs_lead_status", "hubspotscore"),
    *("icp_segment", "lead_score_ml", "competitor_displaced"),
)
_TABLE = """
create temporary table asked_leads (
    lead_no    bigint generated always as identity,
    contact_id text,
    deal_id    text,
    company_id text,
    began_at   timestamptz not null,
    cut_off    timestamptz not null,
    is_now     boolean not null,
    is_won     boolean,
    closed_at  timestamptz
) on commit drop
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """Say of which portal, and as of when."""

    portal_id: int
    as_of: datetime
    window: timedelta = WINDOW


def closed_deals(conn: Connection, at: Moment) -> list[QueryRow]:
    """Read the deals that were closed in the window before, at several moments of each."""
    _ask(conn, "ask_closed_deals", at, window=at.window)
    return _features(conn, at)


def open_deals(conn: Connection, at: Moment) -> list[QueryRow]:
    """Read the deals that were open at the moment, as they were then."""
    _ask(conn, "ask_open_deals", at)
    return _features(conn, at)


def arrivals(conn: Connection, at: Moment) -> list[QueryRow]:
    """Read who came in the window before, one contact for each company."""
    _ask(conn, "ask_arrivals", at, since=at.as_of - at.window, before=at.as_of)
    return _features(conn, at)


def contacts(conn: Connection, at: Moment, batch: int = BATCH) -> Iterator[list[QueryRow]]:
    """Yield every contact of now, some at a time: a hundred thousand at once need gigabytes."""
    _ask(conn, "ask_contacts", at)
    with conn.cursor(name="asked_leads_of_a_run") as cursor:
        cursor.execute(QUERIES["lead_features"], _values(at))
        while rows := cursor.fetchmany(batch):
            yield rows


def make_table(conn: Connection) -> None:
    """Make the table of asked leads, which ends with the transaction."""
    conn.execute("drop table if exists asked_leads")
    conn.execute(_TABLE)


def _ask(conn: Connection, question: str, at: Moment, **more: object) -> None:
    make_table(conn)
    conn.execute("select set_config('work_mem', '128MB', true)")
    conn.execute(QUERIES[question], {"portal_id": at.portal_id, "as_of": at.as_of, **more})
    conn.execute("analyze asked_leads")


def _features(conn: Connection, at: Moment) -> list[QueryRow]:
    return conn.execute(QUERIES["lead_features"], _values(at)).fetchall()


def _values(at: Moment) -> dict[str, object]:
    return {"portal_id": at.portal_id, "left_out": list(LEFT_OUT)}
