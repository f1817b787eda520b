"""17: requests that no program means to send, a million of them, before the receiver alone."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random
from typing import BinaryIO

import psutil

import deliveries
from lab.benchmarks import load
from lab.faults.receiver_pressed import Receiver, receiving
from lab.faults.scenario import Plan, Result, scenario
from settings import WEBHOOK_PATH

_CLIENTS, _AT_ONCE = 4, 29  # connections; requests that one sends before it reads the answers
_SIGNED = 0.05  # the share that is signed in earnest
_METHODS = ("POST", "POST", "POST", "PUT", "GET", "DELETE", "PATCH", "OPTIONS", "BREW", "POSTT")
_PATHS = (
    WEBHOOK_PATH, WEBHOOK_PATH, WEBHOOK_PATH + "/", WEBHOOK_PATH + "?a=%00", "/", "//", "/%2e%2e/",
    "/health/live", "/health", "/cron/reconcile", "/webhooks/%68ubspot",
    "/\u00e9",
)  # fmt: skip
_HEADERS = (
    "X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp", "X-HubSpot-Signature", "Content-Type",
    "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-Id", "Authorization", "Expect-CT", "Cookie",
    "Content-Encoding", "Accept", "X-HubSpot-Signature-Version", "Range", "If-None-Match",
)  # fmt: skip
_TEXTS = (
    b"", b"0", b"-1", b"1e999", b"\xff\xfe", b"v3", b"=" * 44, b"gzip", b"bytes=0-", b"../" * 20,
    b"'; drop table contacts; --", b"%s%n%x", b"{{7*7}}", b"${jndi:ldap://x}", b"A" * 5_000,
    b"9" * 400, b"<script>alert(1)</script>", "\u202e".encode(), b"1699999999999",
)  # fmt: skip
_JSON = (
    b"[]", b"{}", b"[[]]", b"null", b"[1]", b"[" * 3_000, b"[NaN]", b'[{"eventId":1e400}]', b"\x00",
    b'[{"a":"\\ud800"}]', b'[{"portalId":-1,"objectId":[]}]',
    b'[{"objectId":' + b"9" * 6_000 + b"}]",
    b'\xef\xbb\xbf[{"eventId":1}]', b"[{}]" * 40, b'[{"a":1,"a":2}]', b"\xff" * 90, b"[{}", b"",
)  # fmt: skip


@scenario(
    17,
    "A million fuzzed requests",
    "1,000,000 requests from four connections: methods, paths, headers and bodies mutated at "
    "random; one in thirty is no HTTP at all, and one in twenty is signed in earnest around a "
    "strange body; then ordinary deliveries",
    "no answer is 5xx, none of the unsigned is 2xx; the receiver takes less than 1.5 times the "
    "memory of after the first tenth, and no more descriptors; the ordinary ones are 204",
)
def fuzz(plan: Plan) -> Result:
    count = plan.size(1_000_000, 2_000)
    with receiving() as receiver:
        began, told = time.monotonic(), _sent(receiver, plan.seed, count // 10)
        before = _held(receiver)
        told += _sent(receiver, plan.seed + 1_000, count - count // 10)
        seconds, after = time.monotonic() - began, _held(receiver)
        ordinary = Counter(_ordinary(receiver, place) for place in range(100))
    words = ", ".join(f"{number:,} x {status}" for status, number in sorted(told.items()))
    counted = (
        f"{told.total():,} requests in {seconds:.0f} s: {words}; memory {before[0] / 1e6:.0f} → "
        f"{after[0] / 1e6:.0f} MB, descriptors {before[1]} → {after[1]}; then {dict(ordinary)}"
    )
    broken = [status for status in told if status[0] == "5" or status.startswith("believed")]
    grows = after[0] > 1.5 * before[0] or after[1] > before[1] + _CLIENTS
    return Result(counted, not broken and not grows and ordinary == {"204": 100})


def _held(receiver: Receiver) -> tuple[int, int]:
    """Answer the bytes and descriptors of the receiver's processes."""
    mine = psutil.Process().children(recursive=True)
    found = [each for each in mine if f":{receiver.port}" in " ".join(each.cmdline())]
    return sum(each.memory_info().rss for each in found), sum(each.num_fds() for each in found)


def _sent(receiver: Receiver, seed: int, count: int) -> Counter[str]:
    with ThreadPoolExecutor(_CLIENTS) as threads:
        asked = [
            threads.submit(_client, receiver, Random(seed + place), count // _CLIENTS)
            for place in range(_CLIENTS)
        ]
        return sum((each.result() for each in asked), Counter())


def _client(receiver: Receiver, random: Random, count: int) -> Counter[str]:
    told, left = Counter[str](), count
    while left > 0:
        batch = [_request(receiver, random) for _ in range(min(_AT_ONCE, left))]
        batch.append(("garbled", _garbled(receiver, random)))
        left -= len(batch)
        while batch:
            answers = [*_answers(receiver, batch)] or ["closed"]
            told.update(answers)
            batch = batch[len(answers) :]
        # nobody takes what was believed out of the stream
        receiver.server.xtrim(deliveries.STREAM, maxlen=1_000)
    return told


def _request(receiver: Receiver, random: Random) -> tuple[str, bytes]:
    """Make a request whose frame is whole, so that the next one is understood."""
    body = _body(receiver, random)
    if random.random() < _SIGNED:
        return "signed", load.signed([body], receiver.url, receiver.secret)[0]
    lines = [f"{random.choice(_METHODS)} {random.choice(_PATHS)} HTTP/1.1".encode("latin-1")]
    lines += [b"Host: 127.0.0.1", b"Content-Length: %d" % len(body)]
    for name in random.sample(_HEADERS, random.randrange(6)):
        lines.append(name.encode() + b": " + random.choice(_TEXTS))
    return "unsigned", b"\r\n".join([*lines, b"", b""]) + body


def _body(receiver: Receiver, random: Random) -> bytes:
    if random.random() < 0.7:
        return random.choice(_JSON)
    start = bytearray(receiver.bodies[random.randrange(len(receiver.bodies))][:2_000])
    for _ in range(random.randrange(1, 9)):
        start[random.randrange(len(start))] = random.randrange(256)
    return bytes(start)


def _garbled(receiver: Receiver, random: Random) -> bytes:
    """Break the frame of a request: any of its bytes, and where it ends."""
    whole = bytearray(_request(receiver, random)[1][:3_000])
    for _ in range(random.randrange(1, 20)):
        whole[random.randrange(min(len(whole), 300))] = random.randrange(256)
    return bytes(whole[: random.randrange(1, len(whole) + 1)])


def _answers(receiver: Receiver, batch: list[tuple[str, bytes]]) -> Iterator[str]:
    """Send requests one after another on a connection, and yield the status of each, until the
    receiver hangs up."""
    connection = socket.create_connection(("127.0.0.1", receiver.port), timeout=30)
    with connection, suppress(OSError), connection.makefile("rb") as answers:
        connection.sendall(b"".join(request for _, request in batch))
        connection.shutdown(socket.SHUT_WR)
        for kind, _ in batch:
            status = _status(answers)
            if not status:
                return
            yield f"believed {status}" if kind != "signed" and status == "204" else status


def _status(answers: BinaryIO) -> str:
    """Read one answer to its end; nothing where there is none."""
    line, length = answers.readline(), 0
    if not line:
        return ""
    while head := answers.readline().strip():
        name, _, value = head.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    answers.read(length)
    return line[9:12].decode()


def _ordinary(receiver: Receiver, place: int) -> str:
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=60) as connection:
        connection.sendall(receiver.request(place))
        return connection.recv(4096)[9:12].decode()
