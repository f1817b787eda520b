"""Scores: the best leads and why, how right the scores are, and which companies buy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from analytics import sales_reads, score_reads
from analytics.score_reads import LeadQuestion
from dashboard.asked import Asked
from dashboard.charts import lines, pairs
from dashboard.charts.drawing import Series
from operations.callers import Caller
from operations.servers import Servers

Row = dict[str, Any]
SHOWN = 25
RIVALS = {"rules": "Rules", "logistic": "Logistic model", "boosting": "Boosting"}


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find the best leads, the models, the segments and the drift."""
    question = LeadQuestion(asked.portal_id, asked.owner, limit=SHOWN)
    with servers.reading([asked.portal_id]) as conn:
        models = score_reads.models(conn, asked.portal_id)
        found = {
            "leads": score_reads.leads(conn, question),
            "segments": score_reads.ideal_customers(conn, asked.portal_id),
            "drifts": score_reads.drift(conn, asked.portal_id),
            "owners": sales_reads.owners(conn, asked.portal_id),
        }
    scoring = _scoring(models)
    return found | {
        "models": models,
        "scoring": scoring,
        "rivals": _rivals(scoring),
        "charts": _charts(scoring),
        "may_open": "records:read" in caller.scopes,
        "heading": "Scores",
    }


def _scoring(models: Sequence[Row]) -> Row | None:
    """Answer the model that scores: the current one, else the newest rules."""
    current = [each for each in models if each["state"] == "current"]
    return next(iter([*current, *models]), None)


def _rivals(model: Row | None) -> list[tuple[str, float]]:
    """Answer what each rival reached, the best first."""
    if not model:
        return []
    found = [(label, model[f"{name}_auc"]) for name, label in RIVALS.items()]
    return sorted((each for each in found if each[1] is not None), key=lambda each: -each[1])


def _charts(model: Row | None) -> list[tuple[str, str, Markup]]:
    """Draw what was said beside what came, band by band, and the AUC by month."""
    if not model or not model["bands"]:
        return []
    bands = model["bands"]
    labels = [f"{100 * each['least']:.0f} to {100 * each['most']:.0f}" for each in bands]
    series = [
        Series("Score", [100 * each["said"] for each in bands]),
        Series("Won, %", [100 * each["came"] for each in bands]),
    ]
    title = "What the scores said, and what came"
    found = [(title, "Tenths of later deals, by score", pairs.pairs(title, labels, series))]
    months = [each for each in model["months"] or () if each["auc"] is not None]
    if len(months) > 1:
        title = "How well scores order deals, by month"
        quality = Series("AUC", [each["auc"] for each in months])
        chart = lines.lines(title, [each["month"] for each in months], [quality])
        found.append((title, "AUC: 0.5 is chance, 1 is never wrong", chart))
    return found
