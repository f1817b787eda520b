"""Waits that only spare requests, made short: a soak passes thousands of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import fetch_delays
from hubspot import rate_limit


def hasten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fetch_delays, "CATCH_UP", timedelta(0))
    patch.setattr(fetch_delays, "REST", timedelta(milliseconds=5))
    patch.setattr(rate_limit, "SEARCH_PER_SECOND", 1_000)
