"""Faults that can be injected into the API's answers."""

import pytest
import requests

CONTACTS = "/crm/v3/objects/contacts?limit=1"


@pytest.fixture
def faulty(simulator):
    """Give the shared portal, freed of its faults afterwards."""
    yield simulator
    simulator.control("faults", api=[])


@pytest.mark.parametrize(
    ("fault", "status", "told"),
    [
        ({"fault": "status", "status": 502}, 502, {}),
        ({"fault": "rate_limit"}, 429, {"policyName": "TEN_SECONDLY_ROLLING"}),
        ({"fault": "daily_limit"}, 429, {"policyName": "DAILY"}),
        ({"fault": "locked"}, 423, {"category": "LOCKED"}),
        ({"fault": "moving"}, 477, {}),
        ({"fault": "unauthenticated"}, 401, {"category": "INVALID_AUTHENTICATION"}),
        ({"fault": "timeout", "ms": 50}, 524, {}),
    ],
)
def test_refusals(faulty, fault, status, told):
    faulty.control("faults", api=[fault])

    answer = faulty.api("GET", CONTACTS)

    assert answer.status_code == status
    assert answer.json()["status"] == "error"
    assert told.items() <= answer.json().items()


def test_a_moving_account_says_when_to_come_back(faulty):
    faulty.control("faults", api=[{"fault": "moving", "retry_after": 7200}])

    assert faulty.api("GET", CONTACTS).headers["Retry-After"] == "7200"


def test_a_storm_hits_search_in_its_own_words(faulty):
    faulty.control("faults", api=[{"fault": "rate_limit"}])

    answer = faulty.api("POST", "/crm/v3/objects/contacts/search", json={})

    assert answer.json()["policyName"] == "SECONDLY"


def test_a_cut_answer_breaks_off_in_the_middle(faulty):
    faulty.control("faults", api=[{"fault": "cut"}])

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        faulty.api("GET", CONTACTS)


def test_a_proxys_page_has_status_200(faulty):
    faulty.control("faults", api=[{"fault": "html"}])

    answer = faulty.api("GET", CONTACTS)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")
    assert answer.text.startswith("<html>")


def test_latency_delays_and_answers(faulty):
    faulty.control("faults", api=[{"fault": "latency", "ms": 60}])

    answer = faulty.api("GET", CONTACTS)

    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.06


def test_a_fault_aims_and_ends(faulty):
    fault = {"fault": "status", "times": 2, "kinds": ["list_records"], "types": ["contacts"]}
    faulty.control("faults", api=[fault])

    paths = [
        "/crm/v3/objects/deals",
        "/crm/v3/objects/contacts/101",
        *["/crm/v3/objects/contacts"] * 3,
    ]
    statuses = [faulty.api("GET", path).status_code for path in paths]

    assert statuses == [200, 200, 503, 503, 200]
    assert faulty.control("faults")["api"][0]["struck"] == 2


def test_a_share_of_the_requests_is_struck(faulty):
    faulty.control("faults", api=[{"fault": "status", "share": 0.5}])

    statuses = [faulty.api("GET", CONTACTS).status_code for _ in range(60)]

    assert 15 < statuses.count(503) < 45


def test_an_unknown_fault_is_explained(faulty):
    answer = faulty.session.post(
        f"{faulty.url}/simulator/faults", json={"api": [{"fault": "flood"}]}
    )

    assert answer.status_code == 400
    assert "flood is no fault; there are status, rate_limit" in answer.json()["message"]
