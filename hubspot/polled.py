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

from hubspot.paging import FIRST

_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
_NEVER = timedelta(days=36_500)


class Paging(Enum):
    """Say how a family's next page is asked for."""

    CURSOR = "after"  # GET, paging.next.after
    OFFSET = "offset"  # POST, offset and hasMore
    WHOLE = "none"  # GET, everything at once
    BACKWARDS = "endTimestamp"  # GET, newest first: each page begins where the one before ended


@dataclass(frozen=True, slots=True)
class PolledFamily:
    """Describe one family.

    It is looked at `every` so often. Where HubSpot tells what is new (`changed_after`,
    `newest_first`), only that is asked for, and all of it each `whole_every`: only a whole walk
    tells what is gone. A log only grows, and nothing of it is ever gone. Where the parent tells
    that its entries changed (`watch`), only entries of such parents are asked for.
    """

    name: str  # as sync_status names it
    area: str  # of HubSpot's paths, before the version; empty for one without versions
    rest: str  # behind the version; {parent} is the parent's key
    scope: str
    every: timedelta = _HOUR
    whole_every: timedelta = _WEEK
    key: str = "id"
    digest_of: tuple[str, ...] = ()  # fields that are the key where HubSpot gives none
    found: tuple[str, ...] = ("results",)  # the field of the answer, by today's and older names
    paging: Paging = Paging.CURSOR
    limit: int = 100
    asked: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""  # the family whose entries each have a list of these
    watch: tuple[str, ...] = ()  # fields of the parent, dots between names
    updated: str = "updatedAt"
    changed_after: str = ""  # the parameter that leaves out what did not change since
    overlap: timedelta = timedelta(minutes=5)  # such an answer may lag behind
    in_ms: bool = False  # that parameter is a number: milliseconds since 1970
    is_log: bool = False  # entries never change and never go
    newest_first: bool = False  # by `updated`: a walk ends at what it knows
    are_members: bool = False  # records of other types, in the order of their ids
    name_people: bool = False  # values hold addresses of people

    @property
    def is_incremental(self) -> bool:
        return bool(self.changed_after) or self.newest_first


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
        PolledFamily(
            # Of version 1, which HubSpot supports until September 2027; no newer path has it:
            # https://developers.hubspot.com/docs/api-reference/legacy/communication-preferences/v1/
            # get-subscriptions-timeline
            *("subscription_changes", "", "email/public/v1/subscriptions/timeline", "content"),
            whole_every=_NEVER,
            digest_of=("timestamp", "recipient", "changes"),
            found=("timeline",),
            paging=Paging.BACKWARDS,
            limit=1000,
            updated="timestamp",
            changed_after="startTimestamp",
            overlap=_HOUR,  # no whole walk brings later what came late
            in_ms=True,
            is_log=True,
            name_people=True,
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
        # Version 4 ends on 2027-03-30. Of the dated versions only betas have it (2026-09-beta,
        # 2027-03-beta): https://developers.hubspot.com/docs/api-reference/2027-03-beta/automation/
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
        values[family.changed_after] = _time(family, since - family.overlap)
    match family.paging:
        case Paging.BACKWARDS:
            values |= {"limit": family.limit} | _back_from(cursor)
        case Paging.OFFSET:
            values |= {"count": family.limit, "offset": int(cursor)}
        case Paging.CURSOR:
            values |= {"limit": family.limit}
            values |= {} if cursor == FIRST else {"after": cursor}
    return PolledRequest(rest, values, family.paging is Paging.OFFSET)


def _time(family: PolledFamily, at: datetime) -> str | int:
    if family.in_ms:
        return int(at.timestamp() * 1000)
    return at.isoformat().replace("+00:00", "Z")


def _back_from(cursor: str) -> dict[str, Any]:
    """Read a cursor of Paging.BACKWARDS: a time, and HubSpot's own mark only where a whole page is
    of that time. The mark holds not for long, a time always does."""
    if cursor == FIRST:
        return {}
    at, _, mark = cursor.partition("/")
    return {"endTimestamp": int(at)} | ({"offset": mark} if mark else {})


def children(family: PolledFamily) -> list[PolledFamily]:
    """Answer the families that have a list for each entry of this one."""
    return [each for each in FAMILIES.values() if each.parent == family.name]
