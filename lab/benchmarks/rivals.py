"""What the receiver is measured against: an empty Flask route, and the design that most people
would write first."""

from __future__ import annotations

import os
import time

import orjson
import redis
from flask import Flask, Response, jsonify, request
from rq import Queue

from hubspot import signature
from settings import WEBHOOK_PATH


def empty() -> Flask:
    """Read the body and answer: the most that Flask under this gunicorn can do."""
    app = _app()

    @app.post(WEBHOOK_PATH)
    def receive() -> Response:
        request.get_data(cache=False)
        return Response(status=204)

    return app


def naive() -> Flask:
    """Verify, and enqueue one RQ job per event."""
    app, queue = _app(), Queue("naive", connection=redis.Redis.from_url(os.environ["REDIS_URL"]))

    @app.post(WEBHOOK_PATH)
    def receive() -> Response:
        body = request.get_data(cache=False)
        if not _is_signed(body):
            return Response(status=401)
        for event in orjson.loads(body):
            queue.enqueue("naive.handle", event)
        return Response(status=204)

    return app


def _is_signed(body: bytes) -> bool:
    headers, url = request.headers, os.environ["PUBLIC_URL"] + WEBHOOK_PATH
    v3, timestamp = (
        headers["X-HubSpot-Signature-v3"].encode(),
        headers["X-HubSpot-Request-Timestamp"].encode(),
    )
    now_ms = time.time_ns() // 1_000_000
    signed = signature.Signed("POST", url, body, timestamp, v3)
    return signature.verify([os.environ["HUBSPOT_CLIENT_SECRET"]], signed, now_ms) is not None


def _app() -> Flask:
    app = Flask(__name__)
    app.get("/health/live")(lambda: jsonify(status="ok"))
    return app
