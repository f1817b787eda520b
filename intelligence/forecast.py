"""Forecast what will be won in a period, and how sure that is. Pure: rows in, forecasts out.

1. Rates of stages are learnt from a year of stays (stage_rates.py), reps' effects beside them.
2. Many sets of rates are drawn as the history allows them. The chance of each open deal to be won
   in the period follows from its stage and age (win_chances.py).
3. Deals that are still to be created are expected from the pace of creation (new_deals.py).
4. Each run of the simulation takes one of the sets, moves all chances a little together, and draws
   each deal as won or not. The sums of the runs are the distribution that is told.

So the interval covers chance, the rates' own uncertainty and that of the deals to come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from intelligence import new_deals, stage_rates
from intelligence.simulation import (
    EVERYBODY,
    LEAST_KNOWN,
    RATE_SETS,
    RUNS,
    ComingDeals,
    ForecastDeal,
    OpenDeal,
    Runs,
    moved,
    simulated,
)
from intelligence.stage_rates import Stage, StageRates, Stay
from intelligence.win_chances import WinChances

COMMIT, BEST_CASE = 0.9, 0.5


@dataclass(frozen=True, slots=True)
class StageMeaning:
    """What HubSpot says of a stage; `probability` is its own."""

    is_won: bool
    is_lost: bool
    probability: float


@dataclass(frozen=True)
class KnownDeals:
    """What was known at a time. `kept` is the part of its amount that a deal has when it is won."""

    at: float
    stages: Mapping[Stage, StageMeaning]
    stays: Sequence[Stay]
    deals: Sequence[ForecastDeal]
    kept: float = 1.0


@dataclass(frozen=True, slots=True)
class ForecastPeriod:
    starts: float
    ends: float


@dataclass(frozen=True, slots=True)
class OwnerForecast:
    """What one owner, or everybody, will have won at the end of a period."""

    owner: str
    won: float  # already
    commit: float
    best_case: float
    pipeline: float
    p10: float
    p50: float
    p90: float
    mean: float
    weighted: float  # by HubSpot's probabilities
    before: float  # won in as many days before the period, or before now
    open_deals: int


@dataclass(frozen=True)
class Learnt:
    """What was learnt once for all periods."""

    known: KnownDeals
    rates: Mapping[Stage, StageRates]
    leverage: Mapping[Stage, float]
    reps: Mapping[str, float]
    won: Sequence[ForecastDeal]
    typical: Sequence[float]  # amounts of deals that were won within a year


def learn(known: KnownDeals) -> Learnt:
    """Learn rates, reps and amounts."""
    rates = stage_rates.learn(known.stays, known.at)
    won = [deal for deal in known.deals if known.stages[deal.stage].is_won and deal.closes]
    since = known.at - stage_rates.WINDOW_DAYS
    typical = [deal.amount for deal in won if deal.amount and since < (deal.closes or 0)]
    reps = stage_rates.rep_effects(known.stays, rates, known.at)
    return Learnt(known, rates, stage_rates.leverage(rates), reps, won, typical)


def forecast(learnt: Learnt, period: ForecastPeriod, rng: Random) -> list[OwnerForecast]:
    """Answer the forecast of a period for everybody, first, and for each owner."""
    known = learnt.known
    found = [
        OpenDeal(deal, _worth(learnt, deal))
        for deal in known.deals
        if not _is_closed(known.stages[deal.stage])
    ]
    coming = _coming(learnt, found, period, rng)
    runs = simulated(learnt.typical, found, coming, rng)
    owners = sorted({each.deal.owner for each in found if each.deal.owner} | _sellers(learnt))
    return [_told(learnt, found, period, runs, owner) for owner in (EVERYBODY, *owners)]


def stage_win_rates(learnt: Learnt) -> dict[Stage, float]:
    """Answer how likely a deal in each open stage is to be won in the end."""
    found = stage_rates.win_rates(learnt.rates)
    return {
        stage: found.get(stage, stage_rates.DEFAULT_WIN_RATE)
        for stage, meaning in learnt.known.stages.items()
        if not _is_closed(meaning)
    }


def _is_closed(meaning: StageMeaning) -> bool:
    return meaning.is_won or meaning.is_lost


def _worth(learnt: Learnt, deal: ForecastDeal) -> float:
    """Answer what a deal brings when it is won; of an unknown amount the usual."""
    if deal.amount is not None:
        return deal.amount * learnt.known.kept
    usual = learnt.typical
    return sum(usual) / len(usual) if len(usual) >= LEAST_KNOWN else 0.0


def _sellers(learnt: Learnt) -> set[str]:
    since = learnt.known.at - stage_rates.WINDOW_DAYS
    return {deal.owner for deal in learnt.won if deal.owner and (deal.closes or 0) > since}


def _coming(
    learnt: Learnt, found: Sequence[OpenDeal], period: ForecastPeriod, rng: Random
) -> ComingDeals:
    """Give the open deals their chances, and answer the same of deals to come."""
    known, at = learnt.known, learnt.known.at
    until, since = period.ends - at, max(0.0, period.starts - at)
    first = _first_stages(known)
    chances_of_new = []
    for _ in range(RATE_SETS):
        told = WinChances(stage_rates.drawn(learnt.rates, rng), until)
        for each in found:
            chance = _chance(learnt, told, each.deal, since, until)
            each.chances.append(chance)
            each.odds.append(chance / (1 - chance))
        chances_of_new.append(_of_new(told, first, since, until))
    created = [deal.created for deal in known.deals]
    pace = new_deals.learn(created, at, until)
    recent = [deal.owner for deal in known.deals if deal.created > at - 2 * new_deals.QUARTER_DAYS]
    return ComingDeals(pace, until, chances_of_new, recent)


def _chance(
    learnt: Learnt, told: WinChances, deal: ForecastDeal, since: float, until: float
) -> float:
    """Answer a deal's chance to be won in the period, as its stage, age and rep have it."""
    at = learnt.known.at
    chance = told.within(deal.stage, at - deal.entered, until)
    if since:
        chance -= told.within(deal.stage, at - deal.entered, since)
    lift = learnt.reps.get(deal.owner or "", 0.0) * learnt.leverage.get(deal.stage, 1.0)
    return moved(chance, lift)


