"""12: HubSpot answers with errors, silence, half bodies and HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hubspot.objects import CORE_TYPES
from lab.faults.edits import edit
from lab.faults.scenario import Plan, Result, scenario
from lab.faults.stage import Stage, staged
from lab.simulated import Scene

RATE_LIMIT = 190
_SHARE = 0.3
_KINDS: tuple[dict[str, Any], ...] = (
    {"fault": "rate_limit"},
    {"fault": "status", "status": 500},
    {"fault": "status", "status": 502},
    {"fault": "status", "status": 503},
    {"fault": "timeout", "ms": 2_000},
    {"fault": "locked"},
    {"fault": "cut"},
    {"fault": "html"},
)
_BULK = ["list_records", "associations_read", "batch_read", "search"]
_SCENE = Scene(
    {"contacts": 0, "companies": 0, "deals": 0, "calls": 0}, latency_ms=50, rate_limit=RATE_LIMIT
)


@scenario(
    12,
    "HubSpot fails three times in ten",
    "429, 500, 502, 503, timeouts, 423, cut bodies and HTML with status 200 strike 30 % of all "
    "requests: first of a"
    " backfill of 5,000 records of all types, then, for half a minute, of 2,000 live events",
    "identical; never above 190 requests in 10 s; 0 rows from broken answers",
)
def fault_mix(plan: Plan) -> Result:
    with staged(_SCENE) as stage:
        _fill(stage, plan.size(5_000, 110) // len(CORE_TYPES) + 1)
        stage.hubspot.call("reset-stats")
        _strike(stage, kinds=_BULK)
        stage.stack.backfill()
        _strike(stage, for_seconds=30)
        told = edit(stage.hubspot, plan.size(2_000, 100), 60, plan.seed, kinds=["update", "create"])
        stage.hubspot.wait_until_quiet()
        recovery = stage.settle(240)
        stats, faults = stage.hubspot.ask("stats"), stage.hubspot.call("faults")["api"]
        false = sum(stage.count(f"{kind.table} where archived") for kind in CORE_TYPES.values())
        unequal = stage.unequal()
    busiest, struck = stats["max_requests_in_10_s"], sum(one["struck"] for one in faults)
    counted = (
        f"{stats['requests_total']} requests, {_refused(stats)} refused and further ones spoilt; "
        f"{told:,} events, at most {busiest} requests in 10 s; {false} rows hidden by a broken "
        f"answer, {unequal} unequal, recovered {recovery:.0f} s after ({struck} faults in the live "
        "part)"
    )
    return Result(counted, busiest <= RATE_LIMIT and not false and not unequal)


def _strike(stage: Stage, **more: Any) -> None:
    """Have the faults strike, each its part of the share."""
    share = _SHARE / len(_KINDS)
    stage.hubspot.call("faults", api=[kind | {"share": share} | more for kind in _KINDS])


def _refused(stats: Mapping[str, Any]) -> int:
    answered = stats["statuses"].get("200", 0) + stats["statuses"].get("207", 0)
    return int(stats["requests_total"] - answered)


def _fill(stage: Stage, each: int) -> None:
    """Import so many records of each type."""
    records: list[dict[str, Any]] = [{"properties": {}}] * each
    for name in CORE_TYPES:
        stage.hubspot.call("import", type=name, records=records)
