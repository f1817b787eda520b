"""Train a lead scoring model from what the mirror knows as of a moment, and store it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from db import lead_rows, model_store
from db.lead_rows import Moment
from db.model_store import CURRENT, REFUSED, NewModel
from db.queries import QueryRow
from workers.context import Context

AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Training:
    """Say what a training came to."""

    model_id: int
    kind: str
    refused: str | None
    scores: dict[str, Any]


def is_due(context: Context, portal_id: int, as_of: datetime) -> bool:
    """Tell whether to train: there is no model, the newest is a month old, or the win rate is no
    longer the one that it was taught with."""
    from intelligence.lead_drift import win_rate_moved

    with context.database.transaction() as conn:
        models = model_store.of_portal(conn, portal_id)
        lately = model_store.closed_lately(conn, portal_id, as_of)
    if not models or as_of - models[0]["made_at"] > AFTER:
        return True
    return win_rate_moved(_closed_then(models[0]), lately)


def _closed_then(model: QueryRow) -> tuple[int, int]:
    won, closed = model["scores"]["closed_lately"]
    return won, closed


def train(context: Context, portal_id: int, as_of: datetime, state: str = CURRENT) -> Training:
    """Train and store a model. One that was refused scores by rules, where no other is current."""
    from intelligence import lead_drift, lead_scoring
    from intelligence.examples import examples

    at = Moment(portal_id, as_of)
    with context.database.transaction() as conn:
        rows = lead_rows.closed_deals(conn, at)
        came = lead_rows.arrivals(conn, at)
        lately = model_store.closed_lately(conn, portal_id, as_of)
    context.stop.check()
    made = lead_scoring.train(examples(rows, as_of), as_of)
    scores = made.scores | {"closed_lately": lately, "arrivals": lead_drift.reference(came)}
    model = NewModel(made.kind, as_of, made.refused, made.fingerprint, scores, made.card.to_bytes())
    with context.database.transaction() as conn:
        wanted = REFUSED if made.refused else state
        model_id = model_store.put(conn, portal_id, model, wanted)
    return Training(model_id, made.kind, made.refused, scores)
