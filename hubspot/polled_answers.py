"""Read HubSpot's answers about polled families: pages, and the entries on them. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from typing import Any

from hubspot import answers, json_text, property_values
from hubspot.errors import Unavailable
from hubspot.json_types import JsonObject
from hubspot.paging import Page
from hubspot.polled import Paging, PolledFamily, children


@dataclass(frozen=True, slots=True)
class PolledEntry:
    """Hold one entry as it is stored. Its lists are asked for again when `stamp` changes."""

    key: str
    raw: JsonObject
    updated_at: datetime | None
    stamp: str


def page(family: PolledFamily, body: JsonObject) -> Page:
    """Read a page. Raises Unavailable where it is not one: taken for empty it would mark all
    entries as gone."""
    named = next((name for name in family.found if name in body), family.found[0])
    what = f"an entry of {family.name}"
    needed = family.updated if family.digest_of else family.key
    found = answers.results({"results": body.get(named)}, what, {needed: answers.is_key})
    if family.are_members:
        found = [each | {"id": str(each[family.key])} for each in found]
        for each in found:
            answers.checked(what, each, {"id": answers.is_record_id})
    return Page(found, _after(family, body, found))


def _after(family: PolledFamily, body: JsonObject, found: list[JsonObject]) -> str | None:
    if family.paging is Paging.CURSOR:
        return answers.after(body)
    if family.paging is Paging.WHOLE or not body.get("hasMore"):
        return None
    mark, times = body.get("offset"), [raw[family.updated] for raw in found]
    is_back = family.paging is Paging.BACKWARDS
    if type(mark) is not (str if is_back else int) or (is_back and not times):
        raise Unavailable("HubSpot's answer does not say where its next page begins")
    if not is_back:
        return str(mark)
    oldest, newest = min(times), max(times)
    return str(oldest) if oldest < newest else f"{oldest}/{mark}"


def entries(family: PolledFamily, found: Page) -> list[PolledEntry]:
    """Read the entries of a page, each key once: where HubSpot lists one twice, the last counts."""
    each = {_key(family, raw): raw for raw in found.records}
    return [
        PolledEntry(
            json_text.storable(key)[0], raw, moment(raw.get(family.updated)), _stamp(family, raw)
        )
        for key, raw in each.items()
    ]


def _key(family: PolledFamily, raw: JsonObject) -> str:
    if not family.digest_of:
        return str(raw[family.key])
    told = dumps([raw.get(name) for name in family.digest_of], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def moment(value: object) -> datetime | None:
    """Read a time: ISO 8601, or milliseconds since 1970."""
    return property_values.timestamp(str(value)) if type(value) in (int, str) else None


def _stamp(family: PolledFamily, raw: JsonObject) -> str:
    """Write the fields of an entry that change when its own lists do."""
    watched = sorted({path for each in children(family) for path in each.watch})
    return "|".join(str(_field(raw, path)) for path in watched)


def _field(raw: Any, path: str) -> Any:
    for name in path.split("."):
        raw = raw.get(name) if type(raw) is dict else None
    return raw


def is_known(family: PolledFamily, found: Page, since: datetime | None) -> bool:
    """Tell whether a walk of the newest first has come to entries that it knows. Equal times are
    asked for once more: two may share one."""
    if not family.newest_first or since is None:
        return False
    times = [moment(raw.get(family.updated)) for raw in found.records]
    return any(at is not None and at < since for at in times)


def addresses(raw: JsonObject) -> set[str]:
    """Answer the e-mail addresses that an entry names, in small letters: among the values of a
    form's submission, or as the recipient of e-mails."""
    values = raw.get("values")
    found = values if type(values) is list else []
    texts = [str(each.get("value") or "") for each in found if type(each) is dict]
    texts.append(str(raw.get("recipient") or ""))
    return {text.strip().lower() for text in texts if "@" in text}
