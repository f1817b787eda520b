"""Serve GET /health, /health/live, /health/ready: is the process up, and can its servers be
used?"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

import redis
from flask import Blueprint, Response, jsonify

import memory

Check = Callable[[], None]  # returns when all is well, raises otherwise
Cure = Callable[[Exception], str]  # says in one line what is wrong and what to do
ANSWER_SECONDS = 1.5  # for all checks together; monitors give up after two or three
log = logging.getLogger(__name__)


class Unusable(Exception):
    """Say that a server answers and cannot be used all the same. The text is shown: nothing secret
    is in it."""


def blueprint(checks: Mapping[str, Check], seconds: float = ANSWER_SECONDS) -> Blueprint:
    """Serve the health of servers. `checks` maps a server's name to a function that raises when it
    cannot be used."""
    routes = Blueprint("health", __name__)
    asked = {name: _Asked(check) for name, check in checks.items()}

    @routes.get("/health/live")
    def live() -> Response:
        return jsonify(status="ok")

    @routes.get("/health")
    @routes.get("/health/ready")
    def ready() -> tuple[Response, int]:
        results = _results(asked, seconds)
        healthy = all(result == "ok" for result in results.values())
        return jsonify(
            status="ok" if healthy else "unavailable", checks=results
        ), 200 if healthy else 503

    return routes


def say(checks: Mapping[str, Check], cure: Cure) -> threading.Thread:
    """Log a line for each server that cannot be used, once, as a process begins. The process serves
    all the same: it answers 503, and goes on by itself once the server is there."""

    def look() -> None:
        for name, check in checks.items():
            try:
                check()
            except Exception as error:  # as in _result: whatever it raises is its answer
                log.error("%s cannot be used: %s", name.capitalize(), cure(error))

    thread = threading.Thread(target=look, name="first look", daemon=True)
    thread.start()
    return thread


def cure(error: Exception) -> str:
    """Say what keeps Redis from being used; of other servers' errors the class alone."""
    if isinstance(error, redis.RedisError):
        return memory.cure(error)
    if isinstance(error, Unusable):
        return str(error)
    return type(error).__name__


class _Asked:
    """Run a check in a thread of its own: a frozen server does not answer, and a driver may wait
    for it without end. As long as one waits no other is started: asked every second, it holds one
    thread."""

    def __init__(self, check: Check) -> None:
        self._check, self._door = check, threading.Lock()
        self._thread, self._result = threading.Thread(), "ok"

    def ask(self) -> threading.Thread:
        """Answer the check under way, begun now or earlier: all that ask meanwhile share its
        answer."""
        with self._door:
            if not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            return self._thread

    def answer(self, thread: threading.Thread, ends: float) -> str:
        thread.join(max(0.0, ends - time.monotonic()))
        if thread.is_alive():
            return "no answer"
        return self._result

    def _run(self) -> None:
        self._result = _result(self._check)


def _results(asked: Mapping[str, _Asked], seconds: float) -> dict[str, str]:
    """Ask all servers at once; answer which did not reply in time."""
    ends = time.monotonic() + seconds
    threads = {name: each.ask() for name, each in asked.items()}
    return {name: each.answer(threads[name], ends) for name, each in asked.items()}


def _result(check: Check) -> str:
    """Answer the class of an error, never its text: messages of database drivers hold addresses and
    user names."""
    try:
        check()
    except Unusable as error:
        return str(error)
    except Exception as error:  # the outermost frame of a check: whatever it raises is its answer
        return type(error).__name__
    return "ok"
