"""Waits that only spare requests, made short: a soak passes thousands of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import changes
from settings import Settings
from workers import fetch
from workers.context import Context

SEARCHES_PER_SECOND = 1_000


def hasten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fetch, "CATCH_UP_SECONDS", 0.0)
    patch.setattr(changes, "REST", timedelta(milliseconds=5))


def hastened(settings: Settings) -> Context:
    """A context whose searches need not wait for one another."""
    return Context.open(settings, connections=8, searches_per_second=SEARCHES_PER_SECOND)
