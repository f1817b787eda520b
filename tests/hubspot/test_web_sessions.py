"""Visits become sessions by their times alone; e-mail events are read as they are stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from hubspot.errors import Unavailable
from hubspot.paging import FIRST
from hubspot.streams import EMAIL_EVENTS, WEB_SESSIONS, TimeSpan, email_event
from hubspot.web_sessions import GAP, WebSession, domain_of, page_of, sessions, visit
from lab.simulator.stream_events import email_event as shown
from lab.simulator.stream_events import page_visit

NOON = datetime(2026, 2, 28, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)


def at(key: str, minutes: float, contact: str = "7", page: str = "/") -> dict[str, object]:
    return page_visit(key, contact, NOON_MS + round(minutes * 60_000), page)


def told(found: list[WebSession]) -> list[tuple[object, ...]]:
    return [
        (each.session_id, each.contact_id, each.page_views, each.session_duration_sec, each.bounce)
        for each in found
    ]


def test_a_session_ends_where_no_visit_follows_within_half_an_hour() -> None:
    visits = [at("a", 0, page="/in"), at("b", 30), at("c", 60.001), at("d", 0, contact="8")]
    found = sessions(map(visit, [*visits, visits[0]]))  # told twice, counted once
    assert told(found) == [
        ("a", "7", 2, 1800, False),
        ("c", "7", 1, 0, True),
        ("d", "8", 1, 0, True),
    ]
    first = found[0]
    assert (first.page_url, first.referrer_domain) == ("https://www.example.com/in", "google.com")
    assert (first.browser, first.device_type, first.country) == (
        "Firefox",
        "Desktop",
        "Netherlands",
    )


def test_the_order_of_arrival_does_not_matter() -> None:
    """Whatever is known first, and whatever is read again with it: the same sessions come out."""
    visits = [at("a", 0), at("b", 29), at("c", 58), at("d", 100)]
    whole = sessions(map(visit, visits))
    for order in permutations(visits):
        known: list[WebSession] = []
        for each in order:
            kept = [visit(raw) for session in known for raw in session.raws]
            known = sessions([*kept, visit(each)])
        assert known == whole
    assert timedelta(minutes=30) == GAP


@pytest.mark.parametrize(
    ("url", "page", "domain"),
    [
        ("https://www.example.com/a?x=1#y", "https://www.example.com/a", "example.com"),
        ("example.com/a#y", "example.com/a", "example.com"),
        ("?x", None, None),
        ("http://[", "http://[", None),
        (7, None, None),
    ],
)
def test_addresses_tell_of_pages_and_not_of_visitors(
    url: object, page: str | None, domain: str | None
) -> None:
    assert (page_of(url), domain_of(url)) == (page, domain)


def test_an_email_event_is_read_with_its_time_of_sending() -> None:
    """Hours and days are UTC; who changes what he gets has not left, unless HubSpot says so."""
    raw = shown("1", "OPEN", " Ann@Example.com ", NOON_MS + 3_600_000, NOON_MS) | {"subject": "Hi!"}
    found = email_event(raw)
    assert (found.action, found.recipient, found.campaign_id) == (
        "Opened",
        "ann@example.com",
        "4711",
    )
    assert (found.subject_line_length, found.send_hour, found.send_day_of_week) == (3, 12, 6)
    assert found.occurred_at == NOON + timedelta(hours=1)
    sent = email_event(shown("2", "SENT", "a@b.c", NOON_MS, 0))
    assert (sent.action, sent.send_hour) == ("Sent", 12)
    change = shown("3", "STATUSCHANGE", "a@b.c", NOON_MS, 0)
    assert email_event(change).action == "STATUSCHANGE"
    assert email_event(change | {"subscriptions": 5}).action == "STATUSCHANGE"  # no list
    left = change | {"subscriptions": [{"id": 1, "status": "UNSUBSCRIBED"}]}
    assert email_event(left).action == "Unsubscribed"
    whole = change | {"portalSubscriptionStatus": "UNSUBSCRIBED"}
    assert email_event(whole).action == "Unsubscribed"
    assert email_event(change | {"type": "SPAMREPORT"}).action == "Spam"
    assert email_event(change | {"type": "DEFERRED"}).action == "DEFERRED"


def test_a_page_is_asked_for_by_time_and_read_only_where_it_is_one() -> None:
    stretch = TimeSpan(NOON, NOON + timedelta(seconds=1))
    asked = EMAIL_EVENTS.question(stretch, FIRST)
    assert asked == {
        "startTimestamp": NOON_MS,
        "endTimestamp": NOON_MS + 999,
        "limit": 1000,
    }
    assert EMAIL_EVENTS.question(stretch, "xy")["offset"] == "xy"
    visits = WEB_SESSIONS.question(stretch, "7")
    assert visits["occurredAfter"] == "2026-02-28T12:00:00Z" and visits["after"] == "7"
    assert WEB_SESSIONS.place("v3") == "/events/v3/events"
    assert WEB_SESSIONS.place("2026-09") == "/events/event-occurrences/2026-09"
    event = shown("1", "SENT", "a@b.c", NOON_MS, 0)
    good = {"events": [event], "hasMore": True, "offset": "next"}
    assert EMAIL_EVENTS.page(good).after == "next"
    for bad in (
        {},
        good | {"offset": None},
        good | {"events": [event | {"created": "soon"}]},
    ):
        with pytest.raises(Unavailable):
            EMAIL_EVENTS.page(bad)
    with pytest.raises(Unavailable):
        WEB_SESSIONS.page({"results": [{"id": "1", "objectId": "2"}]})
