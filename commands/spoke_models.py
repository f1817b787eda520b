"""models: the lead scoring models; train one, use another, go back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from commands.opening import PORTAL, chosen, opened, stoppable
from commands.scale_packages import must_have
from commands.table import table
from db.model_store import CURRENT, SHADOW
from db.queries import QueryRow
from operations import scoring_models
from operations.scoring_models import NoModel
from workers import model_packages, model_training
from workers.context import Context

NUMBER = click.argument("model", type=int)
NEXT = "Scores follow with the next run of lead_scores: `spoke models train` or the clock's."


@click.group()
def models() -> None:
    """Show and choose the models that score leads. The clock trains one a month."""


@models.command("list")
@PORTAL
def list_(portal: int | None) -> None:
    """List the models, the newest first, with how good each was on later deals."""
    names = ["portal", "model", "kind", "state", "made", "AUC", "error", "why not"]
    with opened(("DATABASE_URL",)) as context:
        rows = [
            (each.portal_id, *_cells(model))
            for each in chosen(context, portal)
            for model in scoring_models.listed(context, each.portal_id)
        ]
    click.echo("\n".join(table(names, rows)) if rows else "No model was trained yet.")


def _cells(model: QueryRow) -> tuple[object, ...]:
    told = model["scores"]
    figures = told.get("rivals", {}).get(told.get("winner"), {})
    return (
        model["model_id"],
        model["kind"],
        model["state"],
        model["made_at"],
        _short(figures.get("auc")),
        _short(figures.get("calibration_error")),
        model["refused"] or "",
    )


def _short(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.3f}"


@models.command()
@PORTAL
@click.option("--shadow", "in_shadow", is_flag=True, help="Score beside the current model only.")
def train(portal: int | None, in_shadow: bool) -> None:
    """Train a model now, put it to use, and score every contact and company."""
    from workers import lead_scores

    must_have(*model_packages.NEEDED, remedy=model_packages.REMEDY)
    state = SHADOW if in_shadow else CURRENT
    with opened(("DATABASE_URL",)) as context:
        for each in chosen(context, portal):
            with stoppable(context, "Scores that were written stay; run it again for the rest."):
                made = model_training.train(context, each.portal_id, datetime.now(UTC), state)
                click.echo(f"Model {made.model_id}: {made.refused or made.kind}")
                scored = lead_scores.of_portal(context, each, datetime.now(UTC))
            click.echo(f"{scored:,} contacts of portal {each.portal_id} are scored.")


@models.command()
@PORTAL
@NUMBER
def use(portal: int | None, model: int) -> None:
    """Let MODEL score; the current one is kept."""
    with opened(("DATABASE_URL",)) as context:
        _must_be(scoring_models.use, context, portal, model)
    click.echo(f"Model {model} is in use. {NEXT}")


@models.command()
@PORTAL
@NUMBER
def shadow(portal: int | None, model: int) -> None:
    """Let MODEL score beside the current one: stored and judged, never written back."""
    with opened(("DATABASE_URL",)) as context:
        _must_be(scoring_models.shadow, context, portal, model)
    click.echo(f"Model {model} scores in the shadow. {NEXT}")


@models.command()
@PORTAL
def back(portal: int | None) -> None:
    """Put the model to use that was current before."""
    with opened(("DATABASE_URL",)) as context:
        model = _must_be(scoring_models.back, context, portal)
    click.echo(f"Model {model} is in use again. {NEXT}")


def _must_be(move: Callable[..., Any], context: Context, portal: int | None, *more: int) -> Any:
    """Move a model of the one portal that is meant."""
    portals = chosen(context, portal)
    if len(portals) != 1:
        raise click.ClickException("Several portals are mirrored: say which with --portal.")
    try:
        return move(context, portals[0].portal_id, *more)
    except NoModel as error:
        raise click.ClickException(str(error)) from error
