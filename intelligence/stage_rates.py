"""Learn from stage histories how fast deals leave each stage and where they go. Pure.

A stay in a stage is looked at day by day: in each band of its age, how many days were spent there
and how many deals left for which stage. Older days weigh less. Open deals count with the days that
they stayed, so that deals which are lost quickly do not make the rates look worse than they are.
Where little is known, a band leans on its stage, and a stage on the default: one in ten is won.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log
from random import Random

Stage = tuple[str, str]  # ids of a pipeline and of one of its stages
WINDOW_DAYS, HALF_LIFE_DAYS = 365.0, 270.0
BANDS = (0.0, 3.0, 7.0, 14.0, 21.0, 30.0, 45.0, 60.0, 90.0)  # where bands of age begin
DEFAULT_WIN_RATE, DEFAULT_DAYS = 0.1, 30.0
BAND_PRIOR, STAGE_PRIOR = 3.0, 2.0  # exits that a prior counts for
REP_VARIANCE = 0.1  # of the reps' effects on the logit of an advance
WON: Stage = ("", "won")
LOST: Stage = ("", "lost")


@dataclass(frozen=True, slots=True)
class Stay:
    """A deal's stay in a stage; times are in days. `target` is where it went: WON, LOST or a stage;
    None while it stays, or when it was archived."""

    deal_id: str
    owner: str | None
    stage: Stage
    entered: float
    left: float | None
    target: Stage | None


@dataclass
class StageRates:
    """The weighted exits of one stage by band of age and target, and the days spent in it."""

    days: list[float] = field(default_factory=lambda: [0.0] * len(BANDS))
    exits: list[dict[Stage, float]] = field(
        default_factory=lambda: [defaultdict(float) for _ in BANDS]
    )

    def targets(self) -> dict[Stage, float]:
        """Answer the shares of the stage's targets. The default counts for two deals: without any
        history one in ten is won."""
        counts = {WON: STAGE_PRIOR * DEFAULT_WIN_RATE, LOST: STAGE_PRIOR * (1 - DEFAULT_WIN_RATE)}
        for band in self.exits:
            for target, count in band.items():
                counts[target] = counts.get(target, 0.0) + count
        whole = sum(counts.values())
        return {target: count / whole for target, count in counts.items()}

    def pace(self) -> float:
        """Answer how many deals leave in a day, of one that is there."""
        exits = sum(sum(band.values()) for band in self.exits)
        return (exits + 1.0) / (sum(self.days) + DEFAULT_DAYS)


@dataclass(frozen=True)
class Hazards:
    """One set of rates: by stage and band, the daily pace and the shares of the targets."""

    paces: Mapping[Stage, Sequence[float]]
    shares: Mapping[Stage, Sequence[Mapping[Stage, float]]]


def learn(stays: Iterable[Stay], at: float) -> dict[Stage, StageRates]:
    """Count the stays of the year before `at`."""
    rates: dict[Stage, StageRates] = defaultdict(StageRates)
    for stay in stays:
        left = at if stay.left is None or stay.left > at else stay.left
        if left > at - WINDOW_DAYS and stay.entered <= at:
            _count(rates[stay.stage], stay, left, at)
    return dict(rates)


def _count(rates: StageRates, stay: Stay, left: float, at: float) -> None:
    weight = 0.5 ** ((at - left) / HALF_LIFE_DAYS)
    ends = (*BANDS[1:], float("inf"))
    oldest = max(0.0, at - WINDOW_DAYS - stay.entered)
    age = max(0.0, left - stay.entered)
    for band, (begins, until) in enumerate(zip(BANDS, ends, strict=True)):
        spent = min(age, until) - max(begins, oldest)
        if spent > 0:
            rates.days[band] += weight * spent
    if stay.target is not None and stay.left is not None and stay.left <= at:
        rates.exits[bisect_right(BANDS, age) - 1][stay.target] += weight


def drawn(rates: Mapping[Stage, StageRates], rng: Random | None = None) -> Hazards:
    """Draw one set of rates that the history allows; without chance, the middle ones."""
    paces, shares = {}, {}
    for stage, known in rates.items():
        pace, targets = known.pace(), known.targets()
        paces[stage] = [
            _gamma(rng, sum(exits.values()) + BAND_PRIOR) / (days + BAND_PRIOR / pace)
            for exits, days in zip(known.exits, known.days, strict=True)
        ]
        shares[stage] = [_shares(rng, exits, targets) for exits in known.exits]
    return Hazards(paces, shares)


def _gamma(rng: Random | None, count: float) -> float:
    return rng.gammavariate(count, 1.0) if rng else count


def _shares(
    rng: Random | None, exits: Mapping[Stage, float], prior: Mapping[Stage, float]
) -> dict[Stage, float]:
    counts = {
        target: _gamma(rng, exits.get(target, 0.0) + BAND_PRIOR * share)
        for target, share in prior.items()
    }
    whole = sum(counts.values()) or 1.0
    return {target: count / whole for target, count in counts.items()}


def win_rates(rates: Mapping[Stage, StageRates], lift: float = 0.0) -> dict[Stage, float]:
    """Answer how likely a deal in each stage is to be won in the end. `lift` is added to the logit
    of not being lost, at each stage."""
    shares = {stage: _lifted(known.targets(), lift) for stage, known in rates.items()}
    found = dict.fromkeys(shares, DEFAULT_WIN_RATE) | {WON: 1.0, LOST: 0.0}
    for _ in range(60):  # deals may go back: the rates settle after as many rounds as stages
        for stage, targets in shares.items():
            found[stage] = sum(
                share * found.get(target, DEFAULT_WIN_RATE) for target, share in targets.items()
            )
    return found


def _lifted(shares: Mapping[Stage, float], lift: float) -> dict[Stage, float]:
    lost = shares.get(LOST, 0.0)
    if not lift or not 0 < lost < 1:
        return dict(shares)
    new_lost = 1 / (1 + exp(lift) * (1 - lost) / lost)
    kept = (1 - new_lost) / (1 - lost)
    return {
        target: new_lost if target == LOST else share * kept for target, share in shares.items()
    }


def leverage(rates: Mapping[Stage, StageRates]) -> dict[Stage, float]:
    """Answer by how much the logit of being won moves when that of each advance moves by one: more
    in an early stage, for it is asked more often."""
    before, after = win_rates(rates), win_rates(rates, 0.1)
    return {stage: (logit(after[stage]) - logit(before[stage])) / 0.1 for stage in rates}


def rep_effects(
    stays: Iterable[Stay], rates: Mapping[Stage, StageRates], at: float
) -> dict[str, float]:
    """Answer each rep's effect on the logit of an advance: what was seen beside what the stages
    alone would have given, shrunk towards none where a rep has few deals."""
    lost = {stage: known.targets().get(LOST, 0.0) for stage, known in rates.items()}
    over: dict[str, float] = defaultdict(float)
    spread: dict[str, float] = defaultdict(float)
    for stay in stays:
        is_known = stay.left is not None and at - WINDOW_DAYS < stay.left <= at
        if stay.owner and stay.target is not None and is_known and stay.stage in lost:
            expected = 1 - lost[stay.stage]
            over[stay.owner] += (stay.target != LOST) - expected
            spread[stay.owner] += expected * (1 - expected)
    return {owner: over[owner] / (spread[owner] + 1 / REP_VARIANCE) for owner in over}


def logit(share: float) -> float:
    kept = min(1 - 1e-6, max(1e-6, share))
    return log(kept / (1 - kept))
