"""Serve POST /webhooks/hubspot: size → timestamp → signature → JSON → room → one Redis round trip →
204.

The cheapest check comes first. HubSpot waits 5 seconds and retries every answer that is not 2xx for
24 hours. So the answer is 2xx only once Redis has the delivery, and 503 when it cannot have it:
HubSpot is our last queue. Kinds of events that we do not mirror get 2xx, too.
https://developers.hubspot.com/docs/api/webhooks
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import NamedTuple

import msgspec
import redis
from flask import Blueprint, Request, Response, request

import deliveries
import jobs
import log_lines
from hubspot import json_text, signature
from hubspot.signature import Signed
from settings import WEBHOOK_PATH, Settings
from webhooks.causes import likely_cause
from webhooks.inlet import Inlet, NotDurable
from webhooks.refusals import Refusals
from webhooks.room import Room

MAX_BODY = 1_000_000  # bytes; HubSpot's deliveries are at most 100 small events
# ten times as many as HubSpot puts into one; a million of them would fit into MAX_BODY
MAX_EVENTS = 1_000
CAUSES = {  # of what is counted and told; Redis cannot count that Redis was away
    "too_large": "its body is longer than a delivery can be",
    "too_many": "it has more events than a delivery can have",
    "malformed": "it is signed, and no list of events",
    "incomplete": "its sender stopped in the middle, or was cut off to make way for others",
    "unauthorized": "",  # found out one by one
}
# The headers as WSGI names them.
_V3, _V1 = "HTTP_X_HUBSPOT_SIGNATURE_V3", "HTTP_X_HUBSPOT_SIGNATURE"
_TIMESTAMP = "HTTP_X_HUBSPOT_REQUEST_TIMESTAMP"
_GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}")  # an id that a proxy gave the request
log = log_lines.lines(__name__)


class _Event(msgspec.Struct):
    """Accept any object: no field of it is wanted here."""


_EVENTS = msgspec.json.Decoder(list[_Event])


def blueprint(settings: Settings, server: redis.Redis, told_every: float = 1.0) -> Blueprint:
    """Build the receiving route. `server` must fail fast: see webhooks.app.connect. Refusals are
    explained and told every `told_every` seconds: finding a cause costs four signatures of a
    body."""
    routes = Blueprint("receiver", __name__)
    inlet, room = Inlet(server, settings.hubspot_client_secrets[0]), Room(server)
    refusals = Refusals(server, told_every)
    causes = _Causes(settings, told_every)

    @routes.post(WEBHOOK_PATH)
    def receive() -> Response:
        began, body = time.monotonic(), _read(request)
        verdict = _receive(settings, server, inlet, room, request, body)
        if cause := CAUSES.get(verdict.name):
            refusals.note(verdict.name, request.path, cause)
        elif verdict.name in CAUSES:
            refusals.note(verdict.name, request.path, causes.of(request, body))
        else:
            _say(verdict, began, len(body or b""))
        return Response(status=verdict.status)

    return routes


def _say(verdict: Reception, began: float, size: int) -> None:
    """Write the line of a delivery that HubSpot has signed. Strangers get none: see refusals.py.
    Where nobody reads such lines, none of it is made."""
    if not log.isEnabledFor(logging.INFO):
        return
    given = request.headers.get("X-Request-Id", "")
    log.info(
        "delivery",
        verdict=verdict.name,
        status=verdict.status,
        events=verdict.events,
        bytes=size,
        ms=log_lines.milliseconds_since(began),
        request_id=given if _GIVEN.fullmatch(given) else secrets.token_hex(8),
    )


class Reception(NamedTuple):
    """Say what became of a request: the name it is counted under, the answer, and how many events
    it had."""

    name: str
    status: int
    events: int = 0


class _Causes:
    """Find why requests were not believed: the last one's cause stands for all of the same
    second."""

    def __init__(self, settings: Settings, every_seconds: float) -> None:
        self._settings, self._every = settings, every_seconds
        self._next, self._said = float("-inf"), ""

    def of(self, incoming: Request, body: bytes | None) -> str:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every
            self._said = likely_cause(self._settings, incoming, body or b"")
        return self._said


def _receive(
    settings: Settings,
    server: redis.Redis,
    inlet: Inlet,
    room: Room,
    incoming: Request,
    body: bytes | None,
) -> Reception:
    """Check a request, and keep its body where it is a delivery."""
    if body is None:
        return Reception("too_large", 413)
    if len(body) < (incoming.content_length or 0):
        return Reception("incomplete", 400)
    if not _is_signed(settings, incoming, body):
        return Reception("unauthorized", 401)
    events = _count_events(body)
    if events is None:
        return Reception("malformed", 400)
    if events > MAX_EVENTS:
        return Reception("too_many", 413)
    return Reception(*_keep(server, inlet, room, body, _signed_by(incoming)), events)


def _signed_by(incoming: Request) -> bytes:
    """Say so where only the old signature vouched: it holds for ever, so it may erase no record."""
    return deliveries.OLD_SIGNATURE if _header(incoming, _V3) is None else b""


def _keep(
    server: redis.Redis, inlet: Inlet, room: Room, body: bytes, signed_by: bytes
) -> tuple[str, int]:
    """Make a verified delivery durable."""
    try:
        if room.is_short():
            return "full", 503
        if inlet.append(body, signed_by):
            _wake(server)
    except NotDurable:  # logged where its whole batch was
        return "unavailable", 503
    except redis.RedisError as error:
        log.error(
            "Redis cannot say whether it has room, HubSpot will send again: %s",
            type(error).__name__,
        )
        return "unavailable", 503
    return "accepted", 204


def _read(incoming: Request) -> bytes | None:
    """Read the body; answer None when it is longer than a delivery can be. It is read by hand: for
    a chunked body Flask's MAX_CONTENT_LENGTH cuts at the limit without a word, and the signature
    would fail instead."""
    declared = incoming.content_length
    if (declared or 0) > MAX_BODY:
        return None
    if declared is None and not incoming.environ.get("wsgi.input_terminated"):
        return b""
    body: bytes = incoming.environ["wsgi.input"].read(
        MAX_BODY + 1 if declared is None else declared
    )
    return body if len(body) <= MAX_BODY else None


def _is_signed(settings: Settings, incoming: Request, body: bytes) -> bool:
    """Verify against the configured URL, never one rebuilt from the request: behind a proxy host
    and scheme are hearsay."""
    v1 = None
    if settings.hubspot_allow_v1_signature:
        v1 = _header(incoming, _V1)
    signed = Signed(
        incoming.method,
        _called(settings, incoming),
        body,
        timestamp=_header(incoming, _TIMESTAMP) or b"",
        v3=_header(incoming, _V3),
        v1=v1,
    )
    place = signature.verify(settings.hubspot_client_secrets, signed, time.time_ns() // 1_000_000)
    if place:
        log.info(
            "A delivery was signed with client secret no. %d: keep the old one until this stops",
            place + 1,
        )
    return place is not None


def _header(incoming: Request, name: str) -> bytes | None:
    """Answer a header's bytes, None where it is missing. It is read where the server put it:
    werkzeug's headers cost four times as much, and each delivery has six reads."""
    value: str | None = incoming.environ.get(name)
    if value is None:
        return None
    return value.encode(errors="replace")


