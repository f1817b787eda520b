"""Say why a request was not believed to be HubSpot's, as an operator would find out by hand.

The request was refused before, so this module lets none in.
"""

from __future__ import annotations

import time

from flask import Request

from hubspot import signature
from settings import Settings

UNSIGNED = (
    "it bears no signature of HubSpot's: another program sent it, or a proxy takes away headers "
    "that begin with X-HubSpot"
)
OLD_ALONE = (
    "it bears only the old signature (v1), which is refused unless HUBSPOT_ALLOW_V1_SIGNATURE is "
    "set"
)
STALE = "its timestamp is more than five minutes off: a clock is wrong, or an old request came back"
SECRET = (
    "HUBSPOT_CLIENT_SECRET is not the secret of the app that signed it, or PUBLIC_URL is not the "
    "address that HubSpot calls"
)


def likely_cause(settings: Settings, incoming: Request, body: bytes) -> str:
    """Say in words what an operator should look at first."""
    given = incoming.headers.get("X-HubSpot-Signature-v3")
    if given is None:
        if incoming.headers.get("X-HubSpot-Signature") is not None:
            return OLD_ALONE
        return UNSIGNED
    stamp = incoming.headers.get("X-HubSpot-Request-Timestamp", "").encode(errors="replace")
    if not signature.is_fresh(stamp, time.time_ns() // 1_000_000):
        return STALE
    for url in _called(incoming):
        expected = [
            signature.sign_v3(secret, incoming.method, url, body, stamp)
            for secret in settings.hubspot_client_secrets
        ]
        if signature.matching_secret(given.encode(errors="replace"), expected) is not None:
            return f"PUBLIC_URL says {settings.webhook_url}, and HubSpot calls {url}"
    return SECRET


def _called(incoming: Request) -> list[str]:
    """List the addresses that the sender may have called, as the request itself tells."""
    tail = incoming.full_path.rstrip("?")
    host = incoming.headers.get("X-Forwarded-Host", incoming.host)
    return [f"{scheme}://{host}{tail}" for scheme in ("https", "http")]
