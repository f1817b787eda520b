"""The sales metrics once more, computed the plain way from the same rows in Python: what the SQL is
held against.

Nothing here looks at the views or functions: a record is a dict with the columns of its table,
`contact_ids` and `portal_id` included, and everything is a loop over lists. Exact numbers are
fractions; rates are rounded as in SQL.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Record = Mapping[str, Any]
YES = ("yes", "y", "true", "1", "on")
CUSTOMERS = ("customer", "evangelist")
CONNECTED = ("f240bbac-87c9-4f6e-bf70-924b57d47db7",)
# The order of the columns of sales_metrics.
METRICS = (
    *("totalSales", "avgDealSize", "totalDeals", "cancellationRate", "conversionRate"),
    *("qualifiedRate", "trialRate", "avgInstallments", "timeToSale", "avgCallTime"),
    *("totalCallTime", "upfrontCashCollected", "followupRate", "totalCalls"),
    *("fiveMinReachedRate", "pickupRate", "timeToFirstContact", "avgFollowups"),
    *("offersGivenRate", "offerCloseRate", "totalContactsCreated", "winRate"),
)
STATUSES = ("Active", "Paused", "Stopped", "Refunded", "Completed")


@dataclass
class World:
    """The contents of one portal's tables."""

    time_zone: str = "UTC"
    contacts: Sequence[Record] = ()
    deals: Sequence[Record] = ()
    calls: Sequence[Record] = ()
    won: Mapping[str, bool | None] = field(default_factory=dict)  # stage → what its pipeline says
    lost: Mapping[str, bool | None] = field(default_factory=dict)
    probability: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def live(self, name: str) -> list[Record]:
        return [
            each
            for each in getattr(self, name)
            if not each.get("archived") and not each.get("merged_into")
        ]


def day_start(day: date, zone: str) -> datetime:
    """Answer the first moment whose local date is `day`: tried minute by minute around midnight."""
    around = datetime.combine(day, time(), UTC)
    moments = (around + timedelta(minutes=minutes) for minutes in range(-15 * 60, 15 * 60, 15))
    return next(moment for moment in moments if moment.astimezone(ZoneInfo(zone)).date() >= day)


