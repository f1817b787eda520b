"""The receiver as a Flask test client on a real Redis, and deliveries signed like HubSpot's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hubspot.signature import sign_v1, sign_v3
from settings import WEBHOOK_PATH, Settings
from webhooks.app import create_app

SECRET, OLD_SECRET = "current-secret", "previous-secret"
URL = f"https://spoke.example.com{WEBHOOK_PATH}"
EVENT = {
    "eventId": 1,
    "portalId": 62515,
    "subscriptionType": "contact.creation",
    "objectId": 51,
    "occurredAt": 1,
}
Deliver = Callable[..., TestResponse]


def settings(redis_url: str, **changes: Any) -> Settings:
    values = {
        "redis_url": redis_url,
        "hubspot_client_secrets": (SECRET, OLD_SECRET),
        "public_url": "https://spoke.example.com",
        "cron_secret": "cron-secret-of-more-than-32-characters",
    }
    return Settings(**(values | changes))


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def headers(
    body: bytes, secret: str = SECRET, timestamp: str | None = None, url: str = URL
) -> dict[str, str]:
    """Answer the headers of a live delivery: the old signature beside the new one, and a version
    that means the old."""
    stamp = str(now_ms()) if timestamp is None else timestamp
    return {
        "Content-Type": "application/json",
        "X-HubSpot-Signature": sign_v1(secret, body).decode(),
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Signature-v3": sign_v3(secret, "POST", url, body, stamp.encode()).decode(),
        "X-HubSpot-Request-Timestamp": stamp,
    }


@pytest.fixture
def client(redis_url: str) -> Iterator[FlaskClient]:
    yield create_app(settings(redis_url), told_every=0).test_client()


@pytest.fixture
def deliver(client: FlaskClient) -> Deliver:
    """Post events (or raw bytes) with the right signature, unless headers are given."""

    def post(events: Any, **changes: Any) -> TestResponse:
        body = events if isinstance(events, bytes) else json.dumps(events).encode()
        return client.post(WEBHOOK_PATH, data=body, headers=changes.get("headers", headers(body)))

    return post
