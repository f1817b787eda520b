"""A Redis that misbehaves: a real one behind a wire that answers the receiver's script in its own
way. And a process of greenlets that deliver through it, of which one is killed while its script is
under way."""

from __future__ import annotations

import json
import socket
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import redis
from flask import Flask

from settings import Settings
from webhooks import receiver

PASS = b"pass"  # the script goes to Redis, and its answer back
HOLD = b"hold"  # the same, once the test lets it go on
CLOSE = b""
Reply = bytes  # PASS, HOLD, or what is answered while Redis hears nothing


class Wire:
    """Stands before a Redis. Each script gets the next reply of the plan, and PASS when the plan is
    over."""

    def __init__(self, redis_url: str, *plan: Reply) -> None:
        self.redis_url, self.plan = redis_url, list(plan)
        self.scripts = 0  # that came so far
        self._go_on, self._over = threading.Semaphore(0), False

    def let_one_go_on(self) -> None:
        self._go_on.release()

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Give the address at which it misbehaves."""
        wire = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(ConnectionError):
                    wire.serve(self.request)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        try:
            yield f"redis://127.0.0.1:{server.server_address[1]}{urlsplit(self.redis_url).path}"
        finally:
            self._over = True
            self._go_on.release(100)
            server.shutdown()
            server.server_close()

    def serve(self, client: socket.socket) -> None:
        """Serve one connection until a side ends it. What tests send comes in one piece: it is
        small."""
        address = urlsplit(self.redis_url)
        with socket.create_connection((address.hostname or "", address.port or 6379)) as server:
            while sent := client.recv(1 << 16):
                reply = self._reply() if b"EVAL" in sent else PASS
                if reply == CLOSE:
                    return
                client.sendall(_passed(server, sent) if reply in (PASS, HOLD) else reply)

    def _reply(self) -> Reply:
        reply = self.plan.pop(0) if self.plan else PASS
        self.scripts += 1
        if reply == HOLD:
            self._go_on.acquire()
        return CLOSE if self._over else reply


def _passed(server: socket.socket, sent: bytes) -> bytes:
    server.sendall(sent)
    return server.recv(1 << 16)


def patient_app(settings: Settings, redis_url: str) -> Flask:
    """Make the receiver with a client of Redis that waits for a minute: held up, it must not time
    out by itself."""
    app = Flask(__name__)
    app.register_blueprint(
        receiver.blueprint(settings, redis.Redis.from_url(redis_url, socket_timeout=60))
    )
    return app


def deliver_and_kill(redis_url: str, cause: str) -> None:
    """Deliver in a process of greenlets: a delivery is held up, and two gather behind it. The one
    of them that sends both is killed. Then one more is delivered. Prints what became of each; waits
    for a line of input at each step."""
    import gevent

    from tests.webhooks.conftest import EVENT, headers
    from tests.webhooks.conftest import settings as settings_of

    kind: type[BaseException] = {"GreenletExit": gevent.GreenletExit, "Timeout": gevent.Timeout}[
        cause
    ]
    app, told = patient_app(settings_of(redis_url), redis_url), dict[str, int | str]()

    def deliver(name: str) -> None:
        body = json.dumps([EVENT | {"eventId": name}]).encode()
        try:
            told[name] = (
                app.test_client()
                .post("/webhooks/hubspot", data=body, headers=headers(body))
                .status_code
            )
        except kind as error:
            told[name] = type(error).__name__

    def step() -> None:
        gevent.sleep(0)
        print("step", flush=True)
        gevent.get_hub().threadpool.apply(sys.stdin.readline)

    first = gevent.spawn(deliver, "first")
    step()
    sender, other = gevent.spawn(deliver, "sender"), gevent.spawn(deliver, "other")
    step()
    first.join(60)
    step()
    sender.kill(kind, timeout=60)
    other.join(60)
    deliver("later")
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()
    deliver_and_kill(*sys.argv[1:])
