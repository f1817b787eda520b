"""Name what can go wrong between HubSpot and us; each error knows when asking again makes sense.

    HubSpotError                      retry_in
    ├── Refused                       never: the same request will be refused again
    │   ├── Unauthorized              never: the token is wrong; the portal pauses
    │   │   └── ForeignToken          never: the token is another portal's
    │   └── MissingScopes             1 h: the app lacks a right that may be granted; names scopes
    └── Unavailable                   30 s: no answer now (5xx, timeout, cut or garbled body)
        ├── Circular                  30 s: its pages lead in a circle; a walk of them ends at once
        ├── Locked                    2 s (423)
        ├── Migrating                 as told, up to 24 h (477: the account moves elsewhere)
        └── RateLimited               until the allowance returns (429)

Codes and waits: https://developers.hubspot.com/docs/api-reference/error-handling
and https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class HubSpotError(Exception):
    """Say that HubSpot did not do what we asked."""

    retry_in: float | None = None  # seconds; None means never

    def __init__(self, message: str, retry_in: float | None = None) -> None:
        super().__init__(message)
        if retry_in is not None:
            self.retry_in = retry_in


class Refused(HubSpotError):
    """Say that the same request will be refused again: our fault or our rights."""


class Unauthorized(Refused):
    """Say that the access token is not accepted."""


class ForeignToken(Unauthorized):
    """Say that the access token is another portal's: with it that portal's records would be
    read."""


class Paused(Unauthorized):
    """Say that the portal is paused: HubSpot was not asked, as if it took no token of ours."""


class MissingScopes(Refused):
    """Say that the app may not read this; the message names the scopes it lacks."""

    retry_in = 3600.0


class Unavailable(HubSpotError):
    """Say that HubSpot could not answer now."""

    retry_in = 30.0


class Circular(Unavailable):
    """Say that HubSpot's pages lead in a circle or back, so that a walk of them would have no
    end."""


class Locked(Unavailable):
    """Say that the record is locked; HubSpot says to wait at least two seconds."""

    retry_in = 2.0


class Migrating(Unavailable):
    """Say that the account is moving to another data centre."""

    retry_in = 3600.0


class RateLimited(Unavailable):
    """Say that the allowance is spent; retry_in says until when. `policy` is HubSpot's
    policyName."""

    retry_in = 10.0

    def __init__(self, message: str, retry_in: float | None = None, policy: str = "") -> None:
        super().__init__(message, retry_in)
        self.policy = policy


_WAIT = re.compile(r"[0-9]+(\.[0-9]+)?")
_WAIT_BY_POLICY = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0, "DAILY": 3600.0}


def from_response(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str], request: str
) -> HubSpotError:
    """Answer the error that an answer outside 2xx stands for. `request` is method and path, never
    headers or bodies."""
    message = f"HubSpot answered {status} to {request}: {body.get('message') or 'no message'}"
    retry_after = _seconds(headers.get("Retry-After"))
    match status:
        case 401:
            return Unauthorized(message)
        case 403:
            return MissingScopes(message + _scopes(body))
        case 423:
            return Locked(message, retry_after)
        case 429:
            policy = str(body.get("policyName") or _policy(message))
            return RateLimited(message, retry_after or _WAIT_BY_POLICY.get(policy), policy)
        case 477:
            return Migrating(message, retry_after)
        case 408:
            return Unavailable(message, retry_after)
        case _ if status < 500:
            return Refused(message)
    return Unavailable(message, retry_after)


def _policy(message: str) -> str:
    """Find the policy that an answer names in words: "You have reached your secondly limit." """
    return next(
        (policy for policy in _WAIT_BY_POLICY if f"your {policy.lower()} limit" in message.lower()),
        "",
    )


def _seconds(text: str | None) -> float | None:
    """Read a wait in seconds, at most a day; HTTP dates and nonsense count as no answer."""
    if text and _WAIT.fullmatch(text):
        return min(float(text), 86_400.0)
    return None


def _scopes(body: Mapping[str, Any]) -> str:
    """Name the scopes that a refusal names, however odd its body is."""
    scopes: set[str] = set()
    for error in _list(body.get("errors")):
        context = error.get("context") if isinstance(error, dict) else None
        if isinstance(context, dict):
            scopes.update(map(str, _list(context.get("requiredGranularScopes"))))
    if scopes:
        return f" (missing scopes: {', '.join(sorted(scopes))})"
    return ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
