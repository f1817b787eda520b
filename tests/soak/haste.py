"""Waits that only spare requests, made short: a soak passes thousands of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import changes
from hubspot import rate_limit
from workers import fetch


def hasten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fetch, "CATCH_UP_SECONDS", 0.0)
    patch.setattr(changes, "REST", timedelta(milliseconds=5))
    patch.setattr(rate_limit, "SEARCH_PER_SECOND", 1_000)