def percentage(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    hundredths = Fraction(part * 10000, whole)
    return (Decimal(int(hundredths + Fraction(1, 2))) / 100).quantize(
        Decimal("0.01"), ROUND_HALF_UP
    )


def average(values: Iterable[Any]) -> Fraction | None:
    found = [Fraction(value) for value in values]
    return sum(found, Fraction(0)) / len(found) if found else None


def days_between(earlier: datetime, later: datetime) -> Fraction:
    return Fraction((later - earlier) // timedelta(microseconds=1), 86_400_000_000)


def number(text: str | None) -> Decimal | None:
    matches = text and re.fullmatch(
        r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?\s*", text, re.ASCII
    )
    return Decimal(text.strip()) if text and matches else None


def digits(phone: str | None) -> str | None:
    """Read a number as these tests write it: all digits, without a leading 00, if ten or more."""
    found = re.sub(r"\D", "", phone or "").removeprefix("00")
    return found if len(found) >= 10 else None


def contact_of(call: Record, world: World) -> Record | None:
    """Find a call's contact by association, lowest id first; else the oldest with the other party's
    number."""
    live = {contact["hubspot_id"]: contact for contact in world.live("contacts")}
    linked = [live[found] for found in call.get("contact_ids") or () if found in live]
    if linked:
        return min(linked, key=lambda contact: int(contact["hubspot_id"]))
    key = digits(
        call["call_to_number"] if call["call_direction"] == "OUTBOUND" else call["call_from_number"]
    )
    same = [contact for contact in live.values() if key and digits(contact.get("phone")) == key]
    far = datetime.max.replace(tzinfo=UTC)
    return min(
        same, key=lambda found: (found["createdate"] or far, int(found["hubspot_id"])), default=None
    )


@dataclass
class Naive:
    """One question, answered."""

    world: World
    owner: str | None
    first: date
    last: date
    pipeline: str | None = None

    def __post_init__(self) -> None:
        self.since = day_start(self.first, self.world.time_zone)
        self.until = day_start(self.last + timedelta(days=1), self.world.time_zone)
        self.heard = [(call, contact_of(call, self.world)) for call in self.world.live("calls")]
        self.deals = [
            deal
            for deal in self.world.live("deals")
            if self.within(deal["closedate"]) and self.mine(deal) and self.in_pipeline(deal)
        ]
        self.created = [
            each
            for each in self.world.live("contacts")
            if self.within(each["createdate"]) and self.mine(each)
        ]
        self.calls = [
            (call, contact)
            for call, contact in self.heard
            if self.within(call["call_timestamp"]) and self.owner in (None, owner_of(call, contact))
        ]

    def within(self, moment: datetime | None) -> bool:
        return moment is not None and self.since <= moment < self.until

    def mine(self, record: Record) -> bool:
        return self.owner in (None, record["hubspot_owner_id"])

    def in_pipeline(self, deal: Record) -> bool:
        """Find a deal's stage; its pipeline is named as its stage, in these worlds."""
        return self.pipeline in (None, deal["dealstage"])

    def is_won(self, deal: Record) -> bool:
        said = self.world.won.get(deal["dealstage"])
        return deal["dealstage"] == "closedwon" if said is None else said

    def is_lost(self, deal: Record) -> bool:
        said = self.world.lost.get(deal["dealstage"])
        return deal["dealstage"] == "closedlost" if said is None else said

    def sale(self, deal: Record) -> Decimal | None:
        name = self.world.settings.get("sale_property")
        if name:
            return number(deal["properties"].get(name))
        return deal["amount"] if deal["deal_whole_amount"] is None else deal["deal_whole_amount"]

    def upfront(self, deal: Record) -> Decimal | None:
        name = self.world.settings.get("upfront_property")
        if name:
            return number(deal["properties"].get(name))
        if deal["upfront_payment"] is not None:
            return deal["upfront_payment"]
        return None if deal["deal_whole_amount"] is None else deal["amount"]

    def is_yes(self, text: str | None) -> bool:
        words = [word.strip().lower() for word in self.world.settings.get("yes_words", YES)]
        return text is not None and text.strip().lower() in words

    def is_customer(self, contact: Record) -> bool:
        return contact["lifecyclestage"] in self.world.settings.get("customer_stages", CUSTOMERS)

    def metrics(self) -> dict[str, Any]:
        """Answer the scalar metrics by key."""
        won = [deal for deal in self.deals if self.is_won(deal)]
        found = self.money(won) | self.deal_rates(won) | self.calling() | self.people()
        assert found.keys() == {*METRICS}
        return {name: found[name] for name in METRICS}

    def money(self, won: Sequence[Record]) -> dict[str, Any]:
        """Answer what the won deals brought."""
        sales = [sale for deal in won if (sale := self.sale(deal)) is not None]
        paid = [paid for deal in won if (paid := self.upfront(deal)) is not None and paid > 0]
        months = [deal["number_of_installments__months"] or 0 for deal in won]
        return {
            "totalSales": sum(sales, Decimal(0)),
            "avgDealSize": average(sale for sale in sales if sale > 0),
            "avgInstallments": average(count for count in months if count > 0),
            "upfrontCashCollected": sum(paid, Decimal(0)),
        }

    def deal_rates(self, won: Sequence[Record]) -> dict[str, Any]:
        """Answer how the deals went."""
        offers = [deal for deal in self.deals if deal["offer_given"]]
        closed = [deal for deal in offers if deal["offer_accepted"] and self.is_won(deal)]
        lost = sum(map(self.is_lost, self.deals))
        return {
            "totalDeals": len(won),
            "cancellationRate": percentage(lost, len(self.deals)),
            "qualifiedRate": self.share_of_yes("qualified_status"),
            "trialRate": self.share_of_yes("trial_status"),
            "timeToSale": average(
                days_between(deal["createdate"], deal["closedate"])
                for deal in won
                if deal["createdate"]
            ),
            "offersGivenRate": percentage(len(offers), len(self.deals)),
            "offerCloseRate": percentage(len(closed), len(offers)),
            "winRate": percentage(len(won), len(won) + lost),
        }

    def share_of_yes(self, column: str) -> Decimal | None:
        return percentage(sum(self.is_yes(deal[column]) for deal in self.deals), len(self.deals))

    def calling(self) -> dict[str, Any]:
        """Answer how the calls went."""
        times = [
            call["call_duration"] for call, _ in self.calls if call["call_duration"] is not None
        ]
        connected = self.world.settings.get("connected_dispositions", CONNECTED)
        reached = sum(call["call_disposition"] in connected for call, _ in self.calls)
        by_contact = Counter(contact["hubspot_id"] for _, contact in self.calls if contact)
        called_again = sum(count >= 2 for count in by_contact.values())
        mean_ms = average(times)
        return {
            "avgCallTime": mean_ms and mean_ms / 60_000,
            "totalCallTime": Fraction(sum(times), 3_600_000),
            "followupRate": percentage(called_again, len(by_contact)),
            "totalCalls": len(self.calls),
            "fiveMinReachedRate": percentage(sum(ms >= 300_000 for ms in times), len(self.calls)),
            "pickupRate": percentage(reached, len(self.calls)),
            "avgFollowups": average(count - 1 for count in by_contact.values()),
        }

    def people(self) -> dict[str, Any]:
        """Answer what became of the contacts that were created."""
        customers = sum(map(self.is_customer, self.created))
        waited = [self.days_to_call(each) for each in self.created]
        return {
            "conversionRate": percentage(customers, len(self.created)),
            "timeToFirstContact": average(days for days in waited if days is not None),
            "totalContactsCreated": len(self.created),
        }

    def days_to_call(self, person: Record) -> Fraction | None:
        later = [
            call["call_timestamp"]
            for call, contact in self.heard
            if contact is person
            and call["call_timestamp"]
            and call["call_timestamp"] >= person["createdate"]
        ]
        return days_between(person["createdate"], min(later)) if later else None

    def scripts(self) -> list[tuple[Any, ...]]:
        versions = sorted(
            {version for each in self.created if (version := each["sales_script_version"])}
        )
        return [(name, *self._stats("sales_script_version", name)) for name in versions]

    def vsl(self) -> list[tuple[Any, ...]]:
        answers = {"watched": True, "not_watched": False, "unknown": None}
        return [(name, *self._stats("vsl_watched", value)) for name, value in answers.items()]

    def _stats(self, column: str, value: Any) -> tuple[int, int, Decimal | None]:
        people = [each for each in self.created if each[column] == value]
        buyers = sum(map(self.is_customer, people))
        return len(people), buyers, percentage(buyers, len(people))

    def call_to_close(self) -> dict[tuple[bool, str | None], tuple[Any, ...]]:
        """(is the team's row, owner) → calls, deals, won, revenue, won/deals, won/calls. For all
        owners."""
        live = {contact["hubspot_id"]: contact for contact in self.world.live("contacts")}
        calls: Counter[tuple[bool, str | None]] = Counter()
        deals: dict[tuple[bool, str | None], list[Record]] = defaultdict(list)
        for call, contact in self.calls:
            calls.update([(False, owner_of(call, contact)), (True, None)])
        for deal in self.deals:
            people = [live[found] for found in set(deal["contact_ids"] or ()) if found in live]
            whose = {(False, each["hubspot_owner_id"]) for each in people} | (
                {(True, None)} if people else set()
            )
            for row in whose:
                deals[row].append(deal)
        return {row: self._closed(calls[row], deals[row]) for row in {*calls, *deals}}

    def retention(self) -> list[tuple[Any, ...]]:
        """(status, deals, amount, share) of won deals."""
        statuses = defaultdict[str, list[Record]](list, {name: [] for name in STATUSES})
        for deal in filter(self.is_won, self.deals):
            statuses[(deal["payment_status"] or "").strip().capitalize()].append(deal)
        nothing = statuses.pop("", [])
        told = sum(map(len, statuses.values()))
        names = [*STATUSES, *sorted(statuses.keys() - set(STATUSES))]
        rows = [(name, len(statuses[name]), self._worth(statuses[name]),
            percentage(len(statuses[name]), told))
                for name in names]  # fmt: skip
        return [*rows, ("Unknown", len(nothing), self._worth(nothing), None)] if nothing else rows

    def funnel(self) -> list[tuple[Any, ...]]:
        """(step, name, reached, amount, rate): each step holds part of the one before."""
        steps: list[tuple[str, Callable[[Record], Any]]] = [
            ("qualified", lambda deal: self.is_yes(deal["qualified_status"])),
            ("trial", lambda deal: self.is_yes(deal["trial_status"])),
            ("offer given", lambda deal: deal["offer_given"]),
            ("offer accepted", lambda deal: deal["offer_accepted"]),
            ("won", self.is_won),
        ]
        left, before = self.deals, len(self.created)
        rows = [
            (1, "contacts", before, None, None),
            (2, "deals", len(left), self._worth(left), percentage(len(left), before)),
        ]
        for place, (name, holds) in enumerate(steps, start=3):
            before, left = len(left), [deal for deal in left if holds(deal)]
            rows.append((place, name, len(left), self._worth(left), percentage(len(left), before)))
        return rows

    def outlook(self) -> dict[str, Any]:
        """Answer what is open now, with any close date, and what the period says of its pace."""
        open_ = [
            deal
            for deal in self.world.live("deals")
            if self.mine(deal)
            and self.in_pipeline(deal)
            and not self.is_won(deal)
            and not self.is_lost(deal)
        ]
        likely = self.world.probability
        weights = [Fraction(likely.get(deal["dealstage"] or "", 0)) for deal in open_]
        sales = [Fraction(self.sale(deal) or 0) for deal in open_]
        paces = self.metrics()
        days, size, rate = (paces[key] for key in ("timeToSale", "avgDealSize", "winRate"))
        known = None not in (days, size, rate) and days > 0
        return {
            "openDeals": len(open_),
            "openPipeline": self._worth(open_),
            "weightedPipeline": sum(map(Fraction.__mul__, sales, weights), Fraction(0)),
            "salesVelocity": len(open_) * Fraction(rate) / 100 * size / days if known else None,
        }

    def win_rates(self) -> dict[str | None, tuple[Any, ...]]:
        """Script of the deal's primary contact → deals, won, lost, rate.

        Primary is the lowest id that is not gone. Its script is unknown while it is not here yet.
        """
        live = {each["hubspot_id"]: each for each in self.world.live("contacts")}
        gone = {each["hubspot_id"] for each in self.world.contacts} - live.keys()
        groups = defaultdict[str | None, list[Record]](list)
        for deal in self.deals:
            ids = {*(deal["contact_ids"] or ())} - gone
            primary = live.get(min(ids, key=int)) if ids else None
            groups[primary["sales_script_version"] if primary else None].append(deal)
        return {script: self._rate(deals) for script, deals in groups.items()}

    def _rate(self, deals: Sequence[Record]) -> tuple[Any, ...]:
        won, lost = sum(map(self.is_won, deals)), sum(map(self.is_lost, deals))
        return len(deals), won, lost, percentage(won, won + lost)

    def leaderboard(self) -> dict[str | None, tuple[Any, ...]]:
        """Owner → deals, won, lost, rate, revenue, calls."""
        calls = Counter(owner_of(call, contact) for call, contact in self.calls)
        owners = {*calls, *(deal["hubspot_owner_id"] for deal in self.deals)}
        return {owner: self._place(owner, calls[owner]) for owner in owners}

    def _place(self, owner: str | None, calls: int) -> tuple[Any, ...]:
        deals = [deal for deal in self.deals if deal["hubspot_owner_id"] == owner]
        return *self._rate(deals), self._worth(filter(self.is_won, deals)), calls

    def stages(self) -> dict[str | None, tuple[Any, ...]]:
        """Stage → won, lost, deals, amount, share; every stage that a pipeline or a deal names."""
        known = [stage for stage in self.world.won if self.pipeline in (None, stage)]
        named = {*known, *(deal["dealstage"] for deal in self.deals)}
        return {stage: self._stage(stage) for stage in named}

    def _stage(self, stage: str | None) -> tuple[Any, ...]:
        deals = [deal for deal in self.deals if deal["dealstage"] == stage]
        won, lost = self.world.won.get(stage or ""), self.world.lost.get(stage or "")
        meaning = (
            stage == "closedwon" if won is None else won,
            stage == "closedlost" if lost is None else lost,
        )
        return *meaning, len(deals), self._worth(deals), percentage(len(deals), len(self.deals))

    def _worth(self, deals: Iterable[Record]) -> Decimal:
        return sum((self.sale(deal) or Decimal(0) for deal in deals), Decimal(0))

    def _closed(self, calls: int, deals: Sequence[Record]) -> tuple[Any, ...]:
        won = [deal for deal in deals if self.is_won(deal)]
        return (
            calls,
            len(deals),
            len(won),
            self._worth(won),
            percentage(len(won), len(deals)),
            percentage(len(won), calls),
        )


def owner_of(call: Record, contact: Record | None) -> str | None:
    return call["hubspot_owner_id"] or (contact["hubspot_owner_id"] if contact else None)
