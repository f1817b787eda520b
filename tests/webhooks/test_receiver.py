"""What the receiver answers to the good, the bad and the forged, and what it leaves in Redis."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest
import redis
from flask.testing import FlaskClient

import deliveries
from settings import WEBHOOK_PATH, SettingsError
from tests.webhooks.conftest import (
    EVENT,
    OLD_SECRET,
    SECRET,
    URL,
    Deliver,
    headers,
    now_ms,
    settings,
)
from webhooks.app import create_app
from webhooks.receiver import MAX_BODY, MAX_EVENTS
from webhooks.refusals import COUNTERS

BODY = json.dumps([EVENT]).encode()


def counted(server: redis.Redis) -> dict[str, int]:
    return {name.decode(): int(count) for name, count in server.hgetall(COUNTERS).items()}


def stored(server: redis.Redis) -> list[bytes]:
    return [delivery.body for batch in deliveries.read(server, 10) for delivery in batch]


def test_a_delivery_is_stored_as_it_came_and_one_wake_up_is_queued(
    deliver: Deliver, redis_client: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "webhooks.receiver"):
        assert deliver(BODY).status_code == 204
    [line] = [each.msg for each in caplog.records if each.name == "webhooks.receiver"]
    assert isinstance(line, dict) and line.pop("ms") > 0 and len(line.pop("request_id")) == 16
    said = {"event": "delivery", "verdict": "accepted", "status": 204, "events": 1}
    assert line == said | {"bytes": len(BODY)}
    assert deliver(BODY).status_code == 204
    assert stored(redis_client) == [BODY, BODY]
    assert redis_client.llen("rq:queue:ingest") == 1
    assert counted(redis_client) == {}


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
def test_while_secrets_rotate_either_is_good(deliver: Deliver, secret: str) -> None:
    assert deliver(BODY, headers=headers(BODY, secret)).status_code == 204


@pytest.mark.parametrize(
    "events",
    [
        [EVENT | {"subscriptionType": "ticket.creation"}],
        [EVENT | {"subscriptionType": "new.kind"}],
        [{"portalId": 9}],
        [],
    ],
)
def test_kinds_that_nobody_mirrors_are_accepted(deliver: Deliver, events: list[object]) -> None:
    """Any 4xx would make HubSpot send them ten times more."""
    assert deliver(events).status_code == 204


def test_a_query_of_the_target_url_is_part_of_what_is_signed(client: FlaskClient) -> None:
    """As HubSpot decodes it: %3A becomes a colon, %20 stays. Another query is another URL."""
    query = "?token=a%3Ab%20c&x=1"
    signed = headers(BODY, url=f"{URL}?token=a:b%20c&x=1")
    paths = (WEBHOOK_PATH + query, WEBHOOK_PATH, WEBHOOK_PATH + query + "2")
    answers = [client.post(path, data=BODY, headers=signed).status_code for path in paths]
    assert answers == [204, 401, 401]


STALE, FUTURE = str(now_ms() - 301_000), str(now_ms() + 3_600_000)
# Made when they are sent: a signature is good for five minutes.
FORGED: dict[str, Callable[[], dict[str, str]]] = {
    "no signature at all": lambda: {},
    "wrong secret": lambda: headers(BODY, "guess"),
    "stale": lambda: headers(BODY, timestamp=STALE),
    "from the future": lambda: headers(BODY, timestamp=FUTURE),
    "no timestamp": lambda: {
        k: v for k, v in headers(BODY).items() if k != "X-HubSpot-Request-Timestamp"
    },
    "timestamp in seconds": lambda: headers(BODY, timestamp=str(now_ms() // 1000)),
    "signed for another host": lambda: headers(
        BODY, url="https://evil.example.com/webhooks/hubspot"
    ),
    "of another body": lambda: headers(b"[]"),
    "truncated": lambda: (
        headers(BODY) | {"X-HubSpot-Signature-v3": headers(BODY)["X-HubSpot-Signature-v3"][:-1]}
    ),
    "not ASCII": lambda: headers(BODY) | {"X-HubSpot-Signature-v3": "caf\xe9"},
    "empty": lambda: headers(BODY) | {"X-HubSpot-Signature-v3": ""},
    "v1 alone": lambda: {k: v for k, v in headers(BODY).items() if "v3" not in k},
    "wrong v3 beside a right v1": lambda: headers(BODY) | {"X-HubSpot-Signature-v3": "AAAA"},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_what_hubspot_did_not_sign_is_401_counted_and_not_stored(
    deliver: Deliver, redis_client: redis.Redis, forged: Callable[[], dict[str, str]]
) -> None:
    assert deliver(BODY, headers=forged()).status_code == 401
    assert stored(redis_client) == []
    assert counted(redis_client) == {"unauthorized": 1}


def test_v1_counts_only_where_it_is_allowed_and_never_against_a_wrong_v3(redis_url: str) -> None:
    allowed = create_app(
        settings(redis_url, hubspot_allow_v1_signature=True), told_every=0
    ).test_client()
    assert allowed.post(WEBHOOK_PATH, data=BODY, headers=FORGED["v1 alone"]()).status_code == 204
    assert (
        allowed.post(
            WEBHOOK_PATH, data=BODY, headers=FORGED["wrong v3 beside a right v1"]()
        ).status_code
        == 401
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}",
        b'"text"',
        b"[1]",
        b"[[]]",
        b"[null]",
        b'[{}, "x"]',
        b"\xff\xfe",
        b"[" * 100_000,
        b"NaN",
    ],
)
def test_what_is_no_delivery_is_400_counted_and_not_stored(
    deliver: Deliver, redis_client: redis.Redis, body: bytes
) -> None:
    assert deliver(body).status_code == 400
    assert stored(redis_client) == []
    assert counted(redis_client) == {"malformed": 1}


@pytest.mark.parametrize(
    "value",
    [b"caf\xe9", b"\xe2\x82", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80"],
    ids=["latin-1", "cut", "overlong", "surrogate", "beyond Unicode", "continuation alone"],
)
@pytest.mark.parametrize(
    "body", [b'[{"propertyValue": "%s"}]', b'[{"%s": 1}]', b"[{}]%s"], ids=["value", "name", "end"]
)
def test_invalid_utf_8_is_400_counted_and_not_stored(
    deliver: Deliver, redis_client: redis.Redis, body: bytes, value: bytes
) -> None:
    """However well it is signed: PostgreSQL could not store it, and guessing what was meant would
    make data up."""
    assert deliver(body % value).status_code == 400
    assert stored(redis_client) == []
    assert counted(redis_client) == {"malformed": 1}


def test_another_encoding_of_json_is_400(deliver: Deliver) -> None:
    assert deliver(json.dumps([EVENT]).encode("utf-16")).status_code == 400


def test_a_lone_surrogate_is_strange_but_json(deliver: Deliver) -> None:
    assert deliver(b'[{"propertyValue": "\\ud800"}]').status_code == 204


def test_a_body_that_declares_more_than_a_delivery_holds_is_413(
    deliver: Deliver, redis_client: redis.Redis
) -> None:
    assert deliver(b"[" + b" " * MAX_BODY + b"]").status_code == 413
    assert stored(redis_client) == []
    assert counted(redis_client) == {"too_large": 1}


@pytest.mark.parametrize(
    "events", [{}, {"propertyValue": "\ud800"}], ids=["walked over", "read slowly"]
)
def test_a_delivery_of_more_events_than_anybody_sends_is_413_and_counted(
    deliver: Deliver, redis_client: redis.Redis, events: dict[str, str]
) -> None:
    assert deliver([events] * MAX_EVENTS).status_code == 204
    assert deliver([events] * (MAX_EVENTS + 1)).status_code == 413
    assert [len(json.loads(body)) for body in stored(redis_client)] == [MAX_EVENTS]
    assert counted(redis_client) == {"too_many": 1}


def test_a_number_of_more_digits_than_python_reads_is_json(deliver: Deliver) -> None:
    assert (
        deliver(b'[{"propertyValue": %s, "other": "\\ud800"}]' % (b"9" * 5_000)).status_code == 204
    )


def test_a_receiver_without_secrets_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_URL", "HUBSPOT_CLIENT_SECRET", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(
        SettingsError, match=r"REDIS_URL is not set; HUBSPOT_CLIENT_SECRET is not set; PUBLIC_URL"
    ):
        create_app()
