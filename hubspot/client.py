"""Make the few calls to HubSpot, on requests: explicit timeouts, any 2xx accepted, every body
inspected.

HubSpot's own SDK stays out of the runtime: it has no default timeout, does not retry 429 on POST
and reads an unexpected 2xx as nothing. Paths:
https://developers.hubspot.com/docs/api-reference/latest/overview
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

import requests

from hubspot import answers, polled, polled_answers
from hubspot.json_types import JsonObject
from hubspot.paging import FIRST, Page, Trail, pages
from hubspot.rate_limit import RateLimit
from hubspot.streams import Stream, TimeSpan
from hubspot.transport import Transport

BATCH = 100  # ids in one batch read, records on one list page
LINK_BATCH = 1_000  # ids in one associations batch read
SEARCH_PAGE = 200
HISTORY_BATCH = 50  # ids in one batch read of histories
_LONGEST_QUERY = 5_000  # bytes of property names in a URL; 414s were seen from 8 kB on


class Client:
    """Ask HubSpot as seen with one portal's token, which `fingerprint` names without telling it.
    Object types are named as its paths name them: ObjectType.path."""

    def __init__(
        self,
        base_url: str,
        token: str,
        version: str,
        limit: RateLimit,
        session: requests.Session,
    ) -> None:
        self._version = version
        self._transport = transport = Transport(base_url, token, limit, session)
        self._get, self._post, self._limit = transport.get, transport.post, limit
        self.fingerprint = transport.fingerprint

    def rest(self, seconds: float) -> None:
        """Sleep, as the rate limit does; raises what ends the wait."""
        self._limit.rest(seconds)

    def linger(self) -> None:
        """Wait until the rate limit would let a request go, without sending one."""
        self._limit.linger()

    def check(self) -> None:
        """Raise RateLimited where the next request would: before work begins that could not go
        on."""
        self._limit.check()

    # -- records

    def list_page(
        self,
        object_type: str,
        properties: Sequence[str],
        after: str | None = None,
        archived: bool = False,
        limit: int = BATCH,
        inline: Sequence[str] = (),
    ) -> Page:
        """List up to `limit` records, of at most 100, in ascending order of id, those behind the
        cursor `after`. Where the property names would not fit into a URL, the page holds ids only
        and a batch read brings the properties. A record that merged meanwhile is left out: its
        survivor is on another page. `inline` types are those whose links each record shows, the
        first hundred at most, at no further request."""
        names = ",".join(properties)
        fits = len(names) <= _LONGEST_QUERY
        query: dict[str, int | str | None] = {"limit": limit}
        if after != FIRST:
            query["after"] = after
        if archived:
            query["archived"] = "true"
        if inline:
            query["associations"] = ",".join(inline)
        if fits:
            query["properties"] = names
        page = answers.page(self._get(self._objects(object_type), query))
        if fits or not page.records:
            return page
        ids = [record["id"] for record in page.records]
        read = self.batch_read(object_type, ids, properties, archived)
        found = {record["id"]: record for record in read}
        for record in page.records if inline else ():
            if record["id"] in found:
                found[record["id"]]["associations"] = record.get("associations")
        return Page([found[each] for each in ids if each in found], page.after)

    def get(self, object_type: str, hubspot_id: str, properties: Sequence[str]) -> JsonObject:
        path = f"{self._objects(object_type)}/{hubspot_id}"
        return answers.record(self._get(path, {"properties": ",".join(properties)}))

    def batch_read(
        self,
        object_type: str,
        ids: Sequence[str],
        properties: Sequence[str],
        archived: bool = False,
    ) -> list[JsonObject]:
        """Read the records among up to 100 ids that exist. Ids that do not (207, OBJECT_NOT_FOUND)
        are not in the list.

        Raises Unavailable when HubSpot names any other error: an id it failed to read is not an id
        that is gone.
        """
        path = f"{self._objects(object_type)}/batch/read" + ("?archived=true" if archived else "")
        inputs = [{"id": each} for each in ids]
        return answers.records(self._post(path, {"inputs": inputs, "properties": list(properties)}))

    def batch_read_history(
        self,
        object_type: str,
        ids: Sequence[str],
        properties: Sequence[str],
        archived: bool = False,
    ) -> list[JsonObject]:
        """Read as batch_read, of up to 50 ids: each record's propertiesWithHistory, the newest
        version first."""
        path = f"{self._objects(object_type)}/batch/read" + ("?archived=true" if archived else "")
        inputs = [{"id": each} for each in ids]
        body: JsonObject = {
            "inputs": inputs,
            "properties": [],
            "propertiesWithHistory": list(properties),
        }
        return answers.records(self._post(path, body), answers.HISTORY)

    def search(
        self,
        object_type: str,
        filters: Sequence[JsonObject],
        sort: str,
        properties: Sequence[str],
        after: str | None = None,
    ) -> Page:
        """Find up to 200 records that meet all filters, ascending by `sort` ("-name" descends).
        Never shows archived records, lags behind writes, and refuses to page past 10,000:
        https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm"""
        direction = "DESCENDING" if sort.startswith("-") else "ASCENDING"
        body: JsonObject = {
            "filterGroups": [{"filters": list(filters)}] if filters else [],
            "sorts": [{"propertyName": sort.removeprefix("-"), "direction": direction}],
            "properties": list(properties),
            "limit": SEARCH_PAGE,
        }
        body |= {"after": after} if after else {}
        return answers.page(self._post(f"{self._objects(object_type)}/search", body))

    def associations(
        self, object_type: str, to: str, ids: Sequence[str]
    ) -> dict[str, list[JsonObject]]:
        """Read the links of up to 1,000 records to records of type `to`: id → [{"id", "typeId",
        "category", "label"}], one entry per association type, every page of them. Records without
        links have an empty list."""
        links: dict[str, list[JsonObject]] = {each: [] for each in ids}
        trails: dict[str, Trail] = {}
        path = f"{self._associations(object_type, to)}/batch/read"
        waiting: list[JsonObject] = [{"id": each} for each in ids]
        while waiting:
            answer = self._post(path, {"inputs": waiting})
            waiting = []
            for ends in answers.linked(answer, object_type, to):
                links.get(ends.origin, []).extend(ends.links)
                if ends.after and ends.origin in links:
                    list_of = f"list of {to} of {object_type} {ends.origin}"
                    trail = trails.setdefault(ends.origin, Trail(list_of, rises=False))
                    trail.follow(Page([], ends.after))
                    waiting.append({"id": ends.origin, "after": ends.after})
        return links

    # -- what is written, by outgoing/write_back alone

    def batch_update(self, object_type: str, inputs: Sequence[JsonObject]) -> answers.BatchWritten:
        """Write properties of up to 100 records: [{"id", "properties"}]. HubSpot leaves a record as
        it is where nothing differs. An id that is gone is refused alone (207)."""
        path = f"{self._objects(object_type)}/batch/update"
        return answers.batch_written(self._post(path, {"inputs": list(inputs)}))

    def batch_upsert(
        self, object_type: str, key: str, inputs: Sequence[JsonObject]
    ) -> answers.BatchWritten:
        """Create up to 100 records, or write them where one has this value of the unique property
        `key`: [{"id": the value, "properties"}]."""
        path = f"{self._objects(object_type)}/batch/upsert"
        keyed = [each | {"idProperty": key} for each in inputs]
        return answers.batch_written(self._post(path, {"inputs": keyed}))

    def associate(self, object_type: str, to: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Link records to records of type `to`, without a label; twice changes nothing."""
        path = f"{self._associations(object_type, to)}/batch/associate/default"
        inputs = [{"from": {"id": start}, "to": {"id": end}} for start, end in pairs]
        self._post(path, {"inputs": inputs})

    def create_property_group(self, object_type: str, name: str, label: str) -> None:
        """Make a heading for properties; HubSpot refuses one that is there."""
        path = self._path("crm/properties", f"{object_type}/groups")
        self._post(path, {"name": name, "label": label})

    def property_groups(self, object_type: str) -> list[str]:
        """List the names of a type's groups of properties."""
        found = self._get(self._path("crm/properties", f"{object_type}/groups"))
        return [str(each.get("name")) for each in answers.results(found, "a group", {})]

    def create_property(self, object_type: str, definition: JsonObject) -> JsonObject:
        """Make a property; answers it as HubSpot describes it from now on."""
        made = self._post(self._path("crm/properties", object_type), definition)
        return answers.checked("a property", made, answers.PROPERTY)

    # -- what describes the records

    def association_types(self, object_type: str, to: str) -> list[JsonObject]:
        """Read the association types of a pair in one direction, people's own labels included:
        [{"typeId", "category", "label"}]."""
        path = f"{self._associations(object_type, to)}/labels"
        return answers.results(self._get(path), "an association type", answers.LINK_TYPE)

    def properties(self, object_type: str, sensitivity: str | None = None) -> list[JsonObject]:
        """Read a type's properties; sensitive ones are listed only where their kind is named."""
        asked = {"dataSensitivity": sensitivity}
        return answers.properties(self._get(self._path("crm/properties", object_type), asked))

    def pipelines(self, object_type: str) -> list[JsonObject]:
        return answers.pipelines(self._get(self._path("crm/pipelines", object_type)))

    def schemas(self) -> list[JsonObject]:
        """Read the portal's own object types, with their properties and associations; it has none
        outside of Enterprise. Raises MissingScopes where the token may not see them."""
        return answers.schemas(self._get(self._path("crm-object-schemas", "schemas")))

    def owners(self, archived: bool = False) -> list[JsonObject]:
        """Answer every owner who left (archived), or every owner who works."""
        path = self._path("crm/owners", "")
        query = {"limit": BATCH, "archived": "true" if archived else "false"}

        def ask(after: str) -> Page:
            return answers.owners(
                self._get(path, query | {"after": None if after == FIRST else after})
            )

        trail = Trail("list of owners", rises=False)
        return list(chain.from_iterable(page.records for page in pages(ask, trail)))

    def account(self) -> JsonObject:
        """Read portalId, timeZone, companyCurrency …"""
        found = self._get(self._path("account-info", "details"))
        return answers.checked("an account", found, answers.ACCOUNT)

    # -- what no webhook tells of

    def polled_page(self, place: polled.PolledList, cursor: str, since: datetime | None) -> Page:
        """Read a page of a polled family; with `since` only what changed from then on, where
        HubSpot can tell."""
        asked = polled.question(place, cursor, since)
        area = place.family.area
        path = self._path(area, asked.rest) if area else f"/{asked.rest}"
        answer = self._post(path, asked.values) if asked.is_post else self._get(path, asked.values)
        return polled_answers.page(place.family, answer)

    def stream_page(self, stream: Stream, stretch: TimeSpan, cursor: str) -> Page:
        """Read a page of events that happened in a stretch of time."""
        asked = stream.question(stretch, cursor)
        return stream.page(self._get(stream.place(self._version), asked))

    # -- paths

    def _path(self, family: str, rest: str) -> str:
        """Write /crm/objects/2026-09/contacts, or /crm/v3/objects/contacts for the legacy
        version."""
        if self._version != "v3":
            return f"/{family}/{self._version}/{rest}".rstrip("/")
        area, _, noun = family.partition("/")
        return f"/{area}/v3/{noun}/{rest}".replace("//", "/").rstrip("/")

    def _objects(self, object_type: str) -> str:
        return self._path("crm/objects", object_type)

    def _associations(self, object_type: str, to: str) -> str:
        legacy = self._version == "v3"
        return f"/crm/v4/associations/{object_type}/{to}" if legacy else (
            f"/crm/associations/{self._version}/{object_type}/{to}"
        )  # fmt: skip