def _called(settings: Settings, incoming: Request) -> str:
    """Answer the URL that HubSpot signed. A query of the target URL (a platform's bypass token,
    say) is part of it and comes with the request; a sender who changes it lacks the secret to sign
    it."""
    if query := incoming.query_string.decode("latin-1"):
        return f"{settings.webhook_url}?{query}"
    return settings.webhook_url


def _count_events(body: bytes) -> int | None:
    """Count the events; answer None for anything but a JSON array of objects in UTF-8.

    The fast parser only walks over it: building the objects takes three times as long. A refused
    body is parsed again slowly, since an escaped lone surrogate is strange but JSON.
    """
    try:
        body.decode()  # the walk looks into no string, and Python's json guesses other encodings
    except UnicodeDecodeError:
        return None
    try:
        return len(_EVENTS.decode(body))
    except (msgspec.DecodeError, RecursionError):
        events = _parse_slowly(body)
        if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
            return None
        return len(events)


def _parse_slowly(body: bytes) -> object:

    try:
        return json_text.loads(body)
    except ValueError:
        return None


def _wake(server: redis.Redis) -> None:
    """Wake an ingest for the delivery. Redis has it, so the answer is 2xx even if the wake-up could
    not be queued: that costs seconds, the clock sends another."""
    try:
        jobs.enqueue(server, jobs.INGEST)
    except (
        Exception
    ) as error:  # whatever it is: the delivery is safe, and no other answer would be true
        log.warning(
            "A delivery is safe but its wake-up could not be queued: %s", type(error).__name__
        )
