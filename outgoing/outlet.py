"""Give senders what they send with, and say what a channel is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from db.connect import Database
from outgoing.outbox import Message
from settings import Settings


@dataclass(frozen=True)
class Outlet:
    """Hold what a sender may use. The workers build it: tokens and the rate limit are theirs.

    `client` answers HubSpot's client of a portal, in the lane that leaves live changes first;
    `reveal` decrypts a secret that is stored for a portal."""

    settings: Settings
    database: Database
    client: Callable[[int], Any]
    reveal: Callable[[bytes, int], str]


@dataclass(frozen=True, slots=True)
class Channel:
    """Describe one way out. `send` answers once the other end has the message, and else raises:
    Unsent, or another error whose `retry_in` says when to try again (None: never)."""

    name: str
    send: Callable[[Outlet, Message], None]
    about: str
    asks_hubspot: bool = False  # waits while the portal is paused
