"""Polled families: the registry, what is asked for a page, and what an answer means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hubspot.errors import Unavailable
from hubspot.paging import FIRST, Page
from hubspot.polled import FAMILIES, PolledList, question
from hubspot.polled_answers import addresses, entries, is_known, moment, page

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_parents_are_families_of_their_own_and_only_children_watch() -> None:
    for family in FAMILIES.values():
        parent = FAMILIES.get(family.parent)
        assert (parent is not None and not parent.parent) or family.parent == ""
        assert ("{parent}" in family.rest) == bool(family.parent)
        assert family.parent or not family.watch


def test_a_page_is_asked_for_as_its_family_pages() -> None:
    first = question(PolledList(1, FAMILIES["lists"]), FIRST, None)
    assert first.is_post and (first.values["offset"], first.values["count"]) == (0, 500)
    form = PolledList(1, FAMILIES["form_submissions"], "a/b")
    asked = question(form, "x", AT)
    assert asked.rest == "form-integrations/v1/submissions/forms/a%2Fb"
    assert asked.values == {"limit": 50, "after": "x"} and not asked.is_post
    emails = question(PolledList(1, FAMILIES["marketing_emails"]), FIRST, AT)
    assert emails.values["updatedAfter"] == "2026-11-28T11:55:00Z" and "after" not in emails.values
    changes = PolledList(1, FAMILIES["subscription_changes"])
    since = {"limit": 1000, "startTimestamp": int(AT.timestamp() * 1000) - 3_600_000}
    assert question(changes, FIRST, AT).values == since
    assert question(changes, "17/ab", AT).values == since | {"endTimestamp": 17, "offset": "ab"}


@pytest.mark.parametrize(
    ("times", "after"), [([9, 8, 7], "7"), ([7, 7], "7/mark"), ([7], "7/mark")]
)
def test_a_log_goes_on_by_time_and_by_hubspots_mark_only_within_a_time(
    times: list[int], after: str
) -> None:
    family = FAMILIES["subscription_changes"]
    timeline = [{"timestamp": at, "recipient": "a@b.test", "changes": []} for at in times]
    body = {"timeline": timeline, "hasMore": True, "offset": "mark"}
    assert page(family, body).after == after
    assert page(family, body | {"hasMore": False}).after is None
    keys = [each.key for each in entries(family, page(family, body))]
    assert len(keys) == len(set(times)) and all(len(key) == 32 for key in keys)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("forms", {}),
        ("forms", {"results": [{"name": "no id"}]}),
        ("forms", {"results": [], "paging": {"next": {}}}),
        ("lists", {"lists": [], "hasMore": True}),
        ("list_memberships", {"results": [{"recordId": "x"}]}),
        ("subscription_changes", {"timeline": [], "hasMore": True, "offset": "mark"}),
        ("subscription_changes", {"timeline": [{"recipient": "a@b.test"}]}),
    ],
)
def test_what_is_no_page_is_not_taken_for_an_empty_one(name: str, body: dict[str, Any]) -> None:
    with pytest.raises(Unavailable):
        page(FAMILIES[name], body)


def test_a_list_of_either_name_is_read() -> None:
    family = FAMILIES["subscription_types"]
    for name in ("results", "subscriptionDefinitions"):
        assert [each.key for each in entries(family, page(family, {name: [{"id": 7}]}))] == ["7"]


def test_the_stamp_of_a_list_moves_with_its_members_and_not_with_its_name() -> None:
    def stamp(**more: Any) -> str:
        raw = {"listId": "1", "updatedAt": "x", "additionalProperties": {"hs_list_size": "1"}}
        [entry] = entries(FAMILIES["lists"], Page([raw | more], None))
        return entry.stamp

    assert stamp() == stamp(name="other")
    assert stamp() != stamp(additionalProperties={"hs_list_size": "2"})
    assert stamp() != stamp(updatedAt="y")


def test_the_newest_first_end_behind_an_older_one() -> None:
    family = FAMILIES["form_submissions"]
    at = int(AT.timestamp() * 1000)
    same, older = ({"conversionId": "1", "submittedAt": each} for each in (at, at - 1))
    assert moment(at) == AT and moment(True) is None
    assert not is_known(family, Page([same], "x"), AT)
    assert is_known(family, Page([same, older], "x"), AT)
    assert not is_known(family, Page([older], "x"), None)


def test_addresses_are_read_from_any_field() -> None:
    values = [{"name": "who", "value": " Ann@Example.com "}, {"name": "n", "value": 5}, "odd"]
    assert addresses({"values": values}) == {"ann@example.com"}
    assert addresses({"values": None}) == set()
    assert addresses({"recipient": "Ann@Example.com"}) == {"ann@example.com"}
