"""Make the forecasts of each portal every day: this month, this quarter and the next one, for each
owner and for everybody; and note what came of periods that are over.

A run is a snapshot: it stays as it was, so that anybody can see how right it was. What it says
depends on the rows and the day alone: its chance begins with the portal, the period and the day.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import jobs
from db import forecast_rows
from db.connect import Connection
from db.portals import Portal
from db.queries import QueryRow
from intelligence import forecast, new_deals, simulation
from intelligence.forecast import ForecastPeriod, KnownDeals, Learnt, StageMeaning
from intelligence.simulation import ForecastDeal
from intelligence.stage_rates import LOST, WON, Stage, Stay
from workers.context import Context

DAY_SECONDS = 86_400.0
Meanings = dict[Stage, StageMeaning]
log = logging.getLogger(__name__)


def run(context: Context, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Run the job for every portal."""
    jobs.lower_flag(context.server, jobs.FORECAST)
    for portal in context.portals():
        context.stop.check()
        made = make(context, portal, now())
        log.info("Portal %d: %d forecasts made", portal.portal_id, made)


def make(context: Context, portal: Portal, at: datetime) -> int:
    """Make one portal's forecasts as of a time, and score older ones; answer how many were made.
    The rows are read in one transaction and written in another: nobody waits for the simulation."""
    zone = ZoneInfo(portal.time_zone)
    today = at.astimezone(zone).date()
    with context.database.transaction() as conn:
        known = known_at(conn, portal.portal_id, at)
    learnt = forecast.learn(known)
    told = {}
    for period in periods(today) if known.deals else ():
        rng = Random(f"{portal.portal_id} {period} {today}")  # noqa: S311  a simulation
        told[period] = forecast.forecast(learnt, _days(period, zone), rng)
    with context.database.transaction() as conn:
        for period, each in told.items():
            rows = [_row(one) for one in each]
            forecast_rows.put(conn, portal.portal_id, period, today, rows)
        forecast_rows.put_stages(conn, portal.portal_id, list(_stages(learnt)))
        forecast_rows.score(conn, portal.portal_id, today, portal.time_zone)
    return sum(map(len, told.values()))


def periods(today: date) -> list[tuple[date, date]]:
    """Answer this month, this quarter and the next: first days, and the days after the last."""
    month = today.replace(day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    after = _months_later(quarter, 3)
    return [(month, _months_later(month, 1)), (quarter, after), (after, _months_later(after, 3))]


def _months_later(first: date, months: int) -> date:
    whole = first.year * 12 + first.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)


def _days(period: tuple[date, date], zone: ZoneInfo) -> ForecastPeriod:
    starts, ends = (
        datetime(each.year, each.month, each.day, tzinfo=zone).timestamp() / DAY_SECONDS
        for each in period
    )
    return ForecastPeriod(starts, ends)


def _row(one: forecast.OwnerForecast) -> dict[str, object]:
    told = asdict(one)
    return told | {"owner_id": told.pop("owner")}


def _stages(learnt: Learnt) -> Iterator[dict[str, object]]:
    ended = Counter(
        stay.stage
        for stay in learnt.known.stays
        if stay.left is not None and stay.left > learnt.known.at - new_deals.YEAR_DAYS
    )
    for stage, rate in forecast.stage_win_rates(learnt).items():
        pipeline_id, stage_id = stage
        yield {"pipeline_id": pipeline_id, "stage_id": stage_id, "win_rate": rate,
               "deals": ended[stage]}  # fmt: skip


def known_at(conn: Connection, portal_id: int, at: datetime) -> KnownDeals:
    """Read what was known at a time: nothing that was recorded later."""
    meanings = _meanings(forecast_rows.read(conn, "meanings", portal_id, at))
    deals = forecast_rows.read(conn, "deals", portal_id, at)
    for row in deals:
        _note(meanings, _stage(row))
    owners = {row["deal_id"]: row["owner_id"] for row in deals}
    stays = [
        _stay(row, owners.get(row["deal_id"]), meanings)
        for row in forecast_rows.read(conn, "stays", portal_id, at)
        if row["deal_id"] in owners
    ]
    entered: dict[str, float] = {stay.deal_id: stay.entered for stay in stays if stay.left is None}
    quarter_ago = at - timedelta(days=new_deals.QUARTER_DAYS)
    before = forecast_rows.read(conn, "amounts", portal_id, quarter_ago)
    found = [_deal(row, entered.get(row["deal_id"], float(row["created"]))) for row in deals]
    open_stays = [stay for stay in stays if not _is_closed(meanings, stay.stage)]
    moment = at.timestamp() / DAY_SECONDS
    return KnownDeals(moment, meanings, open_stays, found, kept_part(meanings, before, found))


def kept_part(
    meanings: Mapping[Stage, StageMeaning],
    before: Sequence[QueryRow],
    deals: Sequence[ForecastDeal],
) -> float:
    """Answer which part of their amount of a quarter ago the deals have that were won since; 1 with
    too few of them."""
    then = {
        row["deal_id"]: row["amount"]
        for row in before
        if not _is_closed(meanings, (row["pipeline_id"] or "", row["stage_id"] or ""))
    }
    won = [
        (then[deal.deal_id], deal.amount)
        for deal in deals
        if deal.deal_id in then and deal.amount is not None and meanings[deal.stage].is_won
    ]
    asked = sum(amount for amount, _ in won)
    if len(won) < simulation.LEAST_KNOWN or not asked:
        return 1.0
    return float(sum(amount for _, amount in won) / asked)


def _meanings(rows: Sequence[QueryRow]) -> Meanings:
    return {
        _stage(row): StageMeaning(row["is_won"], row["is_lost"], row["probability"]) for row in rows
    }


def _note(meanings: Meanings, stage: Stage) -> None:
    """Learn a stage that no pipeline lists: HubSpot's own names say what it means, as the view
    sales_deals has it."""
    if stage not in meanings:
        name = stage[1]
        meanings[stage] = StageMeaning(name == "closedwon", name == "closedlost", 0.0)


def _is_closed(meanings: Meanings | Mapping[Stage, StageMeaning], stage: Stage) -> bool:
    meaning = meanings.get(stage)
    return meaning is not None and (meaning.is_won or meaning.is_lost)


def _stage(row: QueryRow) -> Stage:
    return row["pipeline_id"] or "", row["stage_id"]


def _stay(row: QueryRow, owner: str | None, meanings: Meanings) -> Stay:
    stage = _stage(row)
    _note(meanings, stage)
    return Stay(row["deal_id"], owner, stage, row["entered"], row["left"], _target(row, meanings))


def _target(row: QueryRow, meanings: Meanings) -> Stage | None:
    if row["next_stage"] is None:
        return None
    target = (row["next_pipeline"] or "", row["next_stage"])
    _note(meanings, target)
    if meanings[target].is_won:
        return WON
    return LOST if meanings[target].is_lost else target


def _deal(row: QueryRow, entered: float) -> ForecastDeal:
    return ForecastDeal(
        row["deal_id"],
        row["owner_id"],
        _stage(row),
        entered,
        row["created"],
        row["amount"],
        row["closes"],
    )
