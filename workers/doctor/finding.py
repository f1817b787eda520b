"""Hold what a check of the doctor finds; a failing check is a finding, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

import psycopg
import redis
import requests

from db.blame import Blame, blame, remedy
from hubspot.errors import HubSpotError
from settings import Settings
from workers.context import Context


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold one line of the doctor's report. `todo` is empty when all is well."""

    name: str
    found: str
    todo: str = ""

    @property
    def ok(self) -> bool:
        return not self.todo


Check = Callable[[Context], Iterator[Finding]]


UNREACHABLE = "out of reach"


def attempt(context: Context, name: str, check: Check) -> Iterator[Finding]:
    """Run a check. One that fails in a way it did not foresee is a finding, too; its text holds no
    secret."""
    try:
        yield from check(context)
    except (psycopg.Error, redis.RedisError, requests.RequestException, HubSpotError) as error:
        if blame(error) is Blame.OPERATOR:
            yield Finding(name, *remedy(error))
        else:
            yield _unreachable(context, name, error)


def _unreachable(context: Context, name: str, error: Exception) -> Finding:
    words = "no answer"
    if not isinstance(error, requests.RequestException):
        words = str(error).strip()
    found = f"{UNREACHABLE}: {type(error).__name__}: {words}"
    return Finding(
        name,
        without_secrets(found, context.settings),
        "See that it runs and that its address is right.",
    )


def without_secrets(text: str, settings: Settings) -> str:
    """Take secrets out of a text: messages of drivers may quote an address with its password, or a
    token."""
    for entry in fields(settings):
        if not entry.repr:
            value = getattr(settings, entry.name)
            for secret in [value] if isinstance(value, str) else value:
                for part in (secret, urlsplit(secret).password if "://" in secret else None):
                    text = text.replace(part, "…") if part else text
    return text
