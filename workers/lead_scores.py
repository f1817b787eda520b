"""Score every contact and company each night, train when it is due, and look for drift.

Scores are written in slices, each a transaction of its own. A run that is stopped leaves whole
slices; the next one writes all again. Reading is one statement as of one moment, so all scores of
a run are of that moment.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import jobs
from db import lead_rows, model_store
from db.lead_rows import Moment
from db.portals import Portal
from db.queries import QueryRow
from workers import model_packages, model_training
from workers.context import Context

MONTH = timedelta(days=30)
AT_ONCE = 5_000  # companies that are written in one transaction
log = logging.getLogger(__name__)


def run(context: Context) -> None:
    """Run the job for every portal."""
    jobs.lower_flag(context.server, jobs.LEAD_SCORES)
    if names := model_packages.lacking():
        log.warning(
            "Lead scores need %s, which is not installed: %s",
            " and ".join(names),
            model_packages.REMEDY,
        )
        return
    for portal in context.portals():
        context.stop.check()
        of_portal(context, portal, datetime.now(UTC))


def of_portal(context: Context, portal: Portal, as_of: datetime) -> int:
    """Train where it is due, score one portal, and look for drift; answer how many contacts were
    scored."""
    portal_id = portal.portal_id
    if model_training.is_due(context, portal_id, as_of):
        made = model_training.train(context, portal_id, as_of)
        log.info("Portal %d: model %d, %s", portal_id, made.model_id, made.refused or made.kind)
    fit_companies(context, portal_id, as_of)
    with context.database.transaction() as conn:
        models = model_store.in_use(conn, portal_id)
    scored = score(context, Moment(portal_id, as_of), models)
    look_for_drift(context, Moment(portal_id, as_of, MONTH), models[0])
    return scored


def score(context: Context, at: Moment, models: list[QueryRow]) -> int:
    """Let each model in use score every contact; answer how many contacts there are."""
    from intelligence.lead_reasons import scored
    from intelligence.scorecards import from_bytes

    cards = [(each["model_id"], from_bytes(each["artifact"])) for each in models]
    done = 0
    with context.database.transaction() as reading:
        for rows in lead_rows.contacts(reading, at):
            context.stop.check()
            with context.database.transaction() as conn:
                for model_id, card in cards:
                    said = list(scored(card, rows))
                    model_store.put_scores(conn, at.portal_id, model_id, at.as_of, said)
            done += len(rows)
    with context.database.transaction() as conn:
        used = [model_id for model_id, _ in cards]
        model_store.forget_scores(conn, at.portal_id, at.as_of, used)
    return done


def fit_companies(context: Context, portal_id: int, as_of: datetime) -> None:
    """Find the ideal customers, and score each company by how well it fits them."""
    from intelligence import icp

    with context.database.transaction() as conn:
        found = icp.segments(model_store.segment_counts(conn, portal_id))
        companies = model_store.companies(conn, portal_id)
        model_store.put_segments(conn, portal_id, as_of, [asdict(each) for each in found])
    for part in _slices(list(icp.fits(companies, found))):
        context.stop.check()
        with context.database.transaction() as conn:
            model_store.put_fits(conn, portal_id, as_of, part)
    with context.database.transaction() as conn:
        model_store.forget_fits(conn, portal_id, as_of)


def _slices(found: list[Any]) -> Iterator[list[Any]]:
    for begins in range(0, len(found), AT_ONCE):
        yield found[begins : begins + AT_ONCE]


def look_for_drift(context: Context, at: Moment, model: QueryRow) -> None:
    """Compare who came in the last month with whom the model learnt from."""
    from intelligence.lead_drift import compared

    with context.database.transaction() as conn:
        found = compared(model["scores"]["arrivals"], lead_rows.arrivals(conn, at))
        model_store.put_drift(conn, at.portal_id, model["model_id"], at.as_of, found)
    for each in found:
        if each.level == "alert":
            log.warning("Portal %d: %s drifted, PSI %.2f", at.portal_id, each.feature, each.psi)
