"""Waits that only spare requests, made short: a soak passes thousands of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import fetch_delays
from settings import Settings
from workers.context import Context

SEARCHES_PER_SECOND = 1_000


def hasten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fetch_delays, "CATCH_UP", timedelta(0))
    patch.setattr(fetch_delays, "REST", timedelta(milliseconds=5))


def hastened(settings: Settings) -> Context:
    """Answer a context whose searches need not wait for one another."""
    return Context.open(settings, connections=8, searches_per_second=SEARCHES_PER_SECOND)
