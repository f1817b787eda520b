"""The market keeps its word: the truth is calibrated, and traps are filled only after a deal was
won."""

from __future__ import annotations

import pickle

import pytest

from lab.market import Market, fill, make
from lab.market.filled import empty_portal
from lab.simulator.settings import Settings
from lab.simulator.wire import epoch_ms

TRAPS = ("contract_signed", "onboarding_date", "num_invoices", "closed_won_reason")


@pytest.fixture(scope="module")
def market() -> Market:
    return make(1, companies=900, has_activities=False)


def test_truth_says_how_often_deals_are_won(market: Market) -> None:
    """Each deal counts once, at the first month that saw it open: so the sum of chances has the
    variance of independent draws."""
    odds: dict[int, float] = {}
    for at_ms in market.starts[:18]:
        odds = market.truth.at(at_ms) | odds
    paths = [market.truth.paths[deal_id] for deal_id in odds]
    assert all(path.closed_ms is not None for path in paths[:100])
    won = {path.deal_id: path.is_won for path in paths}
    spread = sum(p * (1 - p) for p in odds.values()) ** 0.5
    assert abs(sum(won.values()) - sum(odds.values())) < 2.5 * spread
    likely = [won[deal_id] for deal_id, p in odds.items() if p > 0.6]
    unlikely = [won[deal_id] for deal_id, p in odds.items() if p < 0.3]
    assert sum(likely) / len(likely) > 0.55 > 0.3 > sum(unlikely) / len(unlikely)


def test_the_same_seed_makes_the_same_market_whatever_is_left_out(market: Market) -> None:
    whole = make(1, companies=900)
    assert market.records["deals"][5].history is not None
    for name in ("companies", "contacts"):
        assert pickle.dumps(whole.records[name]) == pickle.dumps(market.records[name])
    moved = [record.history for record in whole.records["deals"]]
    assert moved == [record.history for record in market.records["deals"]]
    assert make(2, companies=900, has_activities=False).records != market.records
    last = max(record.modified for records in whole.records.values() for record in records)
    assert last <= whole.now_ms


def test_traps_are_filled_only_after_a_deal_was_won(market: Market) -> None:
    trapped = 0
    for record in market.records["deals"]:
        path = market.truth.paths[record.id]
        for name in TRAPS:
            for at_ms, *_ in (record.history or {}).get(name, []):
                trapped += 1
                assert path.is_won and path.closed_ms is not None and at_ms >= path.closed_ms
    assert trapped > 100


def test_stages_amounts_and_close_dates_have_histories(market: Market) -> None:
    for record in market.records["deals"]:
        path, kept = market.truth.paths[record.id], record.history or {}
        times = [version[0] for version in kept.get("dealstage", [])]
        assert times == sorted(times)
        if path.closed_ms is not None:
            assert times[-1] == path.closed_ms == epoch_ms(record.properties["closedate"])
            won = record.properties["dealstage"] == "closedwon"
            assert won == path.is_won


def test_a_drift_changes_who_comes_and_nothing_before_it(market: Market) -> None:
    drifted = make(1, companies=900, drift_month=13, has_activities=False)
    turn = drifted.starts[12]
    for records, others in zip(
        drifted.records["companies"], market.records["companies"], strict=True
    ):
        early = epoch_ms(records.created_at) or 0
        if early < turn:
            assert records.properties["domain"] == others.properties["domain"]
            assert records.properties.get("industry") == others.properties.get("industry")
    late = [path for path in drifted.truth.paths.values() if path.created_ms >= turn]
    paid = sum(path.cause.source == "PAID_SOCIAL" for path in late) / len(late)
    assert paid > 0.25


def test_a_portal_filled_with_it_answers_links_both_ways(market: Market) -> None:
    portal = empty_portal(1, Settings(), market.owners)
    fill(portal, market)
    deal = portal.stores["deals"].live[0]
    for name in ("contacts", "companies"):
        (other,) = portal.linked(portal.types["deals"], deal, portal.types[name])
        assert deal in portal.linked(portal.types[name], other, portal.types["deals"])
    assert portal.properties["deals"]["main_competitor"]["options"]
    closed = [
        record.properties["hs_is_closed"] for record in portal.stores["deals"].records.values()
    ]
    assert {*closed} == {"true", "false"}
