"""Poll what no webhook tells of: lists, forms, marketing e-mails and the other families of
hubspot/polled.py. Then the streams of events, which workers.streaming reads, have their turn.

Each page is committed with its checkpoint, so a run may end anywhere and a later one goes on. A run
asks a portal for a limited number of pages. This is bulk work: live changes go first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import jobs
from db import polled_entries, polled_people, purges
from db.connect import Connection
from db.polled_entries import Parent, PolledWalk, Step
from db.portals import Portal
from hubspot import polled_answers
from hubspot.client import Client
from hubspot.errors import HubSpotError, MissingScopes
from hubspot.mirrored import Mirrored
from hubspot.paging import Page, Trail, pages
from hubspot.polled import PolledFamily, PolledList
from hubspot.polled_answers import PolledEntry
from hubspot.rate_limit import BULK
from operations.stopping import side_by_side
from workers import making_way, streaming
from workers.context import Context
from workers.parking import park, until_paused
from workers.patience import patiently
from workers.postponements import postponement_of

BUDGET = 500  # pages of one portal in a run: 12,000 a day of HubSpot's 250,000
MAKES_WAY_AFTER_SECONDS = 60
PORTALS_AT_ONCE = 4
NOBODY = Parent("", "", None)
log = logging.getLogger(__name__)


class _Enough(Exception):
    """End a portal's run: it is to stop, has spent its budget, or HubSpot does not answer."""


def run(
    context: Context,
    budget: int = BUDGET,
    makes_way_after_seconds: float = MAKES_WAY_AFTER_SECONDS,
) -> None:
    """Run the job for every portal that is not paused, side by side, until others wait for the
    worker; a later job does the rest."""
    jobs.lower_flag(context.server, jobs.POLLING)
    stop = making_way.asked(context.stop, context.server, jobs.POLLING, makes_way_after_seconds)
    active = [portal for portal in context.portals() if not portal.paused]
    with side_by_side(context.stop, PORTALS_AT_ONCE, "polling") as threads:
        running = [threads.submit(_look, context, portal, budget, stop) for portal in active]
    for each in running:
        each.result()
    if stop():
        jobs.wake(context.server, jobs.POLLING)


def _look(context: Context, portal: Portal, budget: int, stop: Callable[[], bool]) -> None:
    poll(context, portal, budget, stop)
    streaming.read(context, portal, budget, stop)


def poll(
    context: Context, portal: Portal, budget: int = BUDGET, stop: Callable[[], bool] | None = None
) -> int:
    """Look at every family of a portal that is due; answer how many pages were asked for. The
    portal's own lists go first, then lists of their entries have equal shares of the budget."""
    polling = _Polling(
        context, portal, until_paused(context, portal.portal_id, stop or context.stop)
    )
    with context.database.transaction() as conn:
        due = polled_entries.due(conn, portal.portal_id)
    own = [family for family in due if not family.parent]
    inner = [family for family in due if family.parent]
    try:
        for family in own:
            polling.look(family, NOBODY, budget)
        for place, family in enumerate(inner):
            share = polling.asked + (budget - polling.asked) // (len(inner) - place)
            _look_at_each(polling, family, share)
    except _Enough:
        pass
    return polling.asked


def _look_at_each(polling: _Polling, family: PolledFamily, budget: int) -> None:
    """Walk the lists of a family, parent by parent, until its share of the budget is spent."""
    with polling.context.database.transaction() as conn:
        at_most = max(0, budget - polling.asked)
        found = polled_entries.due_parents(conn, polling.portal.portal_id, family, at_most)
    for parent in found:
        if polling.asked >= budget or not polling.look(family, parent, budget):
            return


