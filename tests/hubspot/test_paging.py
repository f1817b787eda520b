"""Walks of pages: each page once, and an end with a reason where the pages lead in a circle."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from hubspot.errors import Circular, MissingScopes, Refused
from hubspot.paging import FIRST, Page, Trail, pages

Pages = dict[str, tuple[list[int], str | None]]  # by cursor: the ids, and the cursor of the next


def walked(there: Pages, trail: Trail, at_most: int = 20) -> list[list[int]]:
    """Answer the ids of each page that a walk yields; HubSpot refuses cursors that it does not
    know."""

    def ask(cursor: str) -> Page:
        if cursor not in there:
            raise Refused("HubSpot answered 400: Invalid paging cursor")
        ids, after = there[cursor]
        return Page([{"id": str(each)} for each in ids], after)

    return [page.ids for page in islice(pages(ask, trail), at_most)]


IDS: Pages = {"0": ([1, 2], "2"), "2": ([5], "5"), "5": ([9], None)}
TOKENS: Pages = {"0": ([1, 2], "b"), "b": ([5], "a"), "a": ([9], None)}


@pytest.mark.parametrize("there", [IDS, TOKENS])
def test_each_page_is_asked_for_once(there: Pages) -> None:
    trail = Trail("list of contacts", above=0)
    assert walked(there, trail) == [[1, 2], [5], [9]]
    assert (trail.at, trail.behind, trail.above) == (None, 5, 9)


def test_a_page_is_asked_for_when_it_is_wanted() -> None:
    trail = Trail("list of contacts", "2", above=2)
    assert walked(IDS, trail, at_most=1) == [[5]] and trail.at == "5"


@pytest.mark.parametrize(
    ("there", "options", "said"),
    [
        ({"0": ([1], "1"), "1": ([2], "1")}, {"above": 0}, "cursor 1 once more"),
        ({"0": ([], "0")}, {}, "cursor 0 once more"),
        ({"0": ([], "5"), "5": ([], "3")}, {}, "goes back from 5 to 3"),
        ({"0": ([], "5"), "5": ([], "3"), "3": ([], "5")}, {"rises": False}, "5 once more"),
        ({"0": ([1], "a"), "a": ([2], "b"), "b": ([3], "a")}, {"above": 0}, "a once more"),
        ({"0": ([5], "a"), "a": ([4], "b")}, {"above": 0}, "goes back from 5 to 4"),
        ({"0": ([1], "a"), "a": ([2], "7"), "7": ([3], "a")}, {"above": 0}, "a once more"),
    ],
)
def test_pages_that_lead_in_a_circle_or_back_end_the_walk(
    there: Pages, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(Circular, match=f"HubSpot's list of contacts .*{said}"):
        walked(there, Trail("list of contacts", **options))


def test_a_page_may_begin_with_the_last_record_of_the_one_before() -> None:
    """So it does where a cursor is the first id to come: it goes on all the same."""
    there: Pages = {"0": ([1, 2], "2"), "2": ([2, 3], None)}
    assert walked(there, Trail("list of contacts", above=0)) == [[1, 2], [2, 3]]


def test_a_cursor_of_an_earlier_walk_that_is_refused_leads_to_the_first_page() -> None:
    trail = Trail("list of contacts", "old", above=70, restarts=True)
    assert walked(IDS, trail) == [[1, 2], [5], [9]]
    with pytest.raises(Refused):
        walked(IDS, Trail("list of contacts", "old", above=70))
    with pytest.raises(Refused):
        walked({"0": ([1], "gone")}, Trail("list of contacts", FIRST, above=0, restarts=True))
    assert not Trail("list", "old", restarts=True).restart(MissingScopes("no scope"))


@pytest.mark.parametrize(
    ("after", "goes"),
    [(None, True), ("9", True), ("10", True), ("8", False), ("x", False), ("٩٩", False)],
)
def test_a_cursor_is_an_id_where_it_is_no_less_than_those_of_its_page(
    after: str | None, goes: bool
) -> None:
    assert Page([{"id": "3"}, {"id": "9"}], after).goes_by_id is goes
    assert Page([{"id": "9"}], "9" * 30).goes_by_id is False
