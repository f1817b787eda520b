"""Walk HubSpot's pages: every list, search and batch that has more than one is walked here. Pure.

A page names the next one by a cursor, `after`. In lists of records it is the last id of the page,
so that a list may be begun at any id. HubSpot may make it opaque: then a list is one walk, from
the first page to the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hubspot.errors import Circular, MissingScopes, Refused, Unauthorized
from hubspot.json_types import JsonObject

FIRST = "0"  # the cursor of the first page
_IDS_END = 2**63


@dataclass(frozen=True, slots=True)
class Page:
    """Hold one page of a list or search. `after` is the cursor of the next, None on the last."""

    records: list[JsonObject]
    after: str | None
    total: int | None = None

    @property
    def ids(self) -> list[int]:
        return [int(record["id"]) for record in self.records]

    @property
    def goes_by_id(self) -> bool:
        """Tell whether the next page begins behind an id, as far as this page tells."""
        return self.after is None or (
            is_id(self.after) and int(self.after) >= max(self.ids, default=0)
        )


def is_id(cursor: str) -> bool:
    """Tell whether a cursor reads like a record's id."""
    return cursor.isascii() and cursor.isdecimal() and int(cursor) < _IDS_END


class Trail:
    """Say where a walk stands: the cursor `at` which it goes on (None: at its end), the cursors
    that it has seen, and in a list of records the highest id so far (`above`) and before the last
    page (`behind`)."""

    def __init__(
        self,
        what: str,
        at: str = FIRST,
        above: int | None = None,
        rises: bool = True,
        restarts: bool = False,
    ) -> None:
        """Begin at the cursor `at`. With `above` no id may be below those of the page before, nor
        below this one. With `rises` cursors that are numbers must rise: so do ids and times, and
        HubSpot says nothing of others. With `restarts` a walk whose first cursor is refused begins
        at the first page."""
        self.what, self._rises = what, rises
        self.at: str | None = at
        self.above = self.behind = above
        self._seen, self._restarts = {at}, restarts and at != FIRST

    def follow(self, page: Page) -> None:
        """Go on behind a page. Raises Circular where the walk would have no end."""
        if self.above is not None:
            self.behind, self.above = self.above, self._top(page, self.above)
        self.at, before, self._restarts = page.after, self.at, False
        if self.at is None:
            return
        if self.at == before or self.at in self._seen:
            raise Circular(f"HubSpot's {self.what} gives the cursor {self.at[:50]} once more")
        if not (self._rises and is_id(self.at)):
            self._seen.add(self.at)
        elif before is not None and is_id(before) and int(self.at) < int(before):
            raise Circular(f"HubSpot's {self.what} goes back from {before} to {self.at}")

    def _top(self, page: Page, above: int) -> int:
        if page.ids and min(page.ids) < above:
            raise Circular(f"HubSpot's {self.what} goes back from {above} to {min(page.ids)}")
        return max([above, *page.ids])

    def restart(self, error: Refused) -> bool:
        """Begin at the first page where HubSpot refuses the cursor of an earlier walk: it promises
        for none how long it holds. False when that is not why HubSpot refuses."""
        if not self._restarts or isinstance(error, MissingScopes | Unauthorized):
            return False
        self.at, self._seen, self._restarts = FIRST, {FIRST}, False
        self.above = None if self.above is None else 0
        return True


def pages(ask: Callable[[str], Page], trail: Trail) -> Iterator[Page]:
    """Yield page after page, asking for each only when it is wanted. Raises Circular where a cursor
    was seen before, or where the pages go back."""
    while trail.at is not None:
        try:
            page = ask(trail.at)
        except Refused as error:
            if not trail.restart(error):
                raise
            continue
        trail.follow(page)
        yield page
