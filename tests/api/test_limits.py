"""What a caller may use up: requests of a token, connections, time; and which address is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
import redis
from flask import request
from psycopg.errors import QueryCanceled
from redis.backoff import NoBackoff
from redis.retry import Retry

from api import rest
from db.connect import Database, PoolLimits
from operations import access_tokens, limits
from operations.callers import SCOPES
from operations.limits import REQUESTS, SIGN_INS
from operations.servers import Servers
from tests.api.conftest import OURS, Client

PORTALS = "/api/v1/portals"


def test_a_token_asks_120_times_a_minute_and_others_are_not_kept_from_it(
    asking: Client, served: Servers
) -> None:
    client, other = asking(), asking()
    token_id = client.environ_base["HTTP_AUTHORIZATION"].split("_")[1]
    for _ in range(REQUESTS.most - 1):
        limits.take(served.server, REQUESTS, token_id)
    assert client.get(PORTALS).status_code == 200
    refused = client.get(PORTALS)
    assert (refused.status_code, refused.content_type) == (429, "application/problem+json")
    assert 1 <= int(refused.headers["Retry-After"]) <= REQUESTS.seconds
    assert other.get(PORTALS).status_code == 200


def test_a_window_ends_and_what_was_taken_back_leaves_nothing(served: Servers) -> None:
    taken = [limits.take(served.server, SIGN_INS, "x") for _ in range(SIGN_INS.most + 1)]
    assert [wait > 0 for wait in taken] == [False] * SIGN_INS.most + [True]
    [key] = served.server.keys("spoke:limit:*")
    assert 0 < served.server.ttl(key) <= SIGN_INS.seconds
    limits.give_back(served.server, SIGN_INS, "x")
    assert int(served.server.get(key)) == SIGN_INS.most
    served.server.delete(key)
    limits.give_back(served.server, SIGN_INS, "x")
    assert not served.server.exists(key)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
def test_a_line_of_ipv6_is_one_address(one: str, other: str, is_same: bool) -> None:
    assert (limits.network_of(one) == limits.network_of(other)) is is_same


@pytest.fixture
def without_redis(served: Servers) -> Iterator[Servers]:
    """Give the same servers, with a Redis that nothing listens at."""
    with redis.Redis(port=1, retry=Retry(NoBackoff(), 0)) as nothing:
        yield replace(served, server=nothing)


def test_reads_are_answered_without_redis(without_redis: Servers) -> None:
    token = access_tokens.make(without_redis, "a test", tuple(SCOPES), [OURS])
    client = rest.create(without_redis).test_client()
    asked = {"Authorization": f"Bearer {token}"}
    assert client.get(PORTALS, headers=asked).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "127.0.0.1"), (1, "192.0.2.9"), (2, "192.0.2.8")]
)
def test_only_so_many_proxies_are_believed(served: Servers, proxies: int, seen: str) -> None:
    settings = replace(served.settings, trusted_proxies=proxies)
    app = rest.create(replace(served, settings=settings))
    app.add_url_rule("/who", "who", lambda: str(request.remote_addr))
    forged = {"X-Forwarded-For": "192.0.2.7, 192.0.2.8, 192.0.2.9"}
    assert app.test_client().get("/who", headers=forged).text == seen


def test_with_every_connection_taken_a_request_is_told_to_come_again(served: Servers) -> None:
    with Database(served.database.url, limits=PoolLimits(connections=2, wait_seconds=0.1)) as small:
        token = access_tokens.make(served, "a test", tuple(SCOPES), [OURS])
        client = rest.create(replace(served, database=small)).test_client()
        with ExitStack() as held:
            for _ in range(2):
                held.enter_context(small.transaction())
            answer = client.get(PORTALS, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_a_statement_of_the_pages_has_its_time(database_url: str) -> None:
    with Database(database_url, limits=PoolLimits(statement_seconds=0.05)) as hurried:
        with pytest.raises(QueryCanceled), hurried.transaction() as conn:
            conn.execute("select pg_sleep(5)")
        with hurried.transaction() as conn:
            assert conn.execute("select 1 as one").fetchone() == {"one": 1}
