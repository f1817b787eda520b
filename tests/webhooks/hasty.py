"""The web process with little patience and little room, so that tests need not wait."""

from __future__ import annotations

from webhooks.web_worker import WebWorker


class HastyWorker(WebWorker):
    request_seconds = 2.5
    connections = 40
    unverified_bytes = 300_000
