"""Send a message to Slack by an incoming webhook: the channel `slack` of the outbox.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from outgoing import guarded_http
from outgoing.outbox import Message, Unsent
from outgoing.outlet import Channel, Outlet

CHANNEL = "slack"
DESTINATION = "webhook"  # the one of SLACK_WEBHOOK_URL
UNSET = "SLACK_WEBHOOK_URL is not set"
HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Spoke"}
_HOLD = 60.0  # seconds, where Slack does not say how many
_LATER = (408, 425, 429)


def send(outlet: Outlet, message: Message) -> None:
    """Post one message. Raises Unsent: for ever where Slack refuses it or the address is gone."""
    post(outlet.settings.slack_webhook_url, message.payload)


def post(url: str, payload: object) -> None:
    """Post a payload to the address of a webhook. The address is a secret, and stands in no
    error."""
    if not url:
        raise Unsent(UNSET)
    body = json.dumps(payload, ensure_ascii=False).encode()
    host = urlsplit(url).hostname or ""  # named by the operator: it may be of this network
    answer = guarded_http.post(url, body, HEADERS, [host])
    if answer.status == 200:
        return
    said = f"Slack answered {answer.status}: {_words(answer.text)}"
    if answer.status in _LATER or answer.status >= 500:
        raise Unsent(said, _seconds(answer.retry_after))
    raise Unsent(said)


def _words(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text[:200]).strip()


def _seconds(said: str | None) -> float:
    return float(said) if said and said.isascii() and said.isdigit() else _HOLD


SLACK = Channel(CHANNEL, send, "alerts and reports, by an incoming webhook")
