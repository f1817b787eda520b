"""Give leads the variants of an experiment, and say how much better the second one does."""

from __future__ import annotations

from collections.abc import Iterable

from db import model_store
from workers.context import Context

FIRST, SECOND = "a", "b"


def assign(
    context: Context, portal_id: int, experiment: str, contact_ids: Iterable[str]
) -> dict[str, str]:
    """Assign contacts for good, half of them each; answer every contact's variant."""
    from intelligence.experiments import variant

    found = {each: variant(experiment, each, (FIRST, SECOND)) for each in contact_ids}
    with context.database.transaction() as conn:
        model_store.assign(conn, portal_id, experiment, found)
    return found


def outcome(context: Context, portal_id: int, experiment: str) -> tuple[float, float, float] | None:
    """Answer by how much more often the second variant's contacts were won, with its interval;
    None while a variant has no contact."""
    from intelligence.experiments import lift

    with context.database.transaction() as conn:
        found = model_store.outcomes(conn, portal_id, experiment)
    won, of = ([found.get(each, (0, 0))[part] for each in (FIRST, SECOND)] for part in (0, 1))
    said = lift((won[0], won[1]), (of[0], of[1]))
    return (said.points, said.least, said.most) if said else None
