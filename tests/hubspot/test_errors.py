"""Answers outside 2xx → the error, when asking again makes sense, and the words that an operator
reads."""

from __future__ import annotations

from typing import Any

import pytest

from hubspot.errors import (
    HubSpotError,
    Locked,
    Migrating,
    MissingScopes,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
    from_response,
)

REQUEST = "POST /crm/objects/2026-09/contacts/batch/read"
ROLLING = "You have reached your ten_secondly_rolling limit."
SECONDLY = "You have reached your secondly limit."


def error(
    status: int, body: dict[str, Any] | None = None, retry_after: str | None = None
) -> HubSpotError:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return from_response(status, body or {}, headers, REQUEST)


@pytest.mark.parametrize(
    ("status", "kind", "retry_in"),
    [
        (301, Refused, None), (302, Refused, None), (304, Refused, None), (400, Refused, None),
        (404, Refused, None),
        (405, Refused, None), (409, Refused, None), (410, Refused, None), (414, Refused, None),
        (415, Refused, None),
        (401, Unauthorized, None), (403, MissingScopes, 3600.0), (408, Unavailable, 30.0), (423,
            Locked, 2.0),
        (429, RateLimited, 10.0), (477, Migrating, 3600.0),
        *((status, Unavailable, 30.0) for status in (500, 502, 503, 504, 521, 522, 523, 524, 525,
            526, 599)),
    ],
)  # fmt: skip
def test_the_status_says_what_to_do_next(
    status: int, kind: type[HubSpotError], retry_in: float | None
) -> None:
    found = error(status)
    assert (type(found), found.retry_in) == (kind, retry_in)
    assert str(found) == f"HubSpot answered {status} to {REQUEST}: no message"


@pytest.mark.parametrize("status", [408, 423, 429, 477, 500, 503, 524])
@pytest.mark.parametrize(
    ("header", "retry_in"),
    [("7", 7.0), ("2.5", 2.5), ("86400", 86_400.0), ("99999999999", 86_400.0)],
)
def test_retry_after_is_obeyed_for_at_most_a_day(status: int, header: str, retry_in: float) -> None:
    assert error(status, retry_after=header).retry_in == retry_in


@pytest.mark.parametrize(
    "header", ["", "soon", "-5", "²", "1e3", "nan", "inf", "Wed, 21 Oct 2026 07:28:00 GMT", " 5"]
)
def test_a_retry_after_that_is_no_number_of_seconds_is_ignored(header: str) -> None:
    assert [error(status, retry_after=header).retry_in for status in (423, 429, 477, 503)] == [
        2.0,
        10.0,
        3600.0,
        30.0,
    ]


def test_what_is_refused_stays_refused_whatever_retry_after_says() -> None:
    assert [error(status, retry_after="5").retry_in for status in (400, 401, 404)] == [
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("body", "policy", "retry_in"),
    [
        ({"policyName": "TEN_SECONDLY_ROLLING", "message": ROLLING}, "TEN_SECONDLY_ROLLING", 10.0),
        ({"message": ROLLING}, "TEN_SECONDLY_ROLLING", 10.0),
        ({"policyName": "SECONDLY", "message": SECONDLY}, "SECONDLY", 1.0),
        ({"message": SECONDLY}, "SECONDLY", 1.0),
        ({"message": SECONDLY.upper()}, "SECONDLY", 1.0),
        ({"policyName": "DAILY", "message": "You have reached your daily limit."}, "DAILY", 3600.0),
        ({"message": "You have reached your daily limit."}, "DAILY", 3600.0),
        ({"policyName": None, "message": None}, "", 10.0),
        ({"policyName": "NEW_KIND"}, "NEW_KIND", 10.0),
        ({"errorType": "RATE_LIMIT"}, "", 10.0),
    ],
)
def test_429_waits_as_its_policy_demands(
    body: dict[str, Any], policy: str, retry_in: float
) -> None:
    found = error(429, body)
    assert isinstance(found, RateLimited)
    assert (found.policy, found.retry_in) == (policy, retry_in)


def test_retry_after_wins_over_the_policy() -> None:
    assert error(429, {"policyName": "DAILY"}, "60").retry_in == 60.0


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        (
            [{"context": {"requiredGranularScopes": ["crm.objects.deals.read",
                "crm.objects.contacts.read"]}}],
            " (missing scopes: crm.objects.contacts.read, crm.objects.deals.read)",
        ),
        ([{"context": {"requiredGranularScopes": ["a"]}},
            {"context": {"requiredGranularScopes": ["b", "a"]}}],
         " (missing scopes: a, b)"),
        ([{"context": None}, {"context": {}}, "text", None], ""),
        (None, ""),
    ],
)  # fmt: skip
def test_403_names_the_scopes_that_must_be_granted(errors: Any, words: str) -> None:
    found = error(403, {"message": "no", "category": "MISSING_SCOPES", "errors": errors})
    assert str(found) == f"HubSpot answered 403 to {REQUEST}: no{words}"


def test_the_tree_lets_callers_catch_by_class() -> None:
    tree = {Refused: HubSpotError, Unauthorized: Refused, MissingScopes: Refused,
        Unavailable: HubSpotError,
            Locked: Unavailable, Migrating: Unavailable, RateLimited: Unavailable}  # fmt: skip
    assert {kind: kind.__base__ for kind in tree} == tree
