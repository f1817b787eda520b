"""Find which deals name which competitors, as their texts come and change: the competitors job.

Triggers mark each record whose text may have changed, in the transaction that changes it. A slice
of work is one transaction: marks are taken away, their records read, and what they name is kept
instead of what they named before. A job that ends early loses nothing. After a change to the
competitors a walk reads every text again, in slices between the marks: live changes go first.
"""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator, Mapping, Sequence

import jobs
from db import competitor_texts
from db.competitor_texts import SOURCES, DealMention, Said, TextSource
from db.connect import Connection
from db.queries import QUERIES
from db.row_shapes import values
from intelligence.competitors import Competitor, Names
from workers.context import Context

BATCH = 500  # records in one transaction
MAKES_WAY_AFTER_SECONDS = 5.0  # then fetches that wait go first
LONGEST_TEXT = 20_000  # characters that are read of one text
_TAG = re.compile(r"<[^>]{0,2000}>")


def run(
    context: Context, batch: int = BATCH, makes_way_after_seconds: float = MAKES_WAY_AFTER_SECONDS
) -> None:
    """Run the job: read what was marked, then a slice of each walk, until nothing is left. After a
    while a new job behind the waiting ones does the rest."""
    jobs.lower_flag(context.server, jobs.COMPETITORS)
    ends = time.monotonic() + makes_way_after_seconds
    try:
        _read_due(context, batch, ends)
    finally:
        if context.settings.slack_webhook_url:
            jobs.wake(context.server, jobs.ALERTS)  # a loss is told of within seconds


def _read_due(context: Context, batch: int, ends: float) -> None:
    while due := _due(context):
        for portal_id in due:
            context.stop.check()
            _look_through(context, portal_id, batch)
        if time.monotonic() >= ends:
            jobs.wake(context.server, jobs.COMPETITORS)
            return


def _due(context: Context) -> list[int]:
    with context.database.transaction() as conn:
        return values(conn, QUERIES["portals_with_competitors_due"])


def _look_through(context: Context, portal_id: int, batch: int) -> None:
    """Read one slice of marks and one of the walk."""
    of = {"portal_id": portal_id}
    with context.database.transaction() as conn:
        names = _names(conn, portal_id)
        asked = of | {"at_most": batch}
        marked = conn.execute(QUERIES["take_competitor_marks"], asked).fetchall()
        for row in marked:
            _keep(conn, portal_id, names, SOURCES[row["object_type"]], row["hubspot_ids"])
    if marked:
        return
    with context.database.transaction() as conn:
        walk = conn.execute(QUERIES["due_competitor_walk"], of).fetchone()
        if walk is None:
            return
        source = SOURCES[walk["object_type"]]
        ids = competitor_texts.next_ids(conn, portal_id, source, walk["after"], batch)
        _keep(conn, portal_id, names, source, ids)
        at = of | {"object_type": walk["object_type"], "after": ids[-1] if ids else ""}
        conn.execute(
            QUERIES["advance_competitor_walk" if ids else "end_competitor_walk"],
            at if ids else of | {"object_type": walk["object_type"]},
        )


def _names(conn: Connection, portal_id: int) -> Names:
    rows = conn.execute(QUERIES["competitors_of"], {"portal_id": portal_id}).fetchall()
    return Names.of(
        Competitor(row["name"], tuple(row["aliases"]), tuple(row["never"])) for row in rows
    )


def _keep(
    conn: Connection, portal_id: int, names: Names, source: TextSource, ids: Sequence[str]
) -> None:
    """Keep what these records name, and the losses that follow."""
    if not ids:
        return
    said = competitor_texts.read(conn, portal_id, source, ids)
    found = [mention for each in said for mention in mentions(names, source.object_type, each)]
    competitor_texts.replace(conn, portal_id, source, ids, found)
    deals = {deal_id for each in said for deal_id in each.deal_ids or ()}
    if source.object_type == "deals":
        deals |= set(ids)
    competitor_texts.note_losses(conn, portal_id, sorted(deals))


def mentions(names: Names, object_type: str, said: Said) -> Iterator[DealMention]:
    """Yield which competitors a record names, for each of its deals, each once per source."""
    named = dict.fromkeys(_named(names, object_type, said.texts or {}))
    for deal_id in dict.fromkeys(said.deal_ids or ()):
        for competitor, source in named:
            yield DealMention(deal_id, competitor, source, said.hubspot_id, said.said_at)


def _named(names: Names, object_type: str, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each competitor with the source that names it."""
    for name, text in sorted(texts.items()):
        source = _kind(name) if object_type == "deals" else object_type
        find = names.in_value if source == "competitor_property" else names.in_text
        for competitor in find(plain(text[:LONGEST_TEXT])):
            yield competitor, source


def _kind(name: str) -> str:
    """Answer what a deal's property is read as."""
    if "competitor" in name:
        return "competitor_property"
    return "won_reason" if re.search("won|win", name) else "lost_reason"


def plain(text: str) -> str:
    """Write a text of HubSpot's without its HTML."""
    return html.unescape(_TAG.sub(" ", text))
