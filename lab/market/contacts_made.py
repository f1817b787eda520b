"""Make the records of companies and their people."""

from __future__ import annotations

from random import Random

from lab.market.businesses import Business
from lab.market.journal import Journal
from lab.market.truth import Path
from lab.simulator.generate.phones import e164, number
from lab.simulator.generate.words import (
    COMPANY_KINDS,
    COMPANY_WORDS,
    FIRST_NAMES,
    LAST_NAMES,
    SUFFIXES,
)

NO_INDUSTRY, NO_SIZE, NO_JOB, NO_SOURCE = 0.06, 0.08, 0.12, 0.03  # values that are missing


def company(rng: Random, of: Business, deals: list[Path], until_ms: int) -> Journal:
    journal = Journal(of.created_ms, until_ms)
    first, second = rng.choice(COMPANY_WORDS), rng.choice(COMPANY_KINDS)
    fresh = {
        "name": f"{first} {second}{rng.choice(SUFFIXES)}",
        "domain": f"{first}-{second}-{of.place}.example".lower(),
        "industry": of.industry if rng.random() > NO_INDUSTRY else None,
        "numberofemployees": str(of.employees) if rng.random() > NO_SIZE else None,
        "hubspot_owner_id": of.rep.owner_id,
        "lifecyclestage": "lead",
        "hs_object_source": "CRM_UI",
    }
    journal.set(of.created_ms, fresh)
    _follow(journal, deals)
    return journal


def contact(rng: Random, of: Business, job: str, deals: list[Path], until_ms: int) -> Journal:
    created_ms = of.created_ms + int(rng.random() * 60_000)
    journal = Journal(created_ms, until_ms)
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    mailbox = f"{first}.{last}".lower().encode("ascii", "ignore").decode().replace("'", "")
    fresh = {
        "firstname": first,
        "lastname": last,
        "email": f"{mailbox}.{rng.getrandbits(40):010x}@mail.example",
        "phone": e164(number(rng)),
        "jobtitle": job if rng.random() > NO_JOB else None,
        "hs_analytics_source": of.source if rng.random() > NO_SOURCE else None,
        "hs_analytics_num_page_views": str(int(rng.random() ** 3 * 60)),
        "num_conversion_events": str(1 + int(rng.random() ** 3 * 5)),
        "hubspot_owner_id": of.rep.owner_id,
        "lifecyclestage": "lead",
        "hs_object_source": "FORMS",
    }
    journal.set(created_ms, fresh)
    _follow(journal, deals)
    return journal


def _follow(journal: Journal, deals: list[Path]) -> None:
    """Move the lifecycle stage on: opportunity with the first deal, customer with the first won."""
    for path in deals[:1]:
        journal.set(path.created_ms + 1_000, {"lifecyclestage": "opportunity"})
    for path in [path for path in deals if path.is_won][:1]:
        journal.set((path.closed_ms or 0) + 1_000, {"lifecyclestage": "customer"})
