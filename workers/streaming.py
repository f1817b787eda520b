"""Read what HubSpot tells event by event: of marketing e-mails, and of pages that contacts visited.

A walk is of a stretch of time: from an hour before the end of the last one, once a day from two
days before it, for events that HubSpot learns of late. Each page is committed with its checkpoint,
and each event is stored once, so a run may end anywhere. This is bulk work: live changes go first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from db import partitions, polled_entries, stream_rows, stream_walks
from db.portals import Portal
from db.stream_rows import SHELVES
from db.stream_walks import StreamOf, StreamWalk
from hubspot.client import Client
from hubspot.errors import HubSpotError, MissingScopes
from hubspot.paging import Page, Trail, pages
from hubspot.rate_limit import BULK
from hubspot.streams import EMAIL_EVENTS, Stream, TimeSpan
from workers.context import Context
from workers.parking import park, until_paused
from workers.patience import patiently
from workers.postponements import Postponement, postponement_of

BUDGET = 500  # pages of one portal in a run: half a million e-mail events
log = logging.getLogger(__name__)


def read(
    context: Context, portal: Portal, budget: int = BUDGET, stop: Callable[[], bool] | None = None
) -> int:
    """Read the streams of a portal that are due, each with an equal share of the budget; answer how
    many pages were asked for."""
    reading = _Reading(
        context, portal, until_paused(context, portal.portal_id, stop or context.stop)
    )
    with context.database.transaction() as conn:
        due = stream_walks.due(conn, portal.portal_id)
    for place, stream in enumerate(due):
        share = reading.asked + (budget - reading.asked) // (len(due) - place)
        if not reading.look(StreamOf(portal.portal_id, stream), share):
            break
    return reading.asked


@dataclass(slots=True)
class _Reading:
    """Hold one run of a portal: how many pages it has asked for."""

    context: Context
    portal: Portal
    stop: Callable[[], bool]
    asked: int = 0

    def look(self, of: StreamOf, budget: int) -> bool:
        """Walk a stream; answer whether others are worth a try."""
        try:
            self._walk(of, budget)
        except HubSpotError as error:
            return self._put_off(of, error)
        except psycopg.errors.LockNotAvailable as error:  # a month that could not be made
            self._postpone(of, Postponement(), f"a new month waits for a lock: {error}")
        return True

    def _walk(self, of: StreamOf, budget: int) -> None:
        """Ask page after page from the checkpoint on."""
        if self._is_over(budget):
            return
        client = patiently(self.context.stop.wait, lambda: self.context.client(self.portal, BULK))
        with self.context.database.transaction() as conn:
            walk = stream_walks.begin(conn, of)
        stretch = walk.stretch(of.stream, self._keep)
        trail = Trail(f"list of {of}", walk.cursor, rises=False, restarts=True)
        for page in pages(lambda cursor: self._ask(client, of.stream, stretch, cursor), trail):
            if not self._save(of, walk, stretch, page) or trail.at is None or self._is_over(budget):
                break
            walk = walk.at(trail.at)
        if trail.at is None:
            self._finish(of, walk)

    @property
    def _keep(self) -> timedelta | None:
        days = self.context.settings.retain_stream_days
        return timedelta(days=days) if days else None

    def _is_over(self, budget: int) -> bool:
        return self.stop() or self.asked >= budget

    def _ask(self, client: Client, stream: Stream, stretch: TimeSpan, cursor: str) -> Page:
        self.asked += 1
        return patiently(client.rest, lambda: client.stream_page(stream, stretch, cursor))

    def _save(self, of: StreamOf, walk: StreamWalk, stretch: TimeSpan, page: Page) -> bool:
        """Write a page and its checkpoint in one transaction; False where another worker was
        there first. The months of its events are there before."""
        shelf = SHELVES[of.stream.name]
        times = [at for at in shelf.times(page.records) if stretch.since <= at <= stretch.until]
        months = {partitions.month_of(at) for at in times}
        partitions.ensure(self.context.database, shelf.table, months)
        with self.context.database.transaction() as conn:
            if not stream_walks.hold(conn, of, walk):
                return False
            new = shelf.put(conn, of.portal_id, page.records)
            stream_walks.advance(conn, of, walk, page.after, new)
        return True

    def _finish(self, of: StreamOf, walk: StreamWalk) -> None:
        """Do the work behind a walk: find contacts that were not there as their e-mails were read,
        and count rows after a wide one."""
        adopted = stream_rows.ADOPTED_AT_ONCE if of.stream is EMAIL_EVENTS else 0
        while adopted >= stream_rows.ADOPTED_AT_ONCE and not self.stop():
            with self.context.database.transaction() as conn:
                adopted = stream_rows.adopt_email_events(conn, of.portal_id)
        if walk.is_wide:
            with self.context.database.transaction() as conn:
                stream_walks.recount(conn, of, SHELVES[of.stream.name].table.table)

    def _put_off(self, of: StreamOf, error: HubSpotError) -> bool:
        """Note why a stream cannot be read; answer whether others are worth a try."""
        log.warning("Portal %d, %s: %s", of.portal_id, of, error)
        park(self.context, of.portal_id, error)
        found, reason = postponement_of(error), str(error)
        if isinstance(error, MissingScopes):
            reason = f"{of.stream.refusal}. {error}"
        self._postpone(of, found, reason)
        return found.others_go_on

    def _postpone(self, of: StreamOf, found: Postponement, reason: str) -> None:
        if found.wait is None:
            return
        with self.context.database.transaction() as conn:
            polled_entries.postpone(
                conn, of, found.wait, reason, found.is_refused, found.from_start
            )
