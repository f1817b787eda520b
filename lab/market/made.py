"""Make a market: the records of a portal with their histories and links, and the truth apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import log
from random import Random
from typing import Any

from hubspot.objects import OBJECT_TYPES
from lab.market.businesses import Business, Span, businesses, month_of, span
from lab.market.causes import COMPETES, COMPETITORS, Cause, Causes, drawn, reps
from lab.market.contacted import Party, Touch, touches
from lab.market.contacts_made import company, contact
from lab.market.journal import Journal, at_once
from lab.market.journeys import HOUR_MS, travel
from lab.market.offers import offer
from lab.market.truth import DAY_MS, Path, Truth
from lab.simulator.definitions import created_property
from lab.simulator.generate.scene import owners
from lab.simulator.store import Record
from lab.simulator.wire import iso

COMPANIES, MONTHS = 4_000, 24
NOW = datetime(2026, 11, 1, tzinfo=UTC)
AGAIN = {True: 0.35, False: 0.15}  # who comes back with another deal: customers and others
FIRST_ACTIVITY = 9_050_000_000
Link = tuple[str, int, str, int]  # type and id of both ends
Deal = tuple[Business, Path]


@dataclass(frozen=True)
class Market:
    """Hold what a portal would know, and the truth that no portal has."""

    seed: int
    now_ms: int
    starts: tuple[int, ...]  # of its months, without those in which the pipeline fills
    owners: list[dict[str, Any]]
    records: dict[str, list[Record]]  # by object type, in the order of their ids
    links: list[Link]
    competitors: dict[str, tuple[str, ...]]
    truth: Truth


def make(
    seed: int,
    months: int = MONTHS,
    companies: int = COMPANIES,
    drift_month: int | None = None,
    now: datetime = NOW,
    has_activities: bool = True,
) -> Market:
    """Make a market. The same arguments give the same market. With `drift_month` other companies
    come from that month on, and they buy for other reasons. Without activities it takes half the
    time, and deals come out the same."""
    time = span(now, months, drift_month)
    sellers = [one | {"archived": False} for one in owners(Random(f"{seed}:market:owners"))]
    rng = Random(f"{seed}:market:causes")
    causes, people = drawn(rng), reps(rng, [one["id"] for one in sellers])
    found = businesses(str(seed), companies, causes, people, time)
    deals = _deals(seed, found, causes, time)
    builder = _Builder(str(seed), time.until_ms, defaultdict(list), [])
    builder.build(found, deals)
    if has_activities:
        builder.add_activities()
    truth = Truth({path.deal_id: path for _, path in deals})
    return Market(
        seed,
        time.until_ms,
        time.starts[-months:],
        sellers,
        dict(builder.records),
        builder.links,
        dict(COMPETITORS),
        truth,
    )


def _deals(seed: int, found: list[Business], causes: Causes, time: Span) -> list[Deal]:
    """Draw every deal's path; ids follow creation."""
    deals = [
        (one, path)
        for one in found
        if one.has_deal
        for path in _chain(Random(f"{seed}:market:deals:{one.place}"), one, causes, time)
    ]
    deals.sort(key=lambda deal: deal[1].created_ms)
    for place, (_, path) in enumerate(deals):
        path.deal_id = 101 + 50 * place
    return deals


def _chain(rng: Random, one: Business, causes: Causes, time: Span) -> Iterator[Path]:
    """Yield a company's deals, one after another."""
    created_ms, has_bought = one.created_ms + int(rng.uniform(0.1, 20) * DAY_MS), False
    while created_ms < time.until_ms:
        cause = _cause(rng, one, created_ms, has_bought, time)
        begun_ms = created_ms + int(cause.response_hours * HOUR_MS)
        logit, pace = causes.logit(cause, one.rep), one.rep.touches
        path = Path(0, cause, logit, pace, created_ms, begun_ms)
        travel(rng, path, time.until_ms)
        yield path
        if path.closed_ms is None or rng.random() > AGAIN[path.is_won]:
            return
        has_bought = has_bought or path.is_won
        created_ms = path.closed_ms + int(rng.uniform(60, 300) * DAY_MS)


