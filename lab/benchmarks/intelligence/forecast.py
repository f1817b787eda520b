"""How right are forecasts of the next quarter, at twelve monthly cut-offs of each market?

Each market is loaded into Postgres, and each forecast is made as the job makes it: from rows as of
the cut-off. Beside it stand HubSpot's weighted amount and what the quarter before brought, in the
same run. What came is read from the rows as they are at the end. `--seeds 1-5` takes other seeds.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median

from db.connect import Database
from db.migrate import migrate
from intelligence import forecast
from intelligence.forecast import Period
from lab import embedded
from lab.benchmarks.figure import Figure
from lab.benchmarks.intelligence import JUDGED_ON
from lab.market import Market, load, make
from workers.forecasting import known_at

CUT_OFFS, QUARTER = 12, 3  # months
LEAST, MOST = 0.70, 0.90  # of intervals that promise 0.80
DAY_MS = 86_400_000
CAME = (
    "select coalesce(sum(sale), 0)::float8 as came from sales_deals where portal_id = %s and is_won"
    " and closedate >= %s and closedate < %s"
)


@dataclass(frozen=True)
class Trial:
    """One forecast beside what came, and its rivals."""

    seed: int
    p10: float
    p50: float
    p90: float
    weighted: float
    before: float
    came: float

    def error(self, name: str) -> float:
        return abs(float(getattr(self, name)) / self.came - 1)

    @property
    def is_covered(self) -> bool:
        return self.p10 <= self.came <= self.p90


def trials(database: Database, seed: int) -> Iterator[Trial]:
    """Yield the forecasts of one market; its seed is its portal's id."""
    market = make(seed, has_activities=False)
    load(database, market, portal_id=seed, types=("deals",))
    with database.transaction() as conn:
        conn.execute("analyze")
    months = [*market.starts, market.now_ms]
    for month in range(len(months) - QUARTER - CUT_OFFS, len(months) - QUARTER):
        yield _trial(database, market, months[month], months[month + QUARTER])


def _trial(database: Database, market: Market, begins: int, ends: int) -> Trial:
    since, until = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (begins, ends))
    with database.transaction() as conn:
        known = known_at(conn, market.seed, since)
        row = conn.execute(CAME, [market.seed, since, until]).fetchone()
    assert row is not None
    period = Period(begins / DAY_MS, ends / DAY_MS)
    told = forecast.forecast(forecast.learn(known), period, Random(f"{market.seed} {begins}"))[0]
    return Trial(market.seed, told.p10, told.p50, told.p90, told.weighted, told.before, row["came"])


def tell(found: Sequence[Trial], seed: int) -> None:
    """Print how one market went."""
    own = [trial for trial in found if trial.seed == seed]
    covered = sum(trial.is_covered for trial in own)
    errors = ", ".join(
        f"{name} {median(trial.error(name) for trial in own):.3f}"
        for name in ("p50", "weighted", "before")
    )
    print(f"seed {seed}: {covered} of {len(own)} covered; median errors {errors}", flush=True)


def figure(found: Sequence[Trial], seeds: Sequence[int]) -> Figure:
    ours, weighted, before = (
        median(trial.error(name) for trial in found) for name in ("p50", "weighted", "before")
    )
    covered = sum(trial.is_covered for trial in found) / len(found)
    rival = min(weighted, before)
    return Figure(
        "forecast",
        ours=ours,
        rival=rival,
        ratio=rival / ours,
        goal=1.0,
        ok=ours < rival and LEAST <= covered <= MOST,
        more={
            "unit": "median absolute error of a quarter",
            "rival_is": "the better of HubSpot's weighted amount and the quarter before",
            "weighted": weighted,
            "before": before,
            "covered": covered,
            "covered_goal": f"{LEAST} to {MOST}",
            "forecasts": len(found),
            "seeds": f"{seeds[0]}-{seeds[-1]}",
        },
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default=f"{JUDGED_ON[0]}-{JUDGED_ON[-1]}")
    first, _, last = parser.parse_args().seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    found: list[Trial] = []
    with (
        tempfile.TemporaryDirectory() as name,
        embedded.postgres(Path(name)) as (url, _),
        Database(url) as database,
    ):
        migrate(database)
        for seed in seeds:
            found += trials(database, seed)
            tell(found, seed)
    figure(found, seeds).print()


if __name__ == "__main__":
    main()
