"""Walk HubSpot's search by time: every record whose created or modified time lies in a range.

Search's own offsets are not used, for two reasons. An edit during the walk moves its record to the
end and shifts every later one, so the next page would skip one. Past 10,000 search refuses.

Instead each page asks again from the last time seen. Where a whole page shares one time (HubSpot's
nightly jobs touch tens of thousands at once) that instant is walked by id.
https://github.com/airbytehq/airbyte/issues/43317
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hubspot import records
from hubspot.client import SEARCH_PAGE, Client
from hubspot.errors import Unavailable
from hubspot.json_types import JsonObject
from hubspot.objects import ObjectType
from hubspot.paging import FIRST, Page, Trail, pages
from workers.patience import patiently


def between(
    client: Client, kind: ObjectType, name: str, since: datetime, until: datetime | None = None
) -> Iterator[list[JsonObject]]:
    """Yield pages of records whose property `name`, a time, is in [since, until), as search sees
    them. A page may begin with the last record of the one before."""
    ends = [_filter(name, "LT", _milliseconds(until))] if until else []

    def ask(low: str) -> Page:
        found = _page(client, kind, [_filter(name, "GTE", low), *ends], name, name)
        return Page(found, _following(kind, found, name))

    what = f"search of {kind.name} by {name}"
    for page in pages(ask, Trail(what, str(_milliseconds(since)))):
        yield page.records
        if page.after and _instant(kind, page.records, name):
            yield from _same_instant(client, kind, name, int(page.after) - 1)


def _following(kind: ObjectType, found: list[JsonObject], name: str) -> str | None:
    """Answer the time at which the next page begins: the last one of a full page, or the
    millisecond after it where the page shares one time."""
    if len(found) < SEARCH_PAGE:
        return None
    last = _milliseconds(moment(kind, found[-1], name))
    return str(last + 1 if _instant(kind, found, name) else last)


def _instant(kind: ObjectType, found: list[JsonObject], name: str) -> bool:
    """Tell whether a page of records shares one time, as far as filters can tell."""
    first, last = moment(kind, found[0], name), moment(kind, found[-1], name)
    return _milliseconds(first) == _milliseconds(last)


def _same_instant(
    client: Client, kind: ObjectType, name: str, instant: int
) -> Iterator[list[JsonObject]]:
    """Yield every record of exactly this millisecond, by ascending id."""

    def ask(last: str) -> Page:
        filters = [_filter(name, "EQ", instant), _filter("hs_object_id", "GT", last)]
        found = _page(client, kind, filters, "hs_object_id", name)
        return Page(found, found[-1]["id"] if found else None)

    trail = Trail(f"search of {kind.name} by id", FIRST, above=0)
    return (page.records for page in pages(ask, trail) if page.records)


def _page(
    client: Client, kind: ObjectType, filters: list[dict[str, str]], sort: str, name: str
) -> list[JsonObject]:
    return patiently(client.rest, lambda: client.search(kind.path, filters, sort, [name])).records


def moment(kind: ObjectType, record: JsonObject, name: str) -> datetime:
    """Answer a record's created or modified time. Raises Unavailable where search left it out."""
    beside = record.get("updatedAt" if name == kind.modified else "createdAt")
    found = records.timestamp((record.get("properties") or {}).get(name) or beside)
    if found is None:
        raise Unavailable(f"HubSpot's search answered {kind.name} {record['id']} without {name}")
    return found


def _filter(name: str, operator: str, value: object) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