@dataclass(slots=True)
class _Polling:
    """Hold one run of a portal: how many pages it has asked for."""

    context: Context
    portal: Portal
    stop: Callable[[], bool]
    asked: int = 0

    def look(self, family: PolledFamily, parent: Parent, budget: int) -> bool:
        """Walk one list; answer whether others of its family are worth a try."""
        place = PolledList(self.portal.portal_id, family, parent.key)
        try:
            self._walk(place, parent, budget)
        except HubSpotError as error:
            return self._put_off(place, error)
        return True

    def _walk(self, place: PolledList, parent: Parent, budget: int) -> None:
        """Ask page after page from the checkpoint on. Members come in the order of their ids."""
        self._go_on(budget)
        client = patiently(self.context.stop.wait, lambda: self.context.client(self.portal, BULK))
        with self.context.database.transaction() as conn:
            walk = polled_entries.begin(conn, place, parent.stamp)
        since, above = walk.since, walk.above if place.family.are_members else None
        trail = Trail(f"list of {place}", walk.cursor, above, rises=False, restarts=True)
        for page in pages(lambda cursor: self._ask(client, place, since, cursor), trail):
            is_last = trail.at is None or polled_answers.is_known(place.family, page, walk.since)
            if not self._save(place, parent, walk, _Read(page, trail, is_last)) or is_last:
                return
            walk = PolledWalk(
                str(trail.at), walk.started_at, walk.is_whole, trail.above or 0, walk.since_at
            )
            self._go_on(budget)

    def _go_on(self, budget: int) -> None:
        if self.stop() or self.asked >= budget:
            raise _Enough

    def _ask(self, client: Client, place: PolledList, since: datetime | None, cursor: str) -> Page:
        self.asked += 1
        return patiently(client.rest, lambda: client.polled_page(place, cursor, since))

    def _save(self, place: PolledList, parent: Parent, walk: PolledWalk, read: _Read) -> bool:
        """Write a page and its checkpoint in one transaction; False where another worker was
        there first."""
        entries = polled_answers.entries(place.family, read.page)
        with self.context.database.transaction() as conn:
            if place.family.are_members:
                count = self._put_members(conn, place, parent, entries, read)
            else:
                kept = without_erased(conn, place, entries)
                new = polled_entries.put(conn, place, kept)
                count = len(kept) if walk.is_whole else new
            times = [each.updated_at for each in entries if each.updated_at]
            after = walk.cursor if read.trail.at is None else read.trail.at
            step = Step(after, read.trail.above or 0, max(times, default=None), count)
            moved = polled_entries.advance(conn, place, walk, step)
            if moved and read.is_last:
                polled_entries.finish(conn, place, walk)
        return moved

    def _put_members(
        self,
        conn: Connection,
        place: PolledList,
        parent: Parent,
        entries: list[PolledEntry],
        read: _Read,
    ) -> int:
        kind = self.context.types(self.portal).by_type_id.get(parent.type_id or "")
        if kind is not None:
            polled_people.share(conn, place.portal_id)
            ids = [each.key for each in entries]
            gone = purges.kept_out(conn, Mirrored(place.portal_id, kind), ids)
            entries = [each for each in entries if each.key not in gone]
        name = kind.name if kind else parent.type_id or "unknown"
        between = (read.trail.behind or 0, None if read.is_last else read.trail.above)
        polled_entries.put_members(conn, place, name, entries, between)
        return len(entries)

    def _put_off(self, place: PolledList, error: HubSpotError) -> bool:
        """Note why a list cannot be read; answer whether others of its family are worth a try:
        without the scope none is."""
        log.warning("Portal %d, %s: %s", place.portal_id, place, error)
        park(self.context, place.portal_id, error)
        lacks_scope, reason = isinstance(error, MissingScopes), str(error)
        if lacks_scope:
            place = PolledList(place.portal_id, place.family)
            reason = f"scope {place.family.scope}. {error}"
        found = postponement_of(error)
        if found.wait is not None:
            no_access = found.is_refused and not place.parent_key
            with self.context.database.transaction() as conn:
                polled_entries.postpone(
                    conn, place, found.wait, reason, no_access, found.from_start
                )
        if not found.others_go_on:
            raise _Enough from error
        return not lacks_scope


@dataclass(frozen=True, slots=True)
class _Read:
    """Hold a page that was read, and where it brought the walk."""

    page: Page
    trail: Trail
    is_last: bool


def without_erased(
    conn: Connection, place: PolledList, entries: list[PolledEntry]
) -> list[PolledEntry]:
    """Answer the entries that name no erased person."""
    if not place.family.name_people:
        return entries
    return polled_people.without_erased(conn, purges.keys_of(conn), place.portal_id, entries)
