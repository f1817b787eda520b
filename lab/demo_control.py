"""What the demo lets people break, and how it heals: a small server in the demo's own process.

It listens on this machine alone, and answers only who knows its secret path: the demo's dashboard
(demo_pages.py), to whom the environment tells it. Nothing of the product knows of it.

    GET  /<secret>/state           what is broken now, the workers that run, and the diary
    POST /<secret>/break/<name>    break it; 409 while something is broken already
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

from lab.faults.crew import Crew
from lab.stack import Stack
from workers.verify import verify

ADDRESS = "SPOKE_DEMO_CONTROL"  # of the environment of the demo's pages
KEPT_LINES = 40
SPELL_SECONDS = 8.0  # how long deliveries are dropped
FREEZE_SECONDS = 5.0
PATIENCE_SECONDS = 2.0  # for changes on their way while records are compared
LONGEST_SECONDS = 60.0  # until we say that it has not healed


class Control:
    """One thing is broken at a time; the diary tells what was done and what came of it."""

    def __init__(self, spell: float = SPELL_SECONDS, freeze: float = FREEZE_SECONDS) -> None:
        self._spell, self._freeze = spell, freeze
        self._secret, self._busy = secrets.token_urlsafe(24), threading.Lock()
        self._diary: deque[dict[str, str]] = deque(maxlen=KEPT_LINES)
        self._broken = ""
        self._stack: Stack | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def environment(self) -> Mapping[str, str]:
        """Answer what the demo's pages must know."""
        port = self._server.server_address[1]
        return {ADDRESS: f"http://127.0.0.1:{port}/{self._secret}"}

    @contextmanager
    def serving(self, running: Stack) -> Iterator[None]:
        """Answer until the end; then nothing stays broken."""
        self._stack = running
        try:
            with self.answering():
                yield
        finally:
            _thaw(running)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer until the end; without a stack there is nothing to break."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()

    def knows(self, secret: str) -> bool:
        """Tell whether a caller is the demo's dashboard."""
        return secrets.compare_digest(secret, self._secret)

    def state(self) -> dict[str, Any]:
        """Answer what is broken now, how many workers run, and the diary, newest first."""
        workers = len(Crew(self._stack).workers()) if self._stack else 0
        return {"broken": self._broken, "workers": workers, "diary": list(self._diary)[::-1]}

    def begin(self, name: str) -> bool:
        """Break something; answers whether nothing was broken already."""
        if self._stack is None or not self._busy.acquire(blocking=False):
            return False
        self._broken = name
        threading.Thread(target=self._break, args=(BREAKS[name], self._stack), daemon=True).start()
        return True

    def _break(self, chosen: Break, running: Stack) -> None:
        try:
            chosen.act(self, running)
            with _nobody_edits(running):
                self._watch(running)
        except Exception as error:  # whatever it was: people must read it
            self.say("bad", f"That failed: {type(error).__name__}: {error}")
        finally:
            self._broken = ""
            self._busy.release()

    def say(self, verdict: str, words: str) -> None:
        """Write a line into the diary: good, warn or bad."""
        line = {"at": datetime.now(UTC).isoformat(), "verdict": verdict, "words": words}
        self._diary.append(line)

    def _watch(self, running: Stack) -> None:
        """Wait until nothing waits, then compare every record with the portal."""
        began = time.monotonic()
        while running.waiting() and time.monotonic() - began < LONGEST_SECONDS:
            time.sleep(0.2)
        self.say("good", f"Nothing waits any more, {time.monotonic() - began:.1f} s later.")
        self._compare(running)

    def _compare(self, running: Stack) -> None:
        """Compare, heal what differs as the nightly comparison does, and compare again."""
        for _ in range(3):
            reports = verify(running.context, running.portal, heal=True, patience=PATIENCE_SECONDS)
            compared = sum(report.compared for report in reports)
            unequal = sum(report.unequal for report in reports)
            if not unequal:
                self.say("good", f"Equal to HubSpot: {compared:,} records compared, none differs.")
                return
            self.say("warn", f"{unequal:,} of {compared:,} records differ. Fetched again.")
            running.wait_until_applied()
        self.say("bad", "It has not healed. `spoke status` and `spoke doctor` say more.")

    def kill_worker(self, running: Stack) -> None:
        """Kill one worker in the middle of whatever it does; its supervisor starts another."""
        crew = Crew(running)
        before = {worker.pid for worker in crew.workers()}
        crew.signal_one(signal.SIGKILL, Random())
        self.say("bad", f"One of {len(before)} workers was killed in the middle of its work.")
        began = time.monotonic()
        while time.monotonic() - began < LONGEST_SECONDS:
            now = {worker.pid for worker in crew.workers()}
            if len(now) >= len(before) and now != before:
                self.say("good", f"Another one runs, {time.monotonic() - began:.1f} s later.")
                return
            time.sleep(0.1)
        self.say("bad", "No other one was started within a minute.")

    def drop_deliveries(self, running: Stack) -> None:
        """Let HubSpot lose every delivery for some seconds, and never send it again."""
        before = running.hubspot.ask("stats")["deliveries"]["dropped"]
        self.say("bad", f"Every delivery is lost on its way, for {self._spell:.0f} s.")
        running.hubspot.call("faults", webhooks={"dropped": 1.0})
        try:
            time.sleep(self._spell)
        finally:
            running.hubspot.call("faults", webhooks={})
        lost = running.hubspot.ask("stats")["deliveries"]["dropped"] - before
        self.say("warn", f"{lost} deliveries were lost. The nightly comparison begins, early.")

    def freeze_redis(self, running: Stack) -> None:
        """Stop Redis for some seconds: deliveries are refused, and HubSpot sends them again."""
        pid = running.servers.redis_pid
        if not pid:
            self.say("warn", "Redis is a named server, which the demo does not touch.")
            return
        self.say("bad", f"Redis is frozen for {self._freeze:.0f} s; deliveries are refused (503).")
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(self._freeze)
        finally:
            _thaw(running)
        self.say("good", "Redis goes on. HubSpot sends again whatever was refused.")


