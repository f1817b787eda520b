"""Make a deal's record of what became of it: amounts, close dates, stages, and the fields that are
filled only once it is won."""

from __future__ import annotations

from math import exp
from random import Random

from lab.market.businesses import Business
from lab.market.causes import LOST, STAGES, WON
from lab.market.journal import Journal
from lab.market.texts import WORDS, lost_reason
from lab.market.truth import DAY_MS, Path
from lab.simulator.wire import iso

MISSING_AMOUNT = 0.08  # until the second stage
COMPETITOR_TOLD = 0.8


def offer(rng: Random, path: Path, of: Business, name: str, until_ms: int) -> Journal:
    """Write a deal's journal. Every value is set when a rep would set it; what is set after the
    deal was won (contract, onboarding, invoices) is a trap for models that read it."""
    journal = Journal(path.created_ms, until_ms)
    amount = _amount(rng, of.employees)
    fresh = {
        "dealname": name,
        "pipeline": "default",
        "deal_currency_code": "USD",
        "dealtype": "existingbusiness" if path.cause.is_existing else "newbusiness",
        "hubspot_owner_id": of.rep.owner_id,
        "hs_object_source": "CRM_UI",
        "dealstage": STAGES[0],
        "amount": str(amount) if rng.random() > MISSING_AMOUNT else None,
    }
    journal.set(path.created_ms, fresh)
    for stage, at_ms in list(enumerate(path.entered))[1:]:
        journal.set(at_ms, {"dealstage": STAGES[stage]})
    if len(path.entered) > 1:
        journal.set(path.entered[1] + 3_600_000, {"amount": str(amount)})
    if len(path.entered) > 2:
        amount = tens(amount * rng.uniform(0.85, 1.15))
        journal.set(path.entered[2] + 7_200_000, {"amount": str(amount)})
    _competitor(rng, journal, path)
    _close_dates(rng, journal, path)
    if path.closed_ms is not None:
        _closing(rng, journal, path, path.closed_ms, amount)
    return journal


def _amount(rng: Random, employees: int) -> int:
    return max(200, tens(2_500 * (employees / 50) ** 0.4 * exp(rng.gauss(0, 0.55))))


def tens(amount: float) -> int:
    return round(amount / 10) * 10


def _competitor(rng: Random, journal: Journal, path: Path) -> None:
    at_ms = path.created_ms + int(rng.random() * 5 * DAY_MS)
    if path.cause.competitor and rng.random() < COMPETITOR_TOLD:
        journal.set(at_ms, {"main_competitor": path.cause.competitor})


def _close_dates(rng: Random, journal: Journal, path: Path) -> None:
    """Let the rep guess, guess better before the end, and move the date once it has passed."""
    end = path.closed_ms or journal.until_ms
    set_at = path.created_ms
    expected = set_at + int(rng.uniform(30, 90) * DAY_MS)
    while set_at < end:
        journal.set(set_at, {"closedate": iso(expected)})
        late = path.entered[3] if len(path.entered) > 3 else end
        if set_at < late <= expected:
            set_at, expected = late, late + int(rng.uniform(10, 40) * DAY_MS)
        else:
            set_at = expected + int(rng.uniform(0.1, 4) * DAY_MS)
            expected = set_at + int(rng.uniform(20, 45) * DAY_MS)


def _closing(rng: Random, journal: Journal, path: Path, at_ms: int, amount: int) -> None:
    days = str((at_ms - path.created_ms) // DAY_MS)
    journal.silent["days_to_close"] = days
    if not path.is_won:
        reason = lost_reason(rng, path.cause.competitor)
        lost = {"dealstage": LOST, "closedate": iso(at_ms), "closed_lost_reason": reason}
        journal.set(at_ms, lost)
        return
    final = tens(amount * rng.choice((1, 1, 0.95, 0.9, 0.85)))
    won = {"dealstage": WON, "closedate": iso(at_ms), "closed_won_reason": rng.choice(WORDS["won"])}
    journal.set(at_ms, won | {"amount": str(final)})
    signed = at_ms + int(rng.uniform(0, 3) * DAY_MS)
    journal.set(signed, {"contract_signed": "true", "num_invoices": "1"})
    begins = signed + int(rng.uniform(4, 20) * DAY_MS)
    journal.set(signed + 3_600_000, {"onboarding_date": iso(begins)[:10]})
    journal.set(signed + 31 * DAY_MS, {"num_invoices": "2"})
