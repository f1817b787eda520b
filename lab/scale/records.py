"""Make companies, contacts, deals and tickets, each with the columns that its Parquet file has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from lab.scale import draws, seasons
from lab.scale import vocabulary as words
from lab.scale.block import Block, Known

COMPANY, CONTACT, DEAL, TICKET = 100_000_000, 200_000_000, 300_000_000, 400_000_000
_NAMES = len(words.FIRST_WORDS) * len(words.SECOND_WORDS) * len(words.COMPANY_ENDINGS)
_STEP = 18_671  # no common factor with _NAMES: neighbours have other names, and none comes twice
_NO_EARLIER_THAN = 1950
Columns = dict[str, Any]


def companies(block: Block, known: Known) -> Columns:
    rng, rows = block.rng, block.rows
    created = block.moments(seasons.SALES)
    if block.begins == 0:
        created[:1] = seasons.START  # whatever happens on the first day has a company
    industry = draws.pick(rng, rows, words.INDUSTRY_WEIGHTS)
    region = draws.pick(rng, rows, words.REGION_WEIGHTS)
    place = slice(block.begins, block.begins + rows)
    known.company_created[place] = created
    known.company_industry[place], known.company_region[place] = industry, region
    # as many companies between 5 and 50 people as between 500 and 5,000
    employees = np.floor(5 * 10_000 ** rng.random(rows)).clip(5, 50_000)
    size = np.log(employees)
    revenue = draws.following(rng, rng.lognormal(14, 2, rows), size, 2.0)
    traffic = draws.following(rng, rng.lognormal(9, 1.6, rows), size, 2.5)
    age = np.floor(rng.exponential(18, rows)).clip(0, 2023 - _NO_EARLIER_THAN)
    return {
        "company_id": block.ids(COMPANY),
        "company_name": _company_names(block),
        "industry": draws.words(words.INDUSTRIES, industry),
        "region": draws.words(words.REGIONS, region),
        "employee_count": draws.whole(employees),
        "annual_revenue": draws.rounded(revenue),
        "founded_year": draws.whole(2023 - age),
        "website_traffic_monthly": pa.array(traffic.astype(np.int64)),
        "created_at": draws.moment_column(created),
    }


def _company_names(block: Block) -> pa.Array:
    """Answer a name for each company; beyond 50,000, names come again with a number."""
    times, left = np.divmod(block.places, _NAMES)
    mixed = left * _STEP % _NAMES
    mixed, ending = np.divmod(mixed, len(words.COMPANY_ENDINGS))
    first, second = np.divmod(mixed, len(words.SECOND_WORDS))
    names = draws.joined(
        draws.texts(words.FIRST_WORDS, first),
        " ",
        draws.texts(words.SECOND_WORDS, second),
        " ",
        draws.texts(words.COMPANY_ENDINGS, ending),
    )
    if not times.any():
        return names
    numbered = draws.joined(names, " ", draws.numbers_as_text(times + 1))
    return pa.compute.if_else(pa.array(times > 0), numbered, names)


def contacts(block: Block, known: Known) -> Columns:
    rng, rows = block.rng, block.rows
    touched = block.moments(seasons.MARKETING)
    if block.begins == 0:
        touched[:1] = seasons.START
    company = known.company_at(rng, touched)
    place = slice(block.begins, block.begins + rows)
    known.contact_touched[place], known.contact_company[place] = touched, company
    lifecycle = draws.pick(rng, rows, words.LIFECYCLE_WEIGHTS)
    score = rng.normal(50, 25, rows).clip(0, 100)
    views = np.floor(rng.exponential(30, rows))
    forms = rng.poisson(0.4 + 0.5 * lifecycle)
    ids = block.ids(CONTACT)
    return {
        "contact_id": ids,
        "email": _addresses(rng, ids, company),
        "company_id": draws.numbers_as_text(company + COMPANY + 1),
        "job_title": draws.words(words.JOB_TITLES, draws.pick(rng, rows, words.JOB_WEIGHTS)),
        "lead_source": draws.words(words.LEAD_SOURCES, draws.pick(rng, rows, words.SOURCE_WEIGHTS)),
        "lead_score": draws.rounded(draws.following(rng, score, lifecycle, 2.5)),
        "lifecycle_stage": draws.words(words.LIFECYCLES, lifecycle),
        "region": draws.words(words.REGIONS, known.company_region[company]),
        "first_touch_date": draws.date_column(touched),
        "num_page_views": draws.whole(draws.following(rng, views, forms, 3.0)),
        "num_form_submissions": draws.whole(forms),
    }


def _addresses(rng: np.random.Generator, ids: pa.Array, company: draws.Places) -> pa.Array:
    """Answer e-mail addresses: each its own, and one domain for all people of a company."""
    lowered = [[name.lower() for name in names] for names in (words.FIRST_NAMES, words.LAST_NAMES)]
    first, last = (draws.texts(names, rng.integers(0, len(names), len(ids))) for names in lowered)
    where = draws.numbers_as_text(company + COMPANY + 1)
    return draws.joined(first, ".", last, ".", ids, "@c", where, ".example")


def deals(block: Block, known: Known) -> Columns:
    rng, rows = block.rng, block.rows
    created = block.moments(seasons.SALES)
    contact = known.contact_at(rng, created)
    company = known.contact_company[contact]
    stage = draws.pick(rng, rows, words.STAGE_WEIGHTS)
    pipeline = draws.pick(rng, rows, words.PIPELINE_WEIGHTS)
    # Enterprise deals are larger, and a deal near its end is likelier: lost ones rank lowest
    amount = draws.following(rng, rng.lognormal(9, 1.5, rows), -pipeline, 1.5)
    nearness = np.asarray([0, 1, 2, 3, 5, -2])[stage]
    probability = draws.following(rng, rng.beta(2, 2, rows) * 100, nearness, 1.0)
    kind = draws.texts(words.DEAL_KINDS, draws.pick(rng, rows, words.DEAL_KIND_WEIGHTS))
    ids = block.ids(DEAL)
    return {
        "deal_id": ids,
        "contact_id": draws.numbers_as_text(contact + CONTACT + 1),
        "company_id": draws.numbers_as_text(company + COMPANY + 1),
        "deal_name": draws.joined(kind, " ", ids),
        "amount": draws.rounded(amount),
        "stage": draws.words(words.STAGES, stage),
        "pipeline": draws.words(words.PIPELINES, pipeline),
        "probability": draws.rounded(probability),
        "days_in_pipeline": draws.whole(rng.integers(1, 365, rows)),
        "created_at": draws.moment_column(created),
        "industry": draws.words(words.INDUSTRIES, known.company_industry[company]),
        "region": draws.words(words.REGIONS, known.company_region[company]),
    }


def tickets(block: Block, known: Known) -> Columns:
    rng, rows = block.rng, block.rows
    created = block.moments(seasons.SUPPORT)
    contact = known.contact_at(rng, created)
    priority = draws.pick(rng, rows, words.PRIORITY_WEIGHTS)
    hours = rng.exponential(48, rows).clip(0.5, 720)
    hours = np.round(draws.following(rng, hours, priority, 1.2), 2)  # urgent ones go first
    content = rng.choice(5, rows, p=(0.06, 0.09, 0.20, 0.37, 0.28)) + 1
    talks = 1 + rng.poisson(2.5, rows)
    category = draws.pick(rng, rows, words.CATEGORY_WEIGHTS)
    status = draws.pick(rng, rows, words.STATUS_WEIGHTS)
    return {
        "ticket_id": block.ids(TICKET),
        "contact_id": draws.numbers_as_text(contact + CONTACT + 1),
        "company_id": draws.numbers_as_text(known.contact_company[contact] + COMPANY + 1),
        "category": draws.words(words.CATEGORIES, category),
        "priority": draws.words(words.PRIORITIES, priority),
        "status": draws.words(words.STATUSES, status),
        "resolution_hours": pa.array(hours, mask=status < words.OPEN_STATUSES),
        # people who wait are less content
        "satisfaction_score": draws.whole(draws.following(rng, content, -hours, 60.0)),
        "num_interactions": draws.whole(talks),
        "created_at": draws.moment_column(created),
    }
