"""Which records a table shows: type, columns, filters, order and page, all of it in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from dashboard.asked import Asked

PATH, FILE = "/records", "/records.csv"
DEFAULT_TYPE = "contacts"


@dataclass(frozen=True, slots=True)
class Listing:
    """The state of a table of records, as its URL says it."""

    portal: str | None
    object_type: str
    columns: tuple[str, ...] = ()  # none: the main ones
    filters: tuple[str, ...] = ()
    sort: str = ""  # none: the newest first, where that is known
    cursor: str | None = None

    def url(
        self,
        path: str = PATH,
        *,
        object_type: str | None = None,
        filters: Sequence[str] | None = None,
        sort: str | None = None,
        cursor: str | None = None,
    ) -> str:
        """Answer the address of the same table with something changed; it begins at page one."""
        if object_type is not None:
            return _url(path, [("portal", self.portal), ("type", object_type)])
        kept = self.filters if filters is None else filters
        pairs = [("portal", self.portal), ("type", self.object_type)]
        pairs += [("column", each) for each in self.columns]
        pairs += [("filter", each) for each in kept]
        return _url(path, [*pairs, ("sort", sort or self.sort), ("cursor", cursor)])

    def without(self, text: str) -> str:
        """Answer the address without one of the filters."""
        return self.url(filters=[each for each in self.filters if each != text])

    def sorted_by(self, name: str) -> str:
        """Answer the address sorted by a column, the other way round when it is already."""
        return self.url(sort=f"-{name}" if self.sort == name else name)

    @property
    def file(self) -> str:
        """Answer the address of the whole table as CSV."""
        return self.url(FILE)


def _url(path: str, pairs: Sequence[tuple[str, str | None]]) -> str:
    query = urlencode([(name, value) for name, value in pairs if value])
    return f"{path}?{query}" if query else path


def read(asked: Asked) -> Listing:
    """Read the state of a table. A filter that the form was sent with joins the others."""
    words = asked.words
    filters = [each for each in words.getlist("filter") if each]
    if name := words.get("property"):
        added = f"{name}:{words.get('operator', 'eq')}:{words.get('value', '')}"
        filters += [added] if added not in filters else []
    return Listing(
        portal=words.get("portal"),
        object_type=words.get("type") or DEFAULT_TYPE,
        columns=tuple(dict.fromkeys(words.getlist("column"))),
        filters=tuple(filters),
        sort=words.get("sort", ""),
        cursor=words.get("cursor"),
    )


def record_url(asked: Asked, object_type: str, hubspot_id: str) -> str:
    """Answer the address of a record's page."""
    return _url(f"{PATH}/{object_type}/{hubspot_id}", [("portal", asked.words.get("portal"))])
