"""Send one request to HubSpot: under the rate limit, with explicit timeouts, and the right error
for every answer that is not a JSON object with a 2xx status."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from typing import Any

import orjson
import requests

from hubspot import json_text
from hubspot.errors import RateLimited, Unavailable, from_response
from hubspot.json_types import JsonObject
from hubspot.rate_limit import RateLimit

TIMEOUT = (5, 30)  # seconds to connect, to wait for the next byte
LOOK_SECONDS = 0.1  # how long a request that hangs may keep a caller who gives up


class Transport:
    """Hold HubSpot's address and one portal's token, which `fingerprint` names without telling
    it."""

    def __init__(
        self, base_url: str, token: str, limit: RateLimit, session: requests.Session
    ) -> None:
        self._base_url, self._session = base_url, session
        self._limit = limit
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.fingerprint = hashlib.sha256(f"{base_url} {token}".encode()).hexdigest()

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> JsonObject:
        return self._send(
            "GET",
            path,
            query={key: value for key, value in (query or {}).items() if value is not None},
        )

    def post(self, path: str, body: JsonObject) -> JsonObject:
        return self._send("POST", path, body=orjson.dumps(body))

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: bytes | None = None,
    ) -> JsonObject:
        """Send one request under the rate limit. Raises HubSpotError; its message never holds the
        token or a body."""
        pool = "search" if path.endswith("/search") else "rolling"
        request = f"{method} {path.partition('?')[0]}"
        try:
            with self._limit.request(pool) as sent:
                answer = self._answer(
                    lambda: self._session.request(
                        method, self._base_url + path, params=query, data=body,
                        headers=self._headers, timeout=TIMEOUT,
                        allow_redirects=False,
                    )
                )  # fmt: skip
                sent.status = str(answer.status_code)
        except requests.RequestException as error:
            raise Unavailable(f"no answer to {request}: {type(error).__name__}") from error
        self._limit.observe(answer.headers)
        try:
            return _inspect(answer, request)
        except RateLimited as error:
            self._limit.block(error.retry_in or 0, pool)
            raise

    def _answer(self, ask: Callable[[], requests.Response]) -> requests.Response:
        """Ask in a thread of its own, at a cost of 0.1 ms. HubSpot may hang for as long as TIMEOUT,
        and a caller whose process ends gives up at once: `rest` raises then. The thread ends with
        its request, or with the process."""
        answer: Future[requests.Response] = Future()
        threading.Thread(target=_run, args=(ask, answer), name="request", daemon=True).start()
        while wait([answer], LOOK_SECONDS).not_done:
            self._limit.rest(0)
        return answer.result()


def _run(ask: Callable[[], requests.Response], answer: Future[requests.Response]) -> None:
    """Run a request in its thread: the caller that waits gets its answer or its error."""
    try:
        answer.set_result(ask())
    except BaseException as error:
        answer.set_exception(error)


def _inspect(answer: requests.Response, request: str) -> JsonObject:
    """Answer the body of a 2xx as an object. Raises the right error for every other answer, HTML
    with status 200 included."""
    try:
        body = json_text.loads(answer.content) if answer.content else {}
    except ValueError:
        body = None
    if not 200 <= answer.status_code < 300:
        raise from_response(
            answer.status_code, body if isinstance(body, dict) else {}, answer.headers, request
        )
    if not isinstance(body, dict):
        raise Unavailable(
            f"HubSpot answered {answer.status_code} to {request} with something that is not a JSON "
            "object"
        )
    return body
