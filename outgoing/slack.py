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
    headers = {"Content-Type": "application/json; charset=utf-8"}
    named = [urlsplit(url).hostname or ""]
    answer = guarded_http.ask("POST", url, body, headers, named)
    if answer.status == 200:
        return
    said = f"Slack answered {answer.status}: {_words(answer.body)}"
    if answer.status in _LATER or answer.status >= 500:
        raise Unsent(said, answer.retry_after or _HOLD)
    raise Unsent(said)


def _words(body: bytes) -> str:
    text = body[:200].decode(errors="replace")
    return "".join(each if each.isprintable() else " " for each in text).strip()


SLACK = Channel(CHANNEL, send, "alerts and reports, by an incoming webhook")
