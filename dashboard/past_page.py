"""Past: the pipeline as it was on a day beside today's, stage by stage, and what moved since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from analytics import past_reads, sales_reads
from analytics.past_reads import PastQuestion, StageSums, ThenAndNow
from dashboard.asked import Asked
from dashboard.charts import pairs
from dashboard.charts.drawing import Series
from operations.callers import Caller
from operations.servers import Servers

AGO = {1: "Yesterday", 7: "A week ago", 30: "A month ago", 91: "A quarter ago", 365: "A year ago"}
DEFAULT = timedelta(days=30)


def fill(servers: Servers, caller: Caller, asked: Asked) -> dict[str, Any]:
    """Find the pipeline at the end of a day, and now."""
    today = asked.now.date()
    day = day_of(asked.words.get("day", ""), today)
    with servers.reading([asked.portal_id]) as conn:
        found = past_reads.then_and_now(conn, question(asked, day))
        owners = sales_reads.owners(conn, asked.portal_id)
        pipelines = sales_reads.pipelines(conn, asked.portal_id)
    return {
        "day": day,
        "today": today,
        "ago": [(name, today - timedelta(days=days)) for days, name in AGO.items()],
        "found": found,
        "totals": list(_totals(found)),
        "charts": list(_charts(found.stages, day)),
        "owners": owners,
        "pipelines": pipelines,
        "may_open": "records:read" in caller.scopes,
        "heading": "The pipeline as it was",
    }


def question(asked: Asked, day: date) -> PastQuestion:
    """Answer the question that a URL asks."""
    return PastQuestion(asked.portal_id, day, asked.owner, asked.pipeline)


def day_of(text: str, today: date) -> date:
    """Read a day; what is none is a month ago, and what has not come yet is today."""
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        return today - DEFAULT


def _totals(found: ThenAndNow) -> Iterator[tuple[str, str, Any, Any]]:
    """Answer the figures above the table: title, unit, then and now."""
    of_kind: dict[str, list[StageSums]] = {"Open": [], "Won": [], "Lost": []}
    for stage in found.stages:
        of_kind[_kind(stage)].append(stage)
    for kind, stages in of_kind.items():
        yield f"{kind} deals", "n", _sum(stages, "deals_then"), _sum(stages, "deals_now")
        if kind != "Lost":
            then, now = _sum(stages, "amount_then"), _sum(stages, "amount_now")
            yield f"{kind}, worth", "money", then, now


def _kind(stage: StageSums) -> str:
    if stage.is_won:
        return "Won"
    return "Lost" if stage.is_lost else "Open"


def _sum(stages: Sequence[StageSums], name: str) -> Any:
    return sum(getattr(stage, name) for stage in stages)


def _charts(stages: Sequence[StageSums], day: date) -> Iterator[tuple[str, Markup]]:
    for pipeline in dict.fromkeys(stage.pipeline for stage in stages):
        own = [stage for stage in stages if stage.pipeline == pipeline]
        series = [
            Series(f"{day:%-d %b %Y}", [float(stage.deals_then) for stage in own]),
            Series("Today", [float(stage.deals_now) for stage in own]),
        ]
        title = f"{pipeline}: deals by stage"
        yield title, pairs.pairs(title, [stage.label for stage in own], series)
