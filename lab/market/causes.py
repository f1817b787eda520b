"""Say why deals are won: the known function of known causes, with numbers of each seed's own.

A deal goes through five stages. Each day that it is open it may get a touch, and may be decided:
then it goes on to the next stage with the probability that `advance` gives, or it is lost. So the
probability to be won follows exactly from the state of today: see truth.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, log2
from random import Random

INDUSTRIES = (
    "COMPUTER_SOFTWARE",
    "FINANCIAL_SERVICES",
    "HEALTH_WELLNESS_AND_FITNESS",
    "RETAIL",
    "CONSTRUCTION",
    "EDUCATION_MANAGEMENT",
)
INDUSTRY_EFFECTS = (0.6, 0.35, 0.1, -0.1, -0.35, -0.6)
SOURCES = (
    "ORGANIC_SEARCH",
    "PAID_SEARCH",
    "DIRECT_TRAFFIC",
    "REFERRALS",
    "EMAIL_MARKETING",
    "PAID_SOCIAL",
    "OFFLINE",
)
SOURCE_EFFECTS = (0.1, -0.05, 0.05, 0.5, 0.0, -0.4, 0.1)
SOURCE_WEIGHTS = (0.27, 0.18, 0.16, 0.12, 0.10, 0.10, 0.07)
JOBS = (
    "Chief Executive Officer",
    "VP Sales",
    "Head of Operations",
    "Sales Manager",
    "Analyst",
    "Assistant",
)
JOB_EFFECTS = (0.45, 0.3, 0.15, 0.0, -0.25, -0.45)
COMPETITORS: Mapping[str, tuple[str, ...]] = {  # name → the other names that people write
    "Pipeloft": ("Pipe Loft", "pipeloft.example"),
    "Zendaro": ("Zendaro CRM",),
    "Salescape": ("Sales-scape", "Salescape Pro"),
    "Orbit": ("Orbit CRM", "OrbitCRM"),
    "Kontakto": ("Kontakto AG",),
}
COMPETITOR_EFFECTS = (-0.9, -0.6, -0.35, -0.2, 0.1)
COMPETES = 0.4  # of deals that have a competitor in them
CREATED_IN = (0.0, 0.05, 0.1, 0.05, 0.0, -0.05, -0.25, -0.3, 0.0, 0.1, 0.2, 0.3)  # by month
EXISTING = 0.6  # who bought before buys again
STAGES = (  # HubSpot's own default pipeline; its probabilities are HubSpot's, not the truth
    "appointmentscheduled",
    "qualifiedtobuy",
    "presentationscheduled",
    "decisionmakerboughtin",
    "contractsent",
)
WON, LOST = "closedwon", "closedlost"
STAGE_LOGITS = (0.0, 0.4, 0.7, 1.1, 1.7)
STAGE_DAYS = (7, 12, 15, 14, 9)  # in the mean until a stage is decided
MOST_TOUCHES = 5  # of a stage, which count; more do neither good nor harm
TOUCH_EFFECT, NO_TOUCH = 0.3, -0.6
STALE_DAYS, STALE_EFFECT, STALE_PACE = 30, -0.8, 0.5
PATIENCE_DAYS = 150  # in one stage; then the deal is given up
DRIFT = -0.6  # of everything, once the market has turned


@dataclass(frozen=True)
class Rep:
    owner_id: str
    effect: float
    touches: float  # a day
    hours: float  # until the first touch, in the middle
    weight: float  # how often deals come to this rep


@dataclass(frozen=True)
class Cause:
    """Hold what decides about one deal and does not change."""

    industry: str
    employees: int
    source: str
    job: str
    competitor: str | None
    month: int  # of the calendar, when it was created
    is_existing: bool
    response_hours: float
    has_drifted: bool


@dataclass(frozen=True)
class Causes:
    """Hold one seed's effects: which industry and which competitor has which."""

    industries: Mapping[str, float]
    competitors: Mapping[str, float]
    season: float
    growth: float  # of new companies, a month

    def logit(self, cause: Cause, rep: Rep) -> float:
        """Add up the effects that stay the same while the deal is open."""
        turned = -1.0 if cause.has_drifted else 1.0
        return (
            turned * self.industries[cause.industry]
            + size_fit(cause.employees)
            + _of(cause.source, SOURCES, SOURCE_EFFECTS)
            + _of(cause.job, JOBS, JOB_EFFECTS)
            + (self.competitors[cause.competitor] if cause.competitor else 0.25)
            + self.season * CREATED_IN[cause.month - 1]
            + EXISTING * cause.is_existing
            + response(cause.response_hours)
            + DRIFT * cause.has_drifted
            + rep.effect
        )


def drawn(rng: Random) -> Causes:
    """Deal the effects out: each seed has other good industries and other hard competitors."""
    industries = rng.sample(INDUSTRY_EFFECTS, len(INDUSTRY_EFFECTS))
    competitors = rng.sample(COMPETITOR_EFFECTS, len(COMPETITOR_EFFECTS))
    return Causes(
        dict(zip(INDUSTRIES, industries, strict=True)),
        dict(zip(COMPETITORS, competitors, strict=True)),
        rng.uniform(0.6, 1.3),
        rng.uniform(-0.005, 0.02),
    )


def reps(rng: Random, owner_ids: Sequence[str]) -> list[Rep]:
    """Make the reps; the last two have few deals."""
    return [_rep(rng, owner_id, place >= len(owner_ids) - 2)
            for place, owner_id in enumerate(owner_ids)]  # fmt: skip


def _rep(rng: Random, owner_id: str, is_new: bool) -> Rep:
    effect = max(-0.8, min(0.8, rng.gauss(0, 0.4)))
    weight = 0.08 if is_new else rng.uniform(0.6, 1.4)
    return Rep(owner_id, effect, rng.uniform(0.08, 0.28), rng.uniform(2, 20), weight)


def size_fit(employees: int) -> float:
    """Favour companies of about 200: a tenth or ten times of it is half a logit worse."""
    return 0.35 - 0.5 * min(2.0, abs(log(employees / 200)) / log(10)) ** 2


def response(hours: float) -> float:
    """Favour a first touch within hours; each doubling costs a fifth of a logit."""
    return 0.2 * (2.0 - min(5.0, log2(1 + hours / 2)))


def _of(word: str, words: Sequence[str], effects: Sequence[float]) -> float:
    return effects[words.index(word)]
