"""Limits: the exact rolling window, its headers and the bodies of 429s."""

import pytest

from lab.simulator.rate_limit import RollingWindow

CONTACTS = "/crm/v3/objects/contacts?limit=1"
SEARCH = "/crm/v3/objects/contacts/search"


def test_the_window_forgets_each_request_exactly_when_it_is_ten_seconds_old():
    window = RollingWindow(10.0)
    assert [window.admit(now, 3) for now in (0.0, 4.0, 9.0, 9.9)] == [True, True, True, False]

    assert [window.admit(now, 3) for now in (9.999, 10.0, 10.1, 13.9, 14.0)] == [
        False,
        True,
        False,
        False,
        True,
    ]
    assert (window.count(14.0), window.peak) == (3, 3)


def test_zero_is_no_limit():
    window = RollingWindow(10.0)

    assert all(window.admit(0.0, 0) for _ in range(1_000))


def test_the_request_beyond_the_limit_is_refused_with_hubspots_body_and_headers(start):
    with start("--rate-limit", "3") as simulator:
        answers = [simulator.api("GET", CONTACTS) for _ in range(5)]

        assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
        headers = answers[1].headers
        assert headers["X-HubSpot-RateLimit-Max"] == "3"
        assert headers["X-HubSpot-RateLimit-Remaining"] == "1"
        assert headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
        assert headers["X-HubSpot-RateLimit-Daily"] == "1000000"
        assert headers["X-HubSpot-RateLimit-Daily-Remaining"] == "999998"
        body = answers[4].json()
        assert (body["errorType"], body["policyName"]) == ("RATE_LIMIT", "TEN_SECONDLY_ROLLING")
        assert body["message"] == "You have reached your ten_secondly_rolling limit."
        assert body["groupName"].startswith("publicapi:private_app-api-calls-ten-secondly:")
        assert "Retry-After" not in answers[4].headers
        stats = simulator.stats()
        assert (stats["requests"], stats["limited"]) == ({"list_records": 5}, {"list_records": 2})
        assert (stats["max_requests_in_10_s"], stats["max_admitted_in_10_s"]) == (5, 3)


def test_search_has_a_limit_of_its_own_and_no_rate_headers(start):
    with start("--rate-limit", "1") as simulator:
        answers = [simulator.api("POST", SEARCH, json={}) for _ in range(6)]

        assert [one.status_code for one in answers] == [200] * 5 + [429]
        assert answers[5].json()["message"] == "You have reached your secondly limit."
        assert answers[5].json()["policyName"] == "SECONDLY"
        assert not [
            name for name in answers[0].headers if name.lower().startswith("x-hubspot-ratelimit")
        ]
        assert simulator.api("GET", CONTACTS).status_code == 200


def test_every_token_has_a_window_of_its_own(start):
    with start("--rate-limit", "1", "--access-token", "one,two") as simulator:
        statuses = [
            simulator.api("GET", CONTACTS, token=token).status_code
            for token in ("one", "one", "two")
        ]

    assert statuses == [200, 429, 200]


def test_the_daily_limit(start):
    with start() as simulator:
        simulator.control("settings", daily_limit=1)
        statuses = [simulator.api("GET", CONTACTS) for _ in range(2)]

        assert [one.status_code for one in statuses] == [200, 429]
        assert statuses[1].json()["policyName"] == "DAILY"
        assert "requestId" in statuses[1].json()


def test_latency_is_at_least_what_was_asked(start):
    with start("--latency-ms", "400") as simulator:
        simulator.api("GET", CONTACTS)
        slow = simulator.api("GET", CONTACTS).elapsed.total_seconds()
        simulator.control("settings", latency_ms=0)
        fast = simulator.api("GET", CONTACTS).elapsed.total_seconds()

    assert fast < 0.4 <= slow


@pytest.mark.parametrize("path", ["/simulator/stats", "/simulator/records/deals"])
def test_the_control_api_needs_no_token_and_counts_nowhere(start, path):
    with start("--rate-limit", "1") as simulator:
        assert [simulator.session.get(simulator.url + path).status_code for _ in range(3)] == [
            200
        ] * 3
        assert simulator.stats()["requests_total"] == 0
