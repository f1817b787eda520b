"""List the ways out. One more is one entry."""

from __future__ import annotations

from outgoing.outlet import Channel
from outgoing.slack import SLACK

_CHANNELS: tuple[Channel, ...] = (SLACK,)

CHANNELS: dict[str, Channel] = {each.name: each for each in _CHANNELS}
