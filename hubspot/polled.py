"""List the families of data that no webhook tells of, one entry each: they are polled. Pure.

A family is a list that HubSpot pages through, of the portal or of each entry of another family:
members of lists, submissions of forms. Paths, parameters and scopes:
https://developers.hubspot.com/docs/api-reference/latest/overview
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from urllib.parse import quote

from hubspot import answers, json_text, property_values
from hubspot.errors import Unavailable
from hubspot.json_types import JsonObject
from hubspot.paging import FIRST, Page

_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
_OVERLAP = timedelta(minutes=5)  # HubSpot's lists of changes may lag behind


class Paging(Enum):
    """Say how a family's next page is asked for."""

    CURSOR = "after"  # GET, paging.next.after
    OFFSET = "offset"  # POST, offset and hasMore
    WHOLE = "none"  # GET, everything at once


@dataclass(frozen=True, slots=True)
class PolledFamily:
    """Describe one family.

    It is looked at `every` so often. Where HubSpot tells what is new (`changed_after`,
    `newest_first`), only that is asked for, and all of it each `whole_every`: only a whole walk
    tells what is gone. Where the parent tells that its entries changed (`watch`), only entries of
    such parents are asked for.
    """

    name: str  # as sync_status names it
    area: str  # of HubSpot's paths, before the version; empty for one without versions
    rest: str  # behind the version; {parent} is the parent's key
    scope: str
    every: timedelta = _HOUR
    whole_every: timedelta = _WEEK
    key: str = "id"
    found: tuple[str, ...] = ("results",)  # the field of the answer, by today's and older names
    paging: Paging = Paging.CURSOR
    limit: int = 100
    asked: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""  # the family whose entries each have a list of these
    watch: tuple[str, ...] = ()  # fields of the parent, dots between names
    updated: str = "updatedAt"
    changed_after: str = ""  # the parameter that leaves out what did not change since
    newest_first: bool = False  # by `updated`: a walk ends at what it knows
    are_members: bool = False  # records of other types, in the order of their ids
    name_people: bool = False  # values hold addresses of people

    @property
    def is_incremental(self) -> bool:
        return bool(self.changed_after) or self.newest_first


@dataclass(frozen=True, slots=True)
class PolledEntry:
    """Hold one entry as it is stored. Its lists are asked for again when `stamp` changes."""

    key: str
    raw: JsonObject
    updated_at: datetime | None
    stamp: str


@dataclass(frozen=True, slots=True)
class PolledList:
    """Name one list: a family's own, or the one of a parent's entry."""

    portal_id: int
    family: PolledFamily
    parent_key: str = ""

    @property
    def where(self) -> dict[str, object]:
        """Answer the parameters by which a statement finds its rows."""
        found = {"portal_id": self.portal_id, "family": self.family.name}
        return found | {"parent_key": self.parent_key}

    def __str__(self) -> str:
        return f"{self.family.name} {self.parent_key}".strip()


_SIZES = ("hs_list_size", "hs_last_record_added_at", "hs_last_record_removed_at")
_CAMPAIGN = (
    "hs_name,hs_start_date,hs_end_date,hs_campaign_status,hs_audience,hs_goal,hs_notes,"
    "hs_currency_code,hs_budget_items_sum_amount,hs_spend_items_sum_amount,hs_owner,hs_utm"
)
FAMILIES = {
    family.name: family
    for family in (
        PolledFamily(
            *("lists", "crm/lists", "search", "crm.lists.read"),
            key="listId",
            found=("lists",),
            paging=Paging.OFFSET,
            limit=500,
            asked={"query": "", "additionalProperties": list(_SIZES)},
        ),
        PolledFamily(
            *("list_memberships", "crm/lists", "{parent}/memberships", "crm.lists.read"),
            key="recordId",
            limit=250,
            parent="lists",
            watch=("updatedAt", *(f"additionalProperties.{name}" for name in _SIZES)),
            updated="membershipTimestamp",
            are_members=True,
        ),
        PolledFamily("forms", "marketing/forms", "", "forms"),
        PolledFamily(
            # HubSpot has no newer path for it than this one.
            *("form_submissions", "", "form-integrations/v1/submissions/forms/{parent}", "forms"),
            key="conversionId",
            limit=50,
            parent="forms",
            updated="submittedAt",
            newest_first=True,
            name_people=True,
        ),
        PolledFamily(
            *("marketing_emails", "marketing/emails", "", "content"),
            asked={"includeStats": "true", "archived": "false"},
            changed_after="updatedAfter",
            whole_every=_DAY,  # statistics grow without a change
        ),
        PolledFamily(
            *("campaigns", "marketing/campaigns", "", "marketing.campaigns.read"),
            asked={"properties": _CAMPAIGN},
        ),
        PolledFamily(
            *("subscription_types", "communication-preferences", "definitions"),
            "subscriptions-definition-read",
            every=_DAY,
            found=("results", "subscriptionDefinitions"),
            paging=Paging.WHOLE,
        ),
        PolledFamily("hubspot_users", "settings/users", "", "settings.users.read", every=6 * _HOUR),
        PolledFamily(
            *("hubspot_teams", "settings/users", "teams", "settings.users.teams.read"),
            every=6 * _HOUR,
            paging=Paging.WHOLE,
        ),
        PolledFamily(
            *("hubspot_roles", "settings/users", "roles", "settings.users.read"),
            every=_DAY,
            paging=Paging.WHOLE,
        ),
        PolledFamily("workflows", "", "automation/v4/flows", "automation"),
    )
}


