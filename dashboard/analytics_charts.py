"""All charts of Analytics, as data: one more is one entry in one of the two lists."""

from __future__ import annotations

from dashboard.charts_of_money import CHARTS_OF_MONEY
from dashboard.charts_of_people import CHARTS_OF_PEOPLE

CHARTS = (*CHARTS_OF_MONEY, *CHARTS_OF_PEOPLE)
