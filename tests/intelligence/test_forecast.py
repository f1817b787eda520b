"""The forecast's parts beside answers that are known: by hand, by formula, and by chance."""

from __future__ import annotations

from math import exp
from random import Random

import pytest

from intelligence import forecast, new_deals, stage_rates
from intelligence.forecast import ForecastPeriod, KnownDeals, StageMeaning
from intelligence.simulation import ForecastDeal
from intelligence.stage_rates import BANDS, LOST, WON, Hazards, Stay
from intelligence.win_chances import WinChances

NEW, OFFER = ("p", "new"), ("p", "offer")
CLOSED_WON, CLOSED_LOST = ("p", "won"), ("p", "lost")
MEANINGS = {
    NEW: StageMeaning(False, False, 0.2),
    OFFER: StageMeaning(False, False, 0.8),
    CLOSED_WON: StageMeaning(True, False, 1.0),
    CLOSED_LOST: StageMeaning(False, True, 0.0),
}


def stay(place: int, stage: tuple[str, str], days: float | None, target: tuple[str, str] | None,
         owner: str = "7", entered: float = 0.0) -> Stay:  # fmt: skip
    left = None if days is None else entered + days
    return Stay(str(place), owner, stage, entered, left, target)


def test_without_history_one_in_ten_is_won() -> None:
    rates = stage_rates.learn([stay(1, NEW, None, None)], at=5.0)
    assert stage_rates.win_rates(rates)[NEW] == pytest.approx(0.1)


def test_rates_follow_the_stays_of_a_year() -> None:
    """Half of new goes on, and three of four offers are won: 0.375. Older stays do not count."""
    recent = [stay(n, NEW, 10, OFFER if n % 2 else LOST, entered=300) for n in range(400)]
    recent += [stay(n, OFFER, 10, WON if n % 4 else LOST, entered=300) for n in range(400)]
    old = [stay(n, NEW, 10, LOST, entered=-500) for n in range(4_000)]
    rates = stage_rates.win_rates(stage_rates.learn([*recent, *old], at=310.0))
    assert rates[OFFER] == pytest.approx(0.75, abs=0.01)
    assert rates[NEW] == pytest.approx(0.375, abs=0.01)


def test_open_deals_count_with_the_days_that_they_stayed() -> None:
    """Ten left within ten days, and ninety are there for a hundred: a tenth of a percent a day."""
    stays = [stay(n, NEW, 10, LOST) for n in range(10)]
    stays += [stay(n, NEW, None, None) for n in range(10, 100)]
    rates = stage_rates.learn(stays, at=100.0)[NEW]
    assert rates.pace() < 0.002


def test_reps_are_shrunk_towards_none_where_they_have_few_deals() -> None:
    stays = [stay(n, NEW, 10, WON if n % 2 else LOST, owner="usual") for n in range(200)]
    stays += [stay(n, NEW, 10, WON, owner="lucky") for n in range(2)]
    stays += [stay(n, NEW, 10, WON if n % 4 else LOST, owner="good") for n in range(100)]
    rates = stage_rates.learn(stays, at=20.0)
    effects = stage_rates.rep_effects(stays, rates, at=20.0)
    assert effects["usual"] < 0 < effects["lucky"] < effects["good"]


def test_chances_within_so_many_days_are_those_of_the_exponential() -> None:
    """One stage, left at a tenth a day, half of it won: 0.5 * (1 - e^(-0.1 t)), at any age."""
    hazards = Hazards({NEW: [0.1] * len(BANDS)}, {NEW: [{WON: 0.5, LOST: 0.5}] * len(BANDS)})
    chances = WinChances(hazards, 30)
    for days in (3, 15, 30):
        expected = 0.5 * (1 - exp(-0.1 * days))
        assert chances.within(NEW, 0, days) == pytest.approx(expected, abs=1e-9)
        assert chances.within(NEW, 40, days) == pytest.approx(expected, abs=1e-9)
    mean = 0.5 * (1 - (1 - exp(-3)) / 3)  # of deals that are created evenly within 30 days
    assert chances.of_new(NEW, 30) == pytest.approx(mean, abs=0.005)


