"""Figures as cards show them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import MultiDict

from analytics.record_fields import DATE, MOMENT, Field
from dashboard import asked, month_choice, record_words, sales_page, words
from dashboard.charts import pairs
from dashboard.charts.drawing import Series
from operations.callers import Caller


@pytest.mark.parametrize(
    ("now", "before", "unit", "shown"),
    [
        pytest.param(30, 20, "n", "+50.0%", id="a count in per cent of the one before"),
        pytest.param(Decimal("30"), Decimal("10"), "%", "+20.0 pts", id="a rate in pts"),
        pytest.param(Decimal("0"), Decimal("75"), "%", "-75.0 pts", id="a rate that fell"),
        pytest.param(Decimal("5"), Decimal("0"), "%", "+5.0 pts", id="a rate from nothing"),
        pytest.param(5, 0, "n", None, id="a count from nothing"),
        pytest.param(None, 20, "n", None, id="no figure now"),
        pytest.param(5, None, "%", None, id="no figure before"),
    ],
)
def test_how_much_a_figure_changed(
    now: object, before: object, unit: str, shown: str | None
) -> None:
    assert words.change(sales_page._change(now, before, unit), unit) == shown


@pytest.mark.parametrize(
    ("now", "earlier", "unit", "shown"),
    [
        pytest.param(42, 30.7, "days", "30.7", id="the same unit is said once"),
        pytest.param(6000, 30, "min", "30.0\u00a0min", id="another one is said"),
        pytest.param(5, 1_234, "money", "1\u202f234", id="money"),
        pytest.param(5, 1_234, "money/day", "1\u202f234", id="money a day"),
    ],
)
def test_the_figure_before(now: float, earlier: float, unit: str, shown: str) -> None:
    assert words.before(now, earlier, unit) == shown


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (["2026-03-30", "2026-04-06"], ["30 Mar", "6 Apr"]),
        (["2026-01-20", "2026-02-01", "2026-03-01"], ["Jan", "Feb", "Mar"]),
        (["2025-12-01", "2026-01-01"], ["Dec '25", "Jan '26"]),
        (["2026-01-01"], ["1 Jan"]),
    ],
    ids=" ".join,
)
def test_the_steps_of_a_timeline(days: list[str], shown: list[str]) -> None:
    assert words.steps([date.fromisoformat(day) for day in days]) == shown


def test_a_moment_is_shown_in_the_portals_zone_and_a_date_as_it_is() -> None:
    def shown(kind: str, value: str) -> str:
        field = Field("at", "At", kind, "", is_sensitive=False, is_own=False)
        return record_words.shown(field, value, {}, ZoneInfo("America/New_York")).text

    assert shown(MOMENT, "2026-11-28T02:30:00Z") == "27 Nov 2026, 21:30"
    assert shown(DATE, "2026-11-28T00:00:00Z") == "28 Nov 2026"


def test_a_day_begins_where_the_portal_is() -> None:
    caller, late = Caller("ann", (1,), frozenset()), datetime(2026, 11, 28, 2, 30, tzinfo=UTC)
    read = asked.read(caller, MultiDict({"period": "7d"}), lambda _: "America/New_York", late)
    assert (read.begins, read.ends) == (date(2026, 11, 21), date(2026, 11, 27))


@pytest.mark.parametrize(
    ("query", "preset", "said"),
    [
        ("", "all", ""),
        ("period=30d", "all", ""),
        ("period=12m", "12m", "Dec 2025 to Nov 2026"),
        ("period=quarter", "quarter", "Oct 2026 to Nov 2026"),
        ("period=month&from=2020-01", "month", "Nov 2026"),
        ("period=free&from=2026-02&to=2026-02", "free", "Feb 2026"),
        ("from=2026-02-14", "free", "Feb 2026 and later"),
        ("period=free&to=2026-02", "free", "Feb 2026 and earlier"),
    ],
)
def test_months_of_a_tab_stand_in_the_url(query: str, preset: str, said: str) -> None:
    caller, now = Caller("ann", (1,), frozenset()), datetime(2026, 11, 28, 2, 30, tzinfo=UTC)
    read = asked.read(caller, MultiDict(parse_qsl(query)), lambda _: "UTC", now)
    chosen = month_choice.read(read)
    assert (chosen.preset, chosen.span.words) == (preset, said)
    if said == "Feb 2026":
        assert (read.begins, read.ends) == (date(2026, 2, 1), date(2026, 2, 28))
        assert (chosen.first, chosen.last) == ("2026-02", "2026-02")


def test_a_name_of_any_length_stands_beside_its_bars() -> None:
    labels = ["Won", "Decision Maker Bought-In", "A stage whose name is as long as a sentence"]
    drawn = pairs.pairs("Stages", labels, [Series("Then", [1, 0, 2]), Series("Today", [3, 4, 0])])
    assert ">Decision Maker</text>" in drawn and ">Bought-In</text>" in drawn
    assert "A stage whose name is as long as a sentence: Today 0</title>" in drawn
    assert drawn.count('class="bar') == 6 and "Today</li>" in drawn


def test_backticks_are_code_and_nothing_else_is_markup() -> None:
    assert words.coded("a `b<` & c") == "a <code>b&lt;</code> &amp; c"
