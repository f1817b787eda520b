"""Compare polled families with HubSpot: every list of every family, entry by entry. It works for
whatever stands in hubspot/polled.py.

Only what we have looked at can be compared: an entry that HubSpot changed after our last look at
its list waits for the next one, and counts as no difference. Members that joined since do so, too.
Lists are read as a whole, at bulk's share of the rate limit, and nothing is written but with
`heal`: lists that differ are then due at once, as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from db import polled_entries, purges
from db.connect import Connection
from db.portals import Portal
from hubspot import json_text, polled_answers
from hubspot.client import Client
from hubspot.errors import HubSpotError
from hubspot.mirrored import Mirrored
from hubspot.paging import FIRST, Page, Trail, pages
from hubspot.polled import FAMILIES, PolledFamily, PolledList
from hubspot.polled_answers import PolledEntry
from hubspot.rate_limit import BULK
from workers.context import Context
from workers.differences import Report
from workers.patience import patiently
from workers.polling import without_erased


def verify(
    context: Context, portal: Portal, names: Sequence[str] = (), heal: bool = False
) -> list[Report]:
    """Compare these families, or all; a report each. A family that HubSpot does not let us read
    fails alone. The kinds of difference: `missing`, `extra`, `values`."""
    reports = []
    for name in names or FAMILIES:
        report = Report(portal.portal_id, name)
        try:
            _compare_family(context, portal, FAMILIES[name], report, heal)
        except HubSpotError as error:
            report.failure = str(error)
        reports.append(report)
    return reports


def _compare_family(
    context: Context, portal: Portal, family: PolledFamily, report: Report, heal: bool
) -> None:
    client = context.client(portal, BULK)
    with context.database.transaction() as conn:
        lists = polled_entries.lists_of(conn, portal.portal_id, family)
    for each in lists:
        context.stop.check()
        place = PolledList(portal.portal_id, family, each.key)
        found = _Compared(context, portal, place, each.type_id, each.looked_at)
        found.compare(client)
        report.compared += found.count
        for kind, keys in found.differences.items():
            told = [f"{each.key}/{key}" if each.key else key for key in keys]
            report.differences.setdefault(kind, []).extend(told)
        if heal and found.differences:
            with context.database.transaction() as conn:
                polled_entries.look_again(conn, place)


@dataclass(slots=True)
class _Compared:
    """Hold the comparison of one list."""

    context: Context
    portal: Portal
    place: PolledList
    type_id: str | None  # of members
    looked_at: datetime | None  # when our last walk began
    count: int = 0
    differences: dict[str, list[str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def compare(self, client: Client) -> None:
        """Read HubSpot's list page by page, and our rows beside it."""
        above = 0 if self.place.family.are_members else None
        trail = Trail(f"list of {self.place}", FIRST, above, rises=False, restarts=True)
        for page in pages(lambda cursor: self._ask(client, cursor), trail):
            with self.context.database.transaction() as conn:
                self._compare_page(conn, polled_answers.entries(self.place.family, page))
        with self.context.database.transaction() as conn:
            if not self.place.family.is_log:
                extra = polled_entries.unseen(conn, self.place, self.seen)
                self._note("extra", extra)

    def _ask(self, client: Client, cursor: str) -> Page:
        self.context.stop.check()
        return patiently(client.rest, lambda: client.polled_page(self.place, cursor, None))

    def _compare_page(self, conn: Connection, theirs: list[PolledEntry]) -> None:
        entries = [each for each in self._shown(conn, theirs) if each.key not in self.seen]
        self.seen |= {each.key for each in theirs}
        ours = polled_entries.stored(conn, self.place, [each.key for each in entries])
        self.count += len(entries)
        for entry in entries:
            if entry.updated_at and self.looked_at and entry.updated_at >= self.looked_at:
                continue
            if entry.key not in ours:
                self._note("missing", [entry.key])
            elif ours[entry.key] != self._expected(entry):
                self._note("values", [entry.key])

    def _expected(self, entry: PolledEntry) -> object:
        """Answer what we keep of an entry: the whole of it, or when a member joined."""
        if self.place.family.are_members:
            return entry.updated_at
        return json_text.loads(json_text.dumps(json_text.storable(entry.raw)[0]).encode())

    def _shown(self, conn: Connection, theirs: list[PolledEntry]) -> Iterator[PolledEntry]:
        """Yield the entries that may be here: nothing of an erased person is."""
        kind = self.context.types(self.portal).by_type_id.get(self.type_id or "")
        if self.place.family.are_members and kind:
            of = Mirrored(self.place.portal_id, kind)
            gone = purges.kept_out(conn, of, [each.key for each in theirs])
            yield from (each for each in theirs if each.key not in gone)
        else:
            yield from without_erased(conn, self.place, theirs)

    def _note(self, kind: str, keys: Sequence[str]) -> None:
        if keys:
            self.differences.setdefault(kind, []).extend(sorted(keys))