def test_two_stages_take_the_time_of_both() -> None:
    """Both are left at a tenth a day and all go on: the gamma distribution of two steps."""
    hazards = Hazards(
        {NEW: [0.1] * len(BANDS), OFFER: [0.1] * len(BANDS)},
        {NEW: [{OFFER: 1.0}] * len(BANDS), OFFER: [{WON: 1.0}] * len(BANDS)},
    )
    chances = WinChances(hazards, 60)
    for days in (15, 30, 60):
        expected = 1 - exp(-0.1 * days) * (1 + 0.1 * days)
        assert chances.within(NEW, 0, days) == pytest.approx(expected, abs=0.01)


def test_the_pace_of_creation_is_the_last_quarters_times_last_years_season() -> None:
    steady = [day / 2 for day in range(200)]
    assert new_deals.learn(steady, at=100.0, days=91).pace == pytest.approx(2.0, rel=0.02)
    assert new_deals.learn([], at=100.0, days=91).pace == 0
    # last year the quarter after had twice as many: this one is believed to have more, too
    last_year = [day / 2 for day in range(182)] + [91 + day / 4 for day in range(364)]
    this_year = [365 + day / 2 for day in range(182)]
    found = new_deals.learn([*last_year, *this_year], at=456.0, days=91)
    assert 2.4 < found.pace < 4.0


def known(deals: list[ForecastDeal], stays: list[Stay], at: float = 400.0) -> KnownDeals:
    return KnownDeals(at, MEANINGS, stays, deals)


def deal(name: str, stage: tuple[str, str], amount: float | None, closes: float | None = None,
         owner: str = "7", entered: float = 399.0) -> ForecastDeal:  # fmt: skip
    return ForecastDeal(name, owner, stage, entered, entered, amount, closes)


def test_a_forecast_adds_up_and_repeats() -> None:
    """Offers of 100 and 300 are as good as won, one of 1,000 is lost as a rule; 50 was won."""
    stays = [stay(n, OFFER, 5, WON, entered=380) for n in range(300)]
    stays += [stay(n, NEW, 5, LOST, entered=380) for n in range(300)]
    deals = [
        deal("1", OFFER, 100),
        deal("2", OFFER, 300, closes=410, owner="8"),
        deal("3", NEW, 1_000, closes=410),
        deal("4", CLOSED_WON, 50, closes=395, entered=300.0),
        deal("5", CLOSED_WON, 70, closes=330, entered=300.0),
    ]
    learnt = forecast.learn(known(deals, stays))
    period = ForecastPeriod(390.0, 480.0)
    told = forecast.forecast(learnt, period, Random("a"))
    assert told == forecast.forecast(learnt, period, Random("a"))
    everybody, seven, eight = told
    assert (everybody.owner, seven.owner, eight.owner) == ("", "7", "8")
    assert (everybody.won, everybody.commit, everybody.pipeline) == (50, 450, 1_450)
    assert (eight.won, eight.commit, eight.pipeline) == (0, 300, 300)
    assert everybody.weighted == pytest.approx(50 + 0.8 * 300 + 0.2 * 1_000)
    assert everybody.before == 70
    assert everybody.p10 <= everybody.p50 <= everybody.p90
    assert everybody.p50 == pytest.approx(450)


def test_what_has_not_begun_leaves_out_what_is_won_before() -> None:
    """The offer is won at once, so the period that begins in 60 days has none of it."""
    stays = [stay(n, OFFER, 2, WON, entered=380) for n in range(300)]
    learnt = forecast.learn(known([deal("1", OFFER, 100)], stays))
    later = forecast.forecast(learnt, ForecastPeriod(460.0, 550.0), Random("a"))[0]
    assert later.p90 == 0 and later.commit == 0


def test_the_interval_covers_chance() -> None:
    """Forty deals of 10 with an even chance: 200, and four in five sums within some 40 of it."""
    stays = [stay(n, OFFER, 5, WON if n % 2 else LOST, entered=380) for n in range(2_000)]
    deals = [deal(str(n), OFFER, 10) for n in range(40)]
    told = forecast.forecast(
        forecast.learn(known(deals, stays)), ForecastPeriod(400, 500), Random("b")
    )[0]
    assert told.p50 == pytest.approx(200, abs=20)
    assert 60 <= told.p90 - told.p10 <= 130
