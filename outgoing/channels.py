"""List the ways out. One more is one entry."""

from __future__ import annotations

from outgoing import follow_ups, webhooks, write_back
from outgoing.outlet import Channel
from outgoing.slack import SLACK

_CHANNELS: tuple[Channel, ...] = (
    Channel(write_back.CHANNEL, write_back.send, "values that HubSpot holds", asks_hubspot=True),
    Channel(follow_ups.CHANNEL, follow_ups.send, "tasks for people", asks_hubspot=True),
    Channel(webhooks.CHANNEL, webhooks.send, "webhooks of ours, a destination each endpoint"),
    SLACK,
)

CHANNELS: dict[str, Channel] = {each.name: each for each in _CHANNELS}
