"""Make sessions of the pages that contacts visited, as tools of web analytics do. Pure.

HubSpot tells visits, not sessions. A session is the visits of one contact, each at most 30 minutes
behind the one before. That is a rule about times alone: whatever the order in which visits become
known, the same sessions come out. A late visit may lengthen a session, or join two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from hubspot import json_text
from hubspot.json_types import JsonObject
from hubspot.polled_answers import moment

GAP = timedelta(minutes=30)  # without a visit: then the next one begins a session


@dataclass(frozen=True, slots=True)
class Visit:
    """Hold one visit of a page."""

    visit_id: str
    contact_id: str
    occurred_at: datetime
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class WebSession:
    """Hold a session as it is stored. Its id is that of its first visit."""

    session_id: str
    contact_id: str
    occurred_at: datetime
    ended_at: datetime
    page_url: str | None
    referrer_domain: str | None
    browser: str | None
    device_type: str | None
    country: str | None
    page_views: int
    raws: tuple[JsonObject, ...]

    @property
    def session_duration_sec(self) -> int:
        """Count from its first page to its last; how long the last was read nobody tells."""
        return int((self.ended_at - self.occurred_at).total_seconds())

    @property
    def bounce(self) -> bool:
        return self.page_views == 1


def visit(raw: JsonObject) -> Visit:
    """Read a visit."""
    raw = json_text.storable(raw)[0]
    occurred_at = moment(raw["occurredAt"])
    assert occurred_at is not None  # as the page was checked
    return Visit(str(raw["id"]), str(raw["objectId"]), occurred_at, raw)


def sessions(visits: Iterable[Visit]) -> list[WebSession]:
    """Make the sessions of these visits, of any contacts; a visit that is told twice counts
    once."""
    once = {(each.contact_id, each.visit_id): each for each in visits}
    ordered = sorted(
        once.values(), key=lambda each: (each.contact_id, each.occurred_at, each.visit_id)
    )
    return [
        _session(stay)
        for _, of_contact in groupby(ordered, key=lambda each: each.contact_id)
        for stay in _stays(of_contact)
    ]


def _stays(visits: Iterable[Visit]) -> Iterator[list[Visit]]:
    """Part the visits of one contact, in the order of their times, where a gap is."""
    stay: list[Visit] = []
    for each in visits:
        if stay and each.occurred_at - stay[-1].occurred_at > GAP:
            yield stay
            stay = []
        stay.append(each)
    if stay:
        yield stay


def _session(stay: list[Visit]) -> WebSession:
    first, last = stay[0], stay[-1]
    told = first.raw.get("properties")
    properties: dict[str, Any] = told if type(told) is dict else {}
    return WebSession(
        session_id=first.visit_id,
        contact_id=first.contact_id,
        occurred_at=first.occurred_at,
        ended_at=last.occurred_at,
        page_url=page_of(properties.get("hs_url")),
        referrer_domain=domain_of(properties.get("hs_referrer")),
        browser=_text(properties.get("hs_browser")),
        device_type=_text(properties.get("hs_device_type")),
        country=_text(properties.get("hs_country")),
        page_views=len(stay),
        raws=tuple(each.raw for each in stay),
    )


def page_of(url: Any) -> str | None:
    """Answer a page's address without its query and fragment: they tell of the visitor, not of the
    page."""
    text = _text(url)
    return text.partition("#")[0].partition("?")[0] or None if text else None


def domain_of(url: Any) -> str | None:
    """Answer the site of an address, without www."""
    text = _text(url) or ""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def _text(value: Any) -> str | None:
    return value.strip() or None if type(value) is str else None
