"""Stand in for Slack's incoming webhooks: refuse what Block Kit's documented limits refuse.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MOST_BLOCKS, MOST_TEXT = 50, 40_000
MOST = {"header": 150, "section": 3_000, "field": 2_000, "context": 3_000}
# What Slack reads between < and >: an address with its label, and nothing else may come from us.
_LINK = re.compile(r"https://[^|>\s]+(\|[^|<>]*)?")
_ENTITY = re.compile(r"&(amp|lt|gt);")


def problems(payload: dict[str, Any]) -> list[str]:
    """Name everything in a message that Slack would refuse, or read as a command."""
    blocks = payload.get("blocks", [])
    found = [] if payload.get("text") else ["no text for notifications"]
    if len(blocks) > MOST_BLOCKS:
        found.append(f"{len(blocks)} blocks")
    found += _of_text("text", payload.get("text", ""), MOST_TEXT)
    for place, block in enumerate(blocks):
        found += [f"block {place}: {each}" for each in _of_block(block)]
    return found


def _of_block(block: dict[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    if kind == "divider":
        return
    if kind == "header":
        if block["text"]["type"] != "plain_text":
            yield "the text of a header must be plain"
        yield from _of_length("header", block["text"]["text"], MOST["header"])
    elif kind == "section":
        fields = block.get("fields", [])
        if "text" not in block and not fields:
            yield "a section has a text or fields"
        if len(fields) > 10:
            yield f"{len(fields)} fields"
        for each in fields:
            yield from _of_object(each, "field")
        if "text" in block:
            yield from _of_object(block["text"], "section")
    elif kind == "context":
        elements = block["elements"]
        if not 1 <= len(elements) <= 10:
            yield f"{len(elements)} elements"
        for each in elements:
            yield from _of_object(each, "context")
    else:
        yield f"a block of type {kind}"


def _of_object(text: dict[str, Any], kind: str) -> Iterator[str]:
    if text.get("type") not in ("mrkdwn", "plain_text"):
        yield f"a text of type {text.get('type')}"
    yield from _of_text(kind, text["text"], MOST[kind])


def _of_length(kind: str, text: str, most: int) -> Iterator[str]:
    if not 1 <= len(text) <= most:
        yield f"a {kind} of {len(text)} characters"


def _of_text(kind: str, text: str, most: int) -> Iterator[str]:
    """Check a text's length and signs: what is between < and > is a link, and a plain & is none."""
    yield from _of_length(kind, text, most)
    for inner, end in re.findall(r"<([^>]*)(>?)", text):
        if not (end and _LINK.fullmatch(inner)):
            yield f"<{inner}> would be a command"
    if "&" in _ENTITY.sub("", text):
        yield "a & that is not escaped"
    if re.search(r"@(channel|here|everyone)", text, re.I):
        yield "a mention of everybody"


@dataclass
class SlackStandIn:
    """Hold what was posted: the messages that were taken, and why others were refused."""

    url: str
    taken: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  # statuses to answer with before 200


@contextmanager
def slack_stand_in() -> Iterator[SlackStandIn]:
    """Serve a webhook on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    found = SlackStandIn(f"http://127.0.0.1:{server.server_port}/services/T0/B0/secret")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, words = _answer(found, payload)
            self.send_response(status)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: tests read what was taken."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


def _answer(found: SlackStandIn, payload: dict[str, Any]) -> tuple[int, bytes]:
    if found.answers:
        return found.answers.pop(0), b"try later"
    if wrong := problems(payload):
        found.refused += wrong
        return 400, b"invalid_blocks"
    found.taken.append(payload)
    return 200, b"ok"
