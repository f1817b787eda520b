"""A few events of marketing e-mails and of visits, as HubSpot shows them."""

from typing import Any

from .wire import iso

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
Entries = dict[str, dict[str, Any]]


def email_event(key: str, kind: str, recipient: str, at: int, sent_at: int) -> dict[str, Any]:
    """Show an event; each but the first names the one of sending by `sentBy`."""
    by = {} if kind == "SENT" else {"sentBy": {"id": f"sent-{recipient}", "created": sent_at}}
    named = {"id": key, "type": kind, "recipient": recipient, "created": at}
    return named | {"emailCampaignId": 4711, "appId": 113, "appName": "Batch"} | by


def email_events(now_ms: int) -> Entries:
    """Make three people's: sent, delivered, and what each did then."""
    found: Entries = {}
    for place, did in enumerate(("OPEN", "CLICK", "BOUNCE")):
        sent_at = now_ms - _DAY_MS * (3 + place)
        for step, kind in enumerate(("SENT", "DELIVERED", did)):
            key = f"{place}-{kind.lower()}"
            who = f"visitor{place}@example.com"
            found[key] = email_event(key, kind, who, sent_at + step * 60_000, sent_at)
    return found


def page_visit(key: str, contact_id: int | str, at: int, page: str = "/") -> dict[str, Any]:
    """Show a visit of a page."""
    properties = {
        "hs_url": f"https://www.example.com{page}?utm_source=news",
        "hs_referrer": "https://www.google.com/",
        "hs_browser": "Firefox",
        "hs_device_type": "Desktop",
        "hs_country": "Netherlands",
    }
    named = {"id": key, "objectType": "CONTACT", "objectId": str(contact_id)}
    return named | {
        "eventType": "e_visited_page",
        "occurredAt": iso(at),
        "properties": properties,
    }


def page_visits(contact_id: int, now_ms: int) -> Entries:
    """Make two sessions of one contact: three pages, and one the day after."""
    first = now_ms - 4 * _DAY_MS
    times = (first, first + 60_000, first + 20 * 60_000, first + _DAY_MS)
    return {
        f"visit-{place}": page_visit(f"visit-{place}", contact_id, at, f"/page{place}")
        for place, at in enumerate(times)
    }
