"""The few calls that we make to HubSpot, and how its answers read. How one request goes over the
wire stands in hubspot.transport.

HubSpot's own SDK stays out of the runtime: it has no default timeout, does not retry 429 on POST
and reads an unexpected 2xx as nothing. Paths:
https://developers.hubspot.com/docs/api-reference/latest/overview
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import requests

from hubspot.errors import Unavailable
from hubspot.json_types import JsonObject
from hubspot.objects import OBJECT_TYPES
from hubspot.rate_limit import RateLimit
from hubspot.transport import Transport

BATCH = 100  # ids in one batch read, records on one list page
LINK_BATCH = 1_000  # ids in one associations batch read
SEARCH_PAGE = 200
HISTORY_BATCH = 50  # ids in one batch read of histories
_LONGEST_QUERY = 5_000  # bytes of property names in a URL; 414s were seen from 8 kB on


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list or search. `after` is the cursor of the next, None on the last."""

    records: list[JsonObject]
    after: str | None
    total: int | None = None


class Client:
    """HubSpot as seen with one portal's token, which `fingerprint` names without telling it. Object
    types are named as its paths name them: ObjectType.path."""

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
        """Raises RateLimited where the next request would: before work begins that could not go
        on."""
        self._limit.check()

    # -- records

    def list_page(
        self,
        object_type: str,
        properties: Sequence[str],
        after: str | None = None,
        archived: bool = False,
    ) -> Page:
        """Up to 100 records in ascending order of id, those above the id `after`. Where the
        property names would not fit into a URL, the page holds ids only and a batch read brings the
        properties."""
        names = ",".join(properties)
        fits = len(names) <= _LONGEST_QUERY
        query = {
            "limit": BATCH,
            "after": after if after != "0" else None,
            "archived": "true" if archived else None,
        }
        page = _page(
            self._get(self._objects(object_type), query | {"properties": names if fits else None})
        )
        if fits or not page.records:
            return page
        ids = [record["id"] for record in page.records]
        return Page(self.batch_read(object_type, ids, properties, archived), page.after)

    def get(self, object_type: str, hubspot_id: str, properties: Sequence[str]) -> JsonObject:
        return self._get(
            f"{self._objects(object_type)}/{hubspot_id}", {"properties": ",".join(properties)}
        )

    def batch_read(
        self,
        object_type: str,
        ids: Sequence[str],
        properties: Sequence[str],
        archived: bool = False,
    ) -> list[JsonObject]:
        """The records among up to 100 ids that exist. Ids that do not (207, OBJECT_NOT_FOUND) are
        not in the list.

        Raises Unavailable when HubSpot names any other error: an id it failed to read is not an id
        that is gone.
        """
        path = f"{self._objects(object_type)}/batch/read" + ("?archived=true" if archived else "")
        answer = self._post(
            path, {"inputs": [{"id": each} for each in ids], "properties": list(properties)}
        )
        _only_not_found(answer)
        return _results(answer)

    def batch_read_history(
        self,
        object_type: str,
        ids: Sequence[str],
        properties: Sequence[str],
        archived: bool = False,
    ) -> list[JsonObject]:
        """As batch_read, of up to 50 ids: each record's propertiesWithHistory, the newest version
        first."""
        path = f"{self._objects(object_type)}/batch/read" + ("?archived=true" if archived else "")
        inputs = [{"id": each} for each in ids]
        body: JsonObject = {
            "inputs": inputs,
            "properties": [],
            "propertiesWithHistory": list(properties),
        }
        answer = self._post(path, body)
        _only_not_found(answer)
        return _results(answer)

    def search(
        self,
        object_type: str,
        filters: Sequence[JsonObject],
        sort: str,
        properties: Sequence[str],
        after: str | None = None,
    ) -> Page:
        """Up to 200 records that meet all filters, ascending by `sort` ("-name" descends). Never
        shows archived records, lags behind writes, and refuses to page past 10,000:
        https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm"""
        direction = "DESCENDING" if sort.startswith("-") else "ASCENDING"
        body: JsonObject = {
            "filterGroups": [{"filters": list(filters)}] if filters else [],
            "sorts": [{"propertyName": sort.removeprefix("-"), "direction": direction}],
            "properties": list(properties),
            "limit": SEARCH_PAGE,
        }
        return _page(
            self._post(
                f"{self._objects(object_type)}/search", body | ({"after": after} if after else {})
            )
        )

    def associations(
        self, object_type: str, to: str, ids: Sequence[str]
    ) -> dict[str, list[JsonObject]]:
        """The links of up to 1,000 records to records of type `to`: id → [{"id", "typeId",
        "category", "label"}], one entry per association type, every page of them. Records without
        links have an empty list."""
        links: dict[str, list[JsonObject]] = {each: [] for each in ids}
        waiting: list[JsonObject] = [{"id": each} for each in ids]
        while waiting:
            answer = self._post(
                f"{self._associations(object_type, to)}/batch/read", {"inputs": waiting}
            )
            _only_not_found(answer)
            waiting = []
            for result in _results(answer):
                origin = str(result["from"]["id"])
                links.setdefault(origin, []).extend(_links(object_type, to, result.get("to") or []))
                if after := _after(result):
                    waiting.append({"id": origin, "after": after})
        return links

    # -- what describes the records

    def properties(self, object_type: str) -> list[JsonObject]:
        return _results(self._get(self._path("crm/properties", object_type)))

    def pipelines(self, object_type: str) -> list[JsonObject]:
        return _results(self._get(self._path("crm/pipelines", object_type)))

    def schemas(self) -> list[JsonObject]:
        """The portal's own object types, with their properties and associations; it has none
        outside of Enterprise. Raises MissingScopes where the token may not see them."""
        return _results(self._get(self._path("crm-object-schemas", "schemas")))

    def owners(self, archived: bool = False) -> list[JsonObject]:
        """Every owner, of those that left (archived) or of those that work."""
        found: list[JsonObject] = []
        after: str | None = None
        while True:
            query = {"limit": BATCH, "after": after, "archived": "true" if archived else "false"}
            page = _page(self._get(self._path("crm/owners", ""), query))
            found += page.records
            if not (after := page.after):
                return found

    def account(self) -> JsonObject:
        """portalId, timeZone, companyCurrency …"""
        found = self._get(self._path("account-info", "details"))
        if not str(found.get("portalId")).isdecimal():
            raise Unavailable("HubSpot's answer does not say whose the access token is")
        return found

    # -- paths

    def _path(self, family: str, rest: str) -> str:
        """/crm/objects/2026-09/contacts, or /crm/v3/objects/contacts for the legacy version."""
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


