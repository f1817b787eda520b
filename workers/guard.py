"""Runs each job so that an outage is no failure of it: the work stands where it stood, and waits."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import psycopg

from db.connect import advice, blames_data

SAY_AGAIN_SECONDS = 60.0
log = logging.getLogger(__name__)


class Notices:
    """What a process has said lately: what lasts is said once a minute, not with every batch."""

    def __init__(self, again: float = SAY_AGAIN_SECONDS) -> None:
        self._again = again
        self._said: dict[str, float] = {}

    def warn(self, words: str) -> None:
        now = time.monotonic()
        if now - self._said.get(words, float("-inf")) >= self._again:
            self._said[words] = now
            log.warning(words)


def guarded(job: Callable[..., None], context: Any, *arguments: Any) -> None:
    """Run a job. When Postgres cannot serve any job, say why and what to do, and let the clock wake it again.

    RQ must not hear of that: it would try three times at once and keep a failed job for each wake-up."""
    try:
        job(context, *arguments)
    except psycopg.Error as error:
        if blames_data(error):
            raise
        context.notices.warn(f"{reason(error)} What waits is kept and goes on by itself.")


def reason(error: Exception) -> str:
    return advice(error) or f"Postgres is out of reach: {str(error).strip()}."
