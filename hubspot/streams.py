"""Read what HubSpot tells event by event: what happened to marketing e-mails, and which pages
contacts visited. Pure.

Events have a time and never change, so a walk asks for a stretch of time. E-mail events:
https://developers.hubspot.com/docs/api-reference/legacy/marketing/email-event-analytics and visits,
which HubSpot tells of contacts alone, and Enterprise portals alone:
https://developers.hubspot.com/docs/api-reference/latest/events/guide
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hubspot import answers, json_text, property_values
from hubspot.errors import Unavailable
from hubspot.json_types import JsonObject
from hubspot.paging import FIRST, Page
from hubspot.polled_answers import moment

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """Name a stretch of time, from its first moment to before its last."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Stream:
    """Describe one stream: where it is asked for, and how its pages are read.

    It is looked at `every` so often, each time from `overlap` before the end of the last walk on;
    once a day from `late` before it, for events that HubSpot learns of later.
    """

    name: str  # as sync_status names it
    path: str  # {version} is that of HubSpot's API
    legacy_path: str  # of version v3
    scope: str
    limit: int
    stretch: Callable[[TimeSpan], dict[str, Any]]  # its parameters
    page: Callable[[JsonObject], Page]
    asked: Mapping[str, Any] = field(default_factory=dict)
    plan: str = ""  # of HubSpot's: portals of others are refused
    after: str = "after"
    every: timedelta = _HOUR
    overlap: timedelta = _HOUR
    late: timedelta = timedelta(days=2)

    @property
    def refusal(self) -> str:
        """Say why HubSpot may answer 403."""
        scope = f"scope {self.scope}"
        return f"not in this portal's plan ({self.plan}), or {scope}" if self.plan else scope

    def question(self, stretch: TimeSpan, cursor: str) -> dict[str, Any]:
        """Write the parameters of a page."""
        here = {} if cursor == FIRST else {self.after: cursor}
        return {**self.asked, **self.stretch(stretch), "limit": self.limit, **here}

    def place(self, version: str) -> str:
        """Write the path, in a version of HubSpot's API."""
        return self.legacy_path if version == "v3" else self.path.format(version=version)


def _in_ms(stretch: TimeSpan) -> dict[str, Any]:
    """Write a stretch in epoch milliseconds; both ends are included, so the last one is not."""
    first, last = (round(each.timestamp() * 1000) for each in (stretch.since, stretch.until))
    return {"startTimestamp": first, "endTimestamp": max(first, last - 1)}


def _in_iso(stretch: TimeSpan) -> dict[str, Any]:
    return {
        "occurredAfter": property_values.spelled(stretch.since),
        "occurredBefore": property_values.spelled(stretch.until),
    }


def _email_page(body: JsonObject) -> Page:
    """Read a page of e-mail events. Raises Unavailable where it is not one."""
    checks = {"id": answers.is_key, "type": answers.is_key, "created": _is_time}
    found = answers.results({"results": body.get("events")}, "an e-mail event", checks)
    if not body.get("hasMore"):
        return Page(found, None)
    if not (type(body.get("offset")) is str and body["offset"]):
        raise Unavailable("HubSpot's answer does not say where its next page begins")
    return Page(found, body["offset"])


def _visit_page(body: JsonObject) -> Page:
    """Read a page of visits. Raises Unavailable where it is not one."""
    checks = {"id": answers.is_key, "objectId": answers.is_key, "occurredAt": _is_time}
    return Page(answers.results(body, "an event", checks), answers.after(body))


def _is_time(value: Any) -> bool:
    return moment(value) is not None


EMAIL_EVENTS = Stream(
    *("email_events", "/email/public/v1/events", "/email/public/v1/events", "content"),
    limit=1_000,
    stretch=_in_ms,
    page=_email_page,
    after="offset",
)
WEB_SESSIONS = Stream(
    *("web_sessions", "/events/event-occurrences/{version}", "/events/v3/events"),
    "business-intelligence",
    limit=100,
    stretch=_in_iso,
    page=_visit_page,
    asked={"objectType": "contact", "eventType": "e_visited_page"},
    plan="Enterprise",
)
STREAMS = {each.name: each for each in (EMAIL_EVENTS, WEB_SESSIONS)}


# -- e-mail events

_ACTIONS = {
    "SENT": "Sent",
    "DELIVERED": "Delivered",
    "OPEN": "Opened",
    "CLICK": "Clicked",
    "BOUNCE": "Bounced",
    "SPAMREPORT": "Spam",
}
_LEFT = "UNSUBSCRIBED"


@dataclass(frozen=True, slots=True)
class EmailEvent:
    """Hold an e-mail event as it is stored; times of sending are in UTC."""

    event_id: str
    occurred_at: datetime
    action: str
    recipient: str | None
    campaign_id: str | None
    subject_line_length: int | None
    send_hour: int | None
    send_day_of_week: int | None
    raw: JsonObject


def email_event(raw: JsonObject) -> EmailEvent:
    """Read an e-mail event. When it was sent stands in `sentBy`; the event SENT is it itself."""
    raw = json_text.storable(raw)[0]
    occurred_at = moment(raw["created"])
    assert occurred_at is not None  # as the page was checked
    sent_by = raw.get("sentBy")
    told = sent_by.get("created") if type(sent_by) is dict else None
    sent_at = occurred_at if raw["type"] == "SENT" else moment(told)
    in_utc = sent_at.astimezone(UTC) if sent_at else None
    subject, campaign = raw.get("subject"), raw.get("emailCampaignId")
    return EmailEvent(
        event_id=str(raw["id"]),
        occurred_at=occurred_at,
        action=_action(raw),
        recipient=str(raw.get("recipient") or "").strip().lower() or None,
        campaign_id=None if campaign is None else str(campaign),
        subject_line_length=len(subject) if type(subject) is str else None,
        send_hour=in_utc.hour if in_utc else None,
        send_day_of_week=in_utc.isoweekday() if in_utc else None,
        raw=raw,
    )


def _action(raw: JsonObject) -> str:
    """Name what happened. A change of a subscription that is no leaving keeps HubSpot's word."""
    said = str(raw["type"])
    if said == "STATUSCHANGE" and _left(raw):
        return "Unsubscribed"
    return _ACTIONS.get(said, said)


def _left(raw: JsonObject) -> bool:
    changed = raw.get("subscriptions")
    listed = changed if type(changed) is list else []
    each = [one.get("status") for one in listed if type(one) is dict]
    return raw.get("portalSubscriptionStatus") == _LEFT or _LEFT in each
