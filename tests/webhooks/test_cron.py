"""/cron/reconcile: who may ring, and what that queues."""

from __future__ import annotations

import pytest
import redis
from flask.testing import FlaskClient

from tests.webhooks.conftest import settings
from webhooks.app import create_app

RIGHT = "Bearer cron-secret-of-more-than-32-characters"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_right_secret_queues_one_reconcile(
    client: FlaskClient, redis_client: redis.Redis, method: str
) -> None:
    answer = client.open("/cron/reconcile", method=method, headers={"Authorization": RIGHT})
    assert (answer.status_code, answer.json) == (202, {"status": "queued"})
    assert redis_client.llen("rq:queue:backfill") == 1


@pytest.mark.parametrize(
    "header", ["", "Bearer ", "Bearer wrong", RIGHT[7:], RIGHT + "x", "Bearer caf\xe9"]
)
def test_any_other_is_401_and_queues_nothing(
    client: FlaskClient, redis_client: redis.Redis, header: str
) -> None:
    assert client.get("/cron/reconcile", headers={"Authorization": header}).status_code == 401
    assert redis_client.llen("rq:queue:backfill") == 0


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer"])
def test_without_a_configured_secret_nobody_may(redis_url: str, header: str) -> None:
    client = create_app(settings(redis_url, cron_secret="")).test_client()
    assert client.get("/cron/reconcile", headers={"Authorization": header}).status_code == 401


def test_redis_gone_is_503() -> None:
    client = create_app(settings("redis://127.0.0.1:1/0")).test_client()
    assert client.get("/cron/reconcile", headers={"Authorization": RIGHT}).status_code == 503


def test_after_ten_wrong_tokens_a_minute_guesses_are_429_and_the_right_one_is_not(
    client: FlaskClient,
) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    statuses = [client.get("/cron/reconcile", headers=wrong).status_code for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    answer = client.get("/cron/reconcile", headers=wrong)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert client.get("/cron/reconcile", headers={"Authorization": RIGHT}).status_code == 202
