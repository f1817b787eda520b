"""Asks on schedule, however slow the answers are: an open loop, as people and programs ask.

An answer counts from the moment at which it was due to be asked for. So a server that falls behind
is not spared by a client that waits for it.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

AT_ONCE = 64
PATIENCE_SECONDS = 30
Ask = tuple[str, str, str, bytes, Mapping[str, str]]  # name, method, path, body, headers


@dataclass(slots=True)
class Answers:
    """Milliseconds by name, and the answers that were none."""

    times: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def note(self, name: str, ms: float) -> None:
        """Keep a time."""
        self.times.setdefault(name, []).append(ms)


def on_schedule(port: int, asks: Iterable[Ask], per_second: float, most_seconds: float) -> Answers:
    """Ask each when it is due, `per_second` in all, and wait for the last answer."""
    answers, connections = Answers(), threading.local()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        began = time.perf_counter()
        for place, ask in enumerate(asks):
            due = began + place / per_second
            if due - began >= most_seconds:
                break
            time.sleep(max(0.0, due - time.perf_counter()))
            pool.submit(_ask, answers, _connect(connections, port), ask, due)
    return answers


def _connect(kept: threading.local, port: int) -> Callable[[], http.client.HTTPConnection]:
    """Answer how a thread finds its own connection."""

    def connection() -> http.client.HTTPConnection:
        if not hasattr(kept, "connection"):
            kept.connection = http.client.HTTPConnection("127.0.0.1", port, PATIENCE_SECONDS)
        found: http.client.HTTPConnection = kept.connection
        return found

    return connection


def _ask(
    answers: Answers, connect: Callable[[], http.client.HTTPConnection], ask: Ask, due: float
) -> None:
    name, method, path, body, headers = ask
    connection = connect()
    try:
        answer = _answer(connection, method, path, body, headers)
        said = answer.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        answers.wrong.append(f"{path}: {type(error).__name__}")
        return
    answers.note(name, (time.perf_counter() - due) * 1000)
    if not 200 <= answer.status < 300:
        answers.wrong.append(f"{path}: {answer.status} {said[:200]!r}")


def _answer(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes,
    headers: Mapping[str, str],
) -> http.client.HTTPResponse:
    """Ask, and once more where the server had closed the connection that was idle: as clients do
    with what changes nothing. https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2"""
    was_open = connection.sock is not None
    try:
        connection.request(method, path, body, dict(headers))
        return connection.getresponse()
    except http.client.RemoteDisconnected:
        if not was_open or method != "GET":
            raise
        connection.close()
        connection.request(method, path, body, dict(headers))
        return connection.getresponse()


def percentile(values: Sequence[float], percent: int) -> float:
    """Answer the value that so many of a hundred do not pass."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]