def _first_stages(known: KnownDeals) -> dict[Stage, float]:
    """Answer in which stages the deals of the last half year began."""
    first: dict[str, Stay] = {}
    for stay in known.stays:
        if known.at - 2 * new_deals.QUARTER_DAYS < stay.entered <= known.at:
            kept = first.setdefault(stay.deal_id, stay)
            first[stay.deal_id] = min(kept, stay, key=lambda each: each.entered)
    fresh = {deal.deal_id for deal in known.deals
             if deal.created > known.at - 2 * new_deals.QUARTER_DAYS}  # fmt: skip
    counts: dict[Stage, float] = defaultdict(float)
    for deal_id, stay in first.items():
        if deal_id in fresh:
            counts[stay.stage] += 1
    whole = sum(counts.values()) or 1.0
    return {stage: count / whole for stage, count in counts.items()}


def _of_new(told: WinChances, first: Mapping[Stage, float], since: float, until: float) -> float:
    """Answer the chance of a deal that is created before the end to be won in the period."""
    whole = sum(share * told.of_new(stage, until) for stage, share in first.items())
    if not since:
        return whole
    early = sum(share * told.of_new(stage, since) for stage, share in first.items())
    return max(0.0, whole - early * since / until)


def _told(
    learnt: Learnt, found: Sequence[OpenDeal], period: ForecastPeriod, runs: Runs, owner: str
) -> OwnerForecast:
    """Sum up one owner's forecast."""
    known = learnt.known
    own = [each for each in found if owner in (EVERYBODY, each.deal.owner)]
    won = _won(learnt, owner, period.starts, min(period.ends, known.at))
    length = period.ends - period.starts
    begins = min(period.starts, known.at)
    sums = sorted(won + each for each in runs.get(owner, [0.0] * RUNS))
    return OwnerForecast(
        owner,
        won,
        commit=won + sum(each.amount for each in own if each.chance >= COMMIT),
        best_case=won + sum(each.amount for each in own if each.chance >= BEST_CASE),
        pipeline=won + sum(each.amount for each in own),
        p10=_quantile(sums, 0.1),
        p50=_quantile(sums, 0.5),
        p90=_quantile(sums, 0.9),
        mean=sum(sums) / len(sums),
        weighted=won + _weighted(known, own, period),
        before=_won(learnt, owner, begins - length, begins),
        open_deals=len(own),
    )


def _won(learnt: Learnt, owner: str, since: float, until: float) -> float:
    return sum(
        deal.amount or 0.0
        for deal in learnt.won
        if since <= (deal.closes or 0.0) < until and owner in (EVERYBODY, deal.owner)
    )


def _weighted(known: KnownDeals, own: Sequence[OpenDeal], period: ForecastPeriod) -> float:
    """Answer HubSpot's weighted amount of the deals that are to close in the period."""
    return sum(
        (each.deal.amount or 0.0) * known.stages[each.deal.stage].probability
        for each in own
        if each.deal.closes is not None and period.starts <= each.deal.closes < period.ends
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
