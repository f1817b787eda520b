"""Figures as cards show them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard import sales_page, words


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
