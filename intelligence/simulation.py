"""Draw what becomes of open deals and of deals to come, many times over. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import exp
from random import Random

from intelligence import new_deals
from intelligence.stage_rates import Stage, logit

RATE_SETS, RUNS = 30, 1_500
SHARED_SPREAD = 0.2  # of the logit of all chances together: a quarter is not like the last year
LEAST_KNOWN = 5  # won deals, under which nothing is said of amounts
EVERYBODY = ""


@dataclass(frozen=True, slots=True)
class ForecastDeal:
    """A deal as it was at a time; times are in days. `amount` is None where it is not known."""

    deal_id: str
    owner: str | None
    stage: Stage
    entered: float  # its stage
    created: float
    amount: float | None
    closes: float | None


@dataclass
class OpenDeal:
    """An open deal with what it may bring, and its chances by set of rates."""

    deal: ForecastDeal
    amount: float
    chances: list[float] = field(default_factory=list)
    odds: list[float] = field(default_factory=list)

    @property
    def chance(self) -> float:
        return sum(self.chances) / len(self.chances)


@dataclass(frozen=True)
class ComingDeals:
    """Deals that are still to be created: the mean chance of each set, and who will get them."""

    pace: new_deals.NewDeals
    days: float
    chances: Sequence[float]
    owners: Sequence[str | None]


def moved(chance: float, lift: float) -> float:
    if chance <= 0:
        return 0.0
    return 1 / (1 + exp(-(logit(chance) + lift)))


Runs = dict[str, list[float]]


def simulated(
    typical: Sequence[float], found: Sequence[OpenDeal], coming: ComingDeals, rng: Random
) -> Runs:
    """Answer the sums of every run, by owner and for everybody."""
    runs: Runs = defaultdict(lambda: [0.0] * RUNS)
    everybody = runs[EVERYBODY]
    for run in range(RUNS):
        chosen = rng.randrange(RATE_SETS)
        lift = rng.gauss(0.0, SHARED_SPREAD)
        sums = _decided(found, chosen, exp(lift), rng)
        for owner, amount in _created(typical, coming, chosen, lift, rng):
            sums[owner] += amount
        everybody[run] = sum(sums.values())
        for owner, amount in sums.items():
            if owner:
                runs[owner][run] = amount
    return runs


def _decided(
    found: Sequence[OpenDeal], chosen: int, lift: float, rng: Random
) -> dict[str | None, float]:
    """Draw each open deal of one run as won or not; answer the sums by owner. `lift` multiplies the
    odds of all."""
    sums: dict[str | None, float] = defaultdict(float)
    draw = rng.random
    for each in found:
        odds = each.odds[chosen] * lift
        if draw() * (1 + odds) < odds:
            sums[each.deal.owner] += each.amount
    return sums


def _created(
    typical: Sequence[float], coming: ComingDeals, chosen: int, lift: float, rng: Random
) -> Iterable[tuple[str | None, float]]:
    """Draw the deals of one run that are created and won before the end."""
    if not coming.owners or len(typical) < LEAST_KNOWN:
        return
    expected = coming.pace.count(rng, coming.days) * moved(coming.chances[chosen], lift)
    for _ in range(_poisson(rng, expected)):
        yield rng.choice(coming.owners), rng.choice(typical)


def _poisson(rng: Random, mean: float) -> int:
    """Draw a count; a large one by the normal distribution."""
    if mean > 200:
        return max(0, round(rng.gauss(mean, mean**0.5)))
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count += 1
        left += rng.expovariate(1.0)
    return count
