"""The pipeline as it was on a day beside the one of now: stage by stage, and what moved.

sql/functions/history/deals_as_of.sql says how a deal's past is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from db.connect import Connection
from db.queries import QUERIES, QueryRow

Stage = tuple[str, str]  # ids of a pipeline and of one of its stages
NO_STAGE = "no stage"


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """Which day, and which deals: all of a portal, or an owner's or a pipeline's."""

    portal_id: int
    day: date
    owner: str | None = None
    pipeline: str | None = None

    @property
    def arguments(self) -> dict[str, Any]:
        """Answer the arguments of the query."""
        return asdict(self)


@dataclass(slots=True)
class StageSums:
    """A stage then and now: its deals, what they are worth, and how many came and went."""

    pipeline: str
    label: str
    is_won: bool = False
    is_lost: bool = False
    deals_then: int = 0
    amount_then: Decimal = field(default_factory=Decimal)
    deals_now: int = 0
    amount_now: Decimal = field(default_factory=Decimal)
    came: int = 0
    went: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """Deals that were in one stage and are in another. None: not yet there, or no longer."""

    source: StageSums | None
    target: StageSums | None
    deals: int
    amount: Decimal | None
    largest: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ThenAndNow:
    """A pipeline on two days. `unknown` deals are shown as now: their past is still to be read."""

    stages: Sequence[StageSums]
    moves: Sequence[Move]
    unknown: int


def then_and_now(conn: Connection, question: PastQuestion) -> ThenAndNow:
    """Answer the stages in their order, and the moves between them, most deals first."""
    asked = question.arguments
    stages = _stages(conn.execute(QUERIES["read_deal_stages"], asked).fetchall(), question)
    groups = conn.execute(QUERIES["read_pipeline_moves"], asked).fetchall()
    moves = [move for row in groups if (move := _entered(stages, row, question.pipeline))]
    moves.sort(key=lambda move: (-move.deals, -(move.amount or 0)))
    shown = [each for each in stages.values() if _is_shown(each)]
    return ThenAndNow(shown, moves, sum(row["unknown"] for row in groups))


def _stages(rows: Sequence[QueryRow], question: PastQuestion) -> dict[Stage, StageSums]:
    """Answer the stages of a portal; the ones that HubSpot lists no more show only with deals."""
    found = {}
    for row in rows:
        if question.pipeline in (None, row["pipeline_id"]):
            stage = StageSums(
                row["pipeline_label"] or row["pipeline_id"],
                row["stage_label"] or row["stage_id"],
                bool(row["is_won"]),
                bool(row["is_lost"]),
            )
            found[row["pipeline_id"], row["stage_id"]] = stage
    return found


def _is_shown(stage: StageSums) -> bool:
    return bool(stage.deals_then or stage.deals_now)


def _entered(stages: dict[Stage, StageSums], row: QueryRow, pipeline: str | None) -> Move | None:
    """Add a group of deals to the sums of its two stages; answers the move that it made."""
    source = _stage(stages, row["pipeline_then"], row["stage_then"], pipeline)
    target = _stage(stages, row["pipeline_now"], row["stage_now"], pipeline)
    deals, moved = row["deals"], source is not target
    if source:
        source.deals_then += deals
        source.amount_then += row["amount_then"] or 0
        source.went += deals * moved
    if target:
        target.deals_now += deals
        target.amount_now += row["amount_now"] or 0
        target.came += deals * moved
    if not moved:
        return None
    amount = row["amount_now"] if target else row["amount_then"]
    return Move(source, target, deals, amount, row["largest"])


def _stage(
    stages: dict[Stage, StageSums], pipeline_id: str | None, stage_id: str | None, only: str | None
) -> StageSums | None:
    """Answer a stage; None where the deals were in none, or in one of another pipeline."""
    if pipeline_id is None or stage_id is None or only not in (None, pipeline_id):
        return None
    unlisted = StageSums(pipeline_id or "no pipeline", stage_id or NO_STAGE)
    return stages.setdefault((pipeline_id, stage_id), unlisted)
