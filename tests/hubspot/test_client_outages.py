"""What the client makes of a HubSpot that refuses, stumbles or is not there. The wire is real;
nothing is mocked."""

from __future__ import annotations

import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from hubspot.client import Client
from hubspot.errors import (
    HubSpotError,
    Locked,
    Migrating,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
)
from hubspot.rate_limit import RateLimit
from tests import processes

TOKEN = "pat-na1-never-to-be-seen"
Answer = Callable[[BaseHTTPRequestHandler], None]


class Impatient(HTTPAdapter):
    """The real wire, with less patience than the client asks for."""

    def send(self, request: requests.PreparedRequest, *_: Any, **more: Any) -> requests.Response:
        return super().send(request, **(more | {"timeout": (0.3, 0.3)}))


def answer(status: int, body: bytes, **headers: str) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Give a tiny HTTP server that answers every request in one way: its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()

        def start(send: Answer) -> str:
            quiet = {"log_message": lambda *_: None, "do_GET": send, "do_POST": send}
            server.RequestHandlerClass = type("Handler", (BaseHTTPRequestHandler,), quiet)
            return f"http://127.0.0.1:{server.server_port}"

        yield start
        server.shutdown()


@pytest.fixture
def client_at(limit: RateLimit) -> Iterator[Callable[[str], Client]]:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", Impatient())
        yield lambda url: Client(url, TOKEN, "2026-09", limit, session)


def failure(client: Client) -> HubSpotError:
    with pytest.raises(HubSpotError) as raised:
        client.list_page("contacts", ["email"])
    assert TOKEN not in "".join(traceback.format_exception(raised.value))
    return raised.value


@pytest.mark.parametrize(
    "send",
    [
        answer(200, b"<html>We'll be right back</html>", Content_Type="text/html"),
        answer(200, b""), answer(204, b""), answer(200, b"[]"), answer(200, b'"text"'), answer(200,
            b"null"),
        answer(200, b'{"results": ['), answer(200, b'{"results": null}'), answer(200,
            b'{"results": {}}'),
        answer(200, b"{}"), answer(200, b'{"results": [null]}'), answer(200,
            b'{"results": [["a"]]}'),
        answer(200, b'{"results": []}', Content_Length="500"), answer(200, b"\xff\xfe"),
        answer(200, b"not gzip", Content_Encoding="gzip"), answer(502, b"<html>Bad gateway</html>"),
        answer(524, b""),
        answer(503, b"[]"), lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"),
        lambda handler: handler.connection.close(), lambda handler: threading.Event().wait(0.6),
    ],
    ids=range(21),
)  # fmt: skip
def test_a_garbled_cut_or_late_answer_is_unavailable(
    serve: Callable[[Answer], str], client_at: Callable[[str], Client], send: Answer
) -> None:
    found = failure(client_at(serve(send)))
    assert (type(found), found.retry_in) == (Unavailable, 30.0)


@pytest.mark.parametrize(
    "body", [b"{}", b'{"portalId": null}', b'{"portalId": "a"}', b'{"portalId": 1.5}']
)
def test_an_account_without_an_id_is_no_answer(
    serve: Callable[[Answer], str], client_at: Callable[[str], Client], body: bytes
) -> None:
    with pytest.raises(Unavailable):
        client_at(serve(answer(200, body))).account()


def test_a_refused_connection_is_unavailable(client_at: Callable[[str], Client]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        found = failure(client_at(f"http://127.0.0.1:{unused.getsockname()[1]}"))
    assert type(found) is Unavailable
    assert str(found) == "no answer to GET /crm/objects/2026-09/contacts: ConnectionError"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_so_that_the_token_goes_nowhere_else(
    serve: Callable[[Answer], str], client_at: Callable[[str], Client], status: int
) -> None:
    paths: list[str] = []

    def send(handler: BaseHTTPRequestHandler) -> None:
        paths.append(handler.path)
        answer(status, b"", Location="/elsewhere")(handler)

    assert type(failure(client_at(serve(send)))) is Refused
    assert len(paths) == 1 and "elsewhere" not in paths[0]


@pytest.mark.parametrize(
    ("fault", "kind", "retry_in"),
    [
        ({"fault": "html"}, Unavailable, 30.0),
        ({"fault": "cut"}, Unavailable, 30.0),
        ({"fault": "status", "status": 500}, Unavailable, 30.0),
        ({"fault": "timeout", "ms": 10}, Unavailable, 30.0),
        ({"fault": "locked"}, Locked, 2.0),
        ({"fault": "moving", "retry_after": 90.5}, Migrating, 90.5),
        ({"fault": "unauthenticated"}, Unauthorized, None),
        ({"fault": "rate_limit"}, RateLimited, 10.0),
        ({"fault": "daily_limit"}, RateLimited, 3600.0),
    ],
)
def test_hubspots_faults_are_told_apart(
    client: Client,
    simulated: processes.Simulator,
    fault: dict[str, Any],
    kind: type,
    retry_in: float | None,
) -> None:
    simulated.control("faults", api=[fault])
    with pytest.raises(HubSpotError) as raised:
        client.list_page("contacts", ["email"])
    assert (type(raised.value), raised.value.retry_in) == (kind, retry_in)


def test_a_429_of_search_stops_searches_only(
    client: Client, simulated: processes.Simulator, limit: RateLimit
) -> None:
    simulated.control("faults", api=[{"fault": "rate_limit", "times": 1}])
    started = time.monotonic()
    with pytest.raises(RateLimited, match="secondly limit"):
        client.search("contacts", [], "hs_object_id", [])
    with limit.request():
        assert time.monotonic() - started < 0.8
    with limit.request("search"):
        assert time.monotonic() - started > 1


def test_a_429_of_the_day_stops_everything_but_searches(
    client: Client, simulated: processes.Simulator, limit: RateLimit
) -> None:
    simulated.control("faults", api=[{"fault": "daily_limit", "times": 1}])
    with pytest.raises(RateLimited, match="daily limit"):
        client.account()
    with pytest.raises(RateLimited, match=r"spent for 359\d s"):
        client.account()
    assert client.search("contacts", [], "hs_object_id", []).records


def test_a_batch_that_hubspot_read_only_in_part_is_unavailable(
    serve: Callable[[Answer], str], client_at: Callable[[str], Client]
) -> None:
    body = (
        b'{"results":[],"errors":[{"category":"OBJECT_NOT_FOUND"},'
        b'{"category":"INTERNAL","message":"shard 7"}]}'
    )
    client = client_at(serve(answer(207, body)))
    with pytest.raises(Unavailable, match="shard 7"):
        client.batch_read("contacts", ["1"], [])
    with pytest.raises(Unavailable, match="shard 7"):
        client.associations("contacts", "deals", ["1"])