def _results(body: JsonObject) -> list[JsonObject]:
    """A 2xx without results is a broken answer, not an empty one: taking it for empty would archive
    rows."""
    results = body.get("results")
    if not isinstance(results, list) or not all(isinstance(each, dict) for each in results):
        raise Unavailable("HubSpot's answer has no list of results")
    return results


def _only_not_found(body: JsonObject) -> None:
    unread = [
        error for error in body.get("errors") or [] if error.get("category") != "OBJECT_NOT_FOUND"
    ]
    if unread:
        raise Unavailable(f"HubSpot could not read some of a batch: {unread[0].get('message')}")


def _page(body: JsonObject) -> Page:
    return Page(_results(body), _after(body), body.get("total"))


def _after(body: JsonObject) -> str | None:
    """The cursor of the next page. paging.next.link is not followed: it is documented with odd
    hosts."""
    following = (body.get("paging") or {}).get("next") or {}
    return str(following["after"]) if following.get("after") else None


def _links(object_type: str, to: str, found: Iterable[JsonObject]) -> Iterable[JsonObject]:
    """One entry per link and association type, in the shape that HubSpot's list calls use, with the
    type id added."""
    name = f"{_singular(object_type)}_to_{_singular(to)}"
    for link in found:
        for kind in link.get("associationTypes") or [{}]:
            yield {
                "id": str(link["toObjectId"]),
                "type": name,
                "typeId": kind.get("typeId"),
                "category": kind.get("category"),
                "label": kind.get("label"),
            }


def _singular(path: str) -> str:
    """As HubSpot names association types; for a portal's own types that is what their paths say."""
    return OBJECT_TYPES[path].singular if path in OBJECT_TYPES else path