def _cause(rng: Random, one: Business, at_ms: int, has_bought: bool, time: Span) -> Cause:
    return Cause(
        one.industry,
        one.employees,
        one.source,
        one.people[0],
        rng.choice(list(COMPETITORS)) if rng.random() < COMPETES else None,
        month_of(at_ms),
        has_bought,
        min(96.0, rng.lognormvariate(log(one.rep.hours), 0.9)),
        time.has_drifted(at_ms),
    )


@dataclass
class _Builder:
    """Collect records and links."""

    seed: str
    until_ms: int
    records: dict[str, list[Record]]
    links: list[Link]
    logged: list[tuple[Touch, list[tuple[str, int]]]] = field(default_factory=list)

    def build(self, found: list[Business], deals: list[Deal]) -> None:
        of_business: dict[int, list[Path]] = defaultdict(list)
        for one, path in deals:
            of_business[one.place].append(path)
        parties: dict[int, tuple[int, int, Party]] = {}
        for one in found:
            parties[one.place] = self._business(one, of_business[one.place])
        for one, path in deals:
            self._deal(one, path, *parties[one.place])

    def _business(self, one: Business, deals: list[Path]) -> tuple[int, int, Party]:
        """Make a company and its people; answer its id, that of the first of them, and who it
        is."""
        rng = Random(f"{self.seed}:market:records:{one.place}")
        company_id = 101 + 50 * one.place
        made = company(rng, one, deals, self.until_ms)
        self._add("companies", company_id, made)
        people = []
        for place, job in enumerate(one.people):
            person = contact(rng, one, job, deals, self.until_ms)
            people.append(self._add("contacts", company_id + 3 + 7 * place, person))
            self.links.append(("contacts", people[-1].id, "companies", company_id))
        first = people[0]
        party = Party(one.rep.owner_id, first.properties["firstname"], first.properties["phone"])
        return company_id, first.id, party

    def _deal(
        self, one: Business, path: Path, company_id: int, contact_id: int, party: Party
    ) -> None:
        rng = Random(f"{self.seed}:market:deal:{path.deal_id}")
        ends = [("companies", company_id), ("contacts", contact_id)]
        self.links += [("deals", path.deal_id, *end) for end in ends]
        logged = list(touches(rng, path, party, self.until_ms))
        made = offer(rng, path, one, f"{party.name} - deal {path.deal_id}", self.until_ms)
        made.silent |= _counted(path, logged)
        self._add("deals", path.deal_id, made)
        self.logged += [(touch, [("deals", path.deal_id), *ends]) for touch in logged]

    def add_activities(self) -> None:
        """Give the activities ids in the order of their time, and link them."""
        self.logged.sort(key=lambda each: each[0].at_ms)
        for place, (touch, ends) in enumerate(self.logged):
            activity_id = FIRST_ACTIVITY + 11 * place
            kind = OBJECT_TYPES[touch.kind]
            fixed = (created_property(kind), kind.modified)
            made = at_once(activity_id, touch.at_ms, touch.values, *fixed)
            self.records[touch.kind].append(made)
            self.links += [(end[0], end[1], touch.kind, activity_id) for end in ends]

    def _add(self, name: str, record_id: int, journal: Journal) -> Record:
        kind = OBJECT_TYPES[name]
        record = journal.record(record_id, created_property(kind), kind.modified)
        self.records[name].append(record)
        return record


def _counted(path: Path, logged: list[Touch]) -> dict[str, str]:
    """Answer the counts as HubSpot shows them at the end: with all that followed the deal."""
    contacted = [touch.at_ms for touch in logged if touch.kind != "notes"]
    counts = {
        "num_notes": str(len(logged)),
        "num_contacted_notes": str(len(contacted)),
        "hs_date_entered_current_stage": iso(path.closed_ms or path.entered[-1]),
    }
    return counts | ({"notes_last_contacted": iso(max(contacted))} if contacted else {})