@dataclass(frozen=True, slots=True)
class PolledRequest:
    """Hold what to ask for a page: behind which path, by which parameters or body."""

    rest: str
    values: dict[str, Any]
    is_post: bool


def question(place: PolledList, cursor: str, since: datetime | None) -> PolledRequest:
    """Write the request of a page; `since` leaves out what did not change since, where HubSpot
    can."""
    family = place.family
    rest = family.rest.format(parent=quote(place.parent_key, safe=""))
    values = dict(family.asked)
    if since is not None and family.changed_after:
        values[family.changed_after] = (since - _OVERLAP).isoformat().replace("+00:00", "Z")
    match family.paging:
        case Paging.OFFSET:
            values |= {"count": family.limit, "offset": int(cursor)}
        case Paging.CURSOR:
            values |= {"limit": family.limit}
            values |= {} if cursor == FIRST else {"after": cursor}
    return PolledRequest(rest, values, family.paging is Paging.OFFSET)


def page(family: PolledFamily, body: JsonObject) -> Page:
    """Read a page. Raises Unavailable where it is not one: taken for empty it would mark all
    entries as gone."""
    named = next((name for name in family.found if name in body), family.found[0])
    what = f"an entry of {family.name}"
    found = answers.results({"results": body.get(named)}, what, {family.key: answers.is_key})
    if family.are_members:
        found = [each | {"id": str(each[family.key])} for each in found]
        for each in found:
            answers.checked(what, each, {"id": answers.is_record_id})
    return Page(found, _after(family, body))


def _after(family: PolledFamily, body: JsonObject) -> str | None:
    if family.paging is Paging.CURSOR:
        return answers.after(body)
    if family.paging is Paging.WHOLE or not body.get("hasMore"):
        return None
    if type(body.get("offset")) is not int:
        raise Unavailable("HubSpot's answer does not say where its next page begins")
    return str(body["offset"])


def entries(family: PolledFamily, found: Page) -> list[PolledEntry]:
    """Read the entries of a page, each key once: where HubSpot lists one twice, the last counts."""
    each = {str(raw[family.key]): raw for raw in found.records}
    return [
        PolledEntry(
            json_text.storable(key)[0], raw, moment(raw.get(family.updated)), _stamp(family, raw)
        )
        for key, raw in each.items()
    ]


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


def children(family: PolledFamily) -> list[PolledFamily]:
    """Answer the families that have a list for each entry of this one."""
    return [each for each in FAMILIES.values() if each.parent == family.name]


def is_known(family: PolledFamily, found: Page, since: datetime | None) -> bool:
    """Tell whether a walk of the newest first has come to entries that it knows. Equal times are
    asked for once more: two may share one."""
    if not family.newest_first or since is None:
        return False
    times = [moment(raw.get(family.updated)) for raw in found.records]
    return any(at is not None and at < since for at in times)


def addresses(raw: JsonObject) -> set[str]:
    """Answer the e-mail addresses among the values of a form's submission, in small letters."""
    values = raw.get("values")
    found = values if type(values) is list else []
    texts = [str(each.get("value") or "") for each in found if type(each) is dict]
    return {text.strip().lower() for text in texts if "@" in text}