@contextmanager
def _nobody_edits(running: Stack) -> Iterator[None]:
    """Let people pause, so that one can see when the last of their edits has arrived."""
    usual = running.hubspot.call("settings")["edits_per_second"]
    running.hubspot.call("settings", edits_per_second=0)
    try:
        running.hubspot.wait_until_quiet()
        yield
    finally:
        running.hubspot.call("settings", edits_per_second=usual)


def _thaw(running: Stack) -> None:
    if running.servers.redis_pid:
        os.kill(running.servers.redis_pid, signal.SIGCONT)


@dataclass(frozen=True, slots=True)
class Break:
    """Something that people may break: its button, what it does, and how it heals."""

    title: str
    about: str
    heals: str
    act: Callable[[Control, Stack], None]


BREAKS = {
    "worker": Break(
        "Kill a worker",
        "SIGKILL, in the middle of a batch.",
        "Its batch is not acknowledged: the supervisor starts another worker, which takes it up.",
        Control.kill_worker,
    ),
    "deliveries": Break(
        "Drop deliveries",
        "HubSpot's webhooks are lost on their way, and never sent again.",
        "The comparison with HubSpot finds what differs and fetches it again.",
        Control.drop_deliveries,
    ),
    "redis": Break(
        "Freeze Redis",
        "It answers nobody for some seconds.",
        "The receiver says 503, so HubSpot keeps the deliveries and sends them again.",
        Control.freeze_redis,
    ),
}


def _handler(control: Control) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            secret, _, rest = self.path[1:].partition("/")
            known = control.knows(secret) and rest == "state"
            self._answer(*((200, control.state()) if known else (404, {})))

        def do_POST(self) -> None:
            secret, _, rest = self.path[1:].partition("/")
            name = rest.removeprefix("break/")
            if not control.knows(secret) or name not in BREAKS or rest == name:
                self._answer(404, {})
            else:
                self._answer(202 if control.begin(name) else 409, {})

        def _answer(self, status: int, body: Mapping[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *words: Any) -> None:
            """Say nothing: the path is secret."""

    return Handler
