"""scoring: lead scores beside the true probabilities, on markets that were not tuned on.

A model learns as of month 18 and scores the deals that are open at the starts of four months after
it. Judged are deals that are closed by the end. Traps are followed like any property, so that they
are read as of the cut-off; then each is shuffled, and nothing may change."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db import lead_rows
from db.connect import Connection, Database
from db.lead_rows import Moment
from db.migrate import migrate
from intelligence import lead_scoring
from intelligence import model_measures as measures
from intelligence.examples import examples
from lab import embedded
from lab.benchmarks.figure import Figure
from lab.keeper import kept_folder
from lab.market import Market, load, make

HELD_OUT = tuple(range(11, 21))
LEARN, JUDGE = 18, (18, 19, 20, 21)
MOST_GAP, MOST_ERROR, LEAST_LIFT = 0.03, 0.05, 2.5
TRAPS = ("contract_signed", "onboarding_date", "num_invoices", "closed_lost_reason")
TABLES = (
    *("hubspot_deals_raw", "hubspot_contacts_raw", "hubspot_companies_raw", "property_history"),
    *("hubspot_calls_raw", "hubspot_emails_raw", "hubspot_meetings_raw", "hubspot_pipelines"),
)
FOLLOW = """
insert into followed_properties (portal_id, object_type, property)
select %(portal_id)s, 'deals', unnest(%(names)s::text[])
"""
TOLD = """
insert into property_history (portal_id, object_type, hubspot_id, property, changed_at, value)
select %(portal_id)s, 'deals', said.*
  from unnest(%(ids)s::text[], %(names)s::text[], %(moments)s::timestamptz[], %(values)s::text[])
       as said
    on conflict do nothing
"""
SHUFFLE = """
update property_history as kept
   set value = mixed.value
  from (select hubspot_id, property, changed_at,
               lag(value, 7, 'shuffled') over (partition by property order by md5(hubspot_id))
                   as value
          from property_history
         where portal_id = %(portal_id)s and property = any (%(names)s)) as mixed
 where kept.portal_id = %(portal_id)s and kept.object_type = 'deals'
   and kept.hubspot_id = mixed.hubspot_id and kept.property = mixed.property
   and kept.changed_at = mixed.changed_at
"""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """Hold what was said of deals, their true probability and what came."""

    said: Floats
    truth: Floats
    won: Floats


def main() -> None:
    """Judge each seed of the command line, else all that are held out."""
    seeds = [int(each) for each in sys.argv[1:]] or HELD_OUT
    found = []
    for seed in seeds:
        found.append(_of_seed(seed))
        print(seed, found[-1], flush=True)
    gap = mean(each["gap"] for each in found)
    error, lift = (mean(each[name] for each in found) for name in ("error", "lift"))
    unused = all(each["traps_unused"] for each in found)
    ok = gap <= MOST_GAP and error <= MOST_ERROR and lift >= LEAST_LIFT and unused
    auc, best = (mean(each[name] for each in found) for name in ("auc", "best"))
    more = {"seeds": seeds, "error": error, "top_lift": lift, "traps_unused": unused}
    more |= {"best_lift": mean(each["best_lift"] for each in found), "of_seeds": found}
    Figure("scoring", auc, best, auc / best, 1 - MOST_GAP / best, ok, more).print()


def _of_seed(seed: int) -> dict[str, Any]:
    market = make(seed)
    with ExitStack() as opened:
        folder = opened.enter_context(kept_folder())
        url, _ = opened.enter_context(embedded.database(folder / "postgres"))
        database = opened.enter_context(Database(url))
        migrate(database)
        load(database, market)
        with database.transaction() as conn:
            conn.execute(FOLLOW, {"portal_id": 1, "names": list(TRAPS)})
            conn.execute(TOLD, _histories(market))
            for table in TABLES:
                conn.execute(f"analyze {table}".encode())
        return _judged(database, market)


def _histories(market: Market) -> dict[str, Any]:
    """Answer every version of the traps, as columns."""
    found = [
        (str(one.id), name, datetime.fromtimestamp(version[0] / 1000, UTC), version[1])
        for one in market.records["deals"]
        for name, versions in (one.history or {}).items()
        if name in TRAPS
        for version in versions
    ]
    names = ("ids", "names", "moments", "values")
    return {"portal_id": 1, **dict(zip(names, map(list, zip(*found, strict=True)), strict=True))}


def _judged(database: Database, market: Market) -> dict[str, Any]:
    as_of = datetime.fromtimestamp(market.starts[LEARN] / 1000, UTC)
    with database.transaction() as conn:
        learnt = examples(lead_rows.closed_deals(conn, Moment(1, as_of)), as_of)
        first = lead_scoring.fingerprint(learnt)
        conn.execute(SHUFFLE, {"portal_id": 1, "names": list(TRAPS)})
        again = examples(lead_rows.closed_deals(conn, Moment(1, as_of)), as_of)
        trained = lead_scoring.train(learnt, as_of)
        judged = [_month(conn, market, trained, month) for month in JUDGE]
    said, truth, won = (
        np.concatenate([getattr(each, name) for each in judged])
        for name in ("said", "truth", "won")
    )
    ours, best = measures.auc(said, won) or 0.0, measures.auc(truth, won) or 0.0
    return {
        "kind": trained.kind,
        "auc": ours,
        "best": best,
        "gap": best - ours,
        "error": measures.calibration_error(said, won),
        "lift": measures.bands(said, won)[-1].lift,
        "best_lift": measures.bands(truth, won)[-1].lift,
        "base": float(won.mean()),
        "rivals": {name: each["auc"] for name, each in trained.scores["rivals"].items()},
        "with_combinations": trained.scores["with_combinations"],
        "traps_unused": lead_scoring.fingerprint(again) == first,
    }


def _month(conn: Connection, market: Market, trained: lead_scoring.Trained, month: int) -> Judged:
    """Score the deals that were open when a month began, of which the end is known."""
    at_ms = market.starts[month]
    truth = market.truth.at(at_ms)
    paths = market.truth.paths
    at = Moment(1, datetime.fromtimestamp(at_ms / 1000, UTC))
    rows = [
        row
        for row in lead_rows.open_deals(conn, at)
        if int(row["deal_id"]) in truth and paths[int(row["deal_id"])].closed_ms is not None
    ]
    ids = [int(row["deal_id"]) for row in rows]
    said = trained.card.probabilities(trained.card.codes(rows))
    return Judged(
        said,
        np.array([truth[each] for each in ids]),
        np.array([float(paths[each].is_won) for each in ids]),
    )


if __name__ == "__main__":
    main()
