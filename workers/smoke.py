"""Ask a real portal, reading only, whether HubSpot behaves there as Spoke relies on.

Documentation leaves some behaviour open. Each question here is one entry of QUESTIONS: what Spoke
relies on, and how to look. Some thirty requests in all; nothing is written, there or here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from db.portals import Portal
from hubspot.client import Client
from hubspot.columns import MERGED_IDS
from hubspot.errors import HubSpotError, MissingScopes
from hubspot.objects import CONTACTS, DEALS, OBJECT_TYPES
from hubspot.paging import Page
from hubspot.rate_limit import last_daily
from hubspot.records import timestamp
from workers.context import Context

UNHEARD_OF = "spoke_smoke_no_such_property"


class Verdict(Enum):
    """How a question ended: as Spoke relies on, otherwise, or still open."""

    HOLDS = "✓"
    DIFFERS = "✗"
    OPEN = "?"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a portal showed of one question."""

    question: str
    verdict: Verdict
    seen: str


Seen = tuple[Verdict, str]
Look = Callable[[Client], Seen]


def smoke(context: Context, portal: Portal) -> Iterator[Answer]:
    """Look for each question's answer in turn. One that HubSpot refuses stays open, with its
    reason."""
    client = context.client(portal)
    for question, look in QUESTIONS.items():
        try:
            yield Answer(question, *look(client))
        except MissingScopes as error:
            yield Answer(question, Verdict.OPEN, f"the token may not see it: {error}")
        except HubSpotError as error:
            yield Answer(question, Verdict.OPEN, f"{type(error).__name__}: {error}")
    yield Answer("HubSpot says how much of the day is left", *_daily(context, portal))


def _judge(holds: bool, seen: str) -> Seen:
    return (Verdict.HOLDS if holds else Verdict.DIFFERS), seen


def _account(client: Client) -> Seen:
    found = client.account()
    zone, currency = found.get("timeZone"), found.get("companyCurrency")
    return _judge(bool(zone and currency), f"portal {found.get('portalId')}, {zone}, {currency}")


def _types(client: Client) -> Seen:
    """Check that each built-in type's list answers; a token without its scope is no surprise."""
    hidden = []
    for kind in OBJECT_TYPES.values():
        try:
            client.list_page(kind.path, [], limit=1)
        except MissingScopes:
            hidden.append(kind.name)
    seen = f"without scope: {', '.join(hidden)}" if hidden else f"all {len(OBJECT_TYPES)} types"
    return _judge(len(hidden) < len(OBJECT_TYPES), seen)


def _cursors(client: Client) -> Seen:
    page = client.list_page(CONTACTS.path, [], limit=2)
    if page.after is None:
        return Verdict.OPEN, "too few contacts"
    last = page.records[-1]["id"]
    return _judge(page.after == last, f"the page ends with {last}, the cursor is {page.after}")


def _ascending(client: Client) -> Seen:
    return _rises(client.list_page(CONTACTS.path, []), "contacts")


def _ascending_archived(client: Client) -> Seen:
    return _rises(client.list_page(CONTACTS.path, [], archived=True), "archived contacts")


def _rises(page: Page, what: str) -> Seen:
    ids = [int(record["id"]) for record in page.records]
    if len(ids) < 2:
        return Verdict.OPEN, f"{len(ids)} {what}"
    return _judge(ids == sorted(ids), f"{len(ids)} {what}")


def _unheard(client: Client) -> Seen:
    page = client.list_page(CONTACTS.path, [UNHEARD_OF], limit=1)
    if not page.records:
        return Verdict.OPEN, "no contacts"
    values = page.records[0].get("properties") or {}
    return _judge(UNHEARD_OF not in values or values[UNHEARD_OF] is None, "it was left out")


def _modified(client: Client) -> Seen:
    """Check that search knows the modified time of the newest record of contacts and deals."""
    wrong, looked = [], 0
    for kind in (CONTACTS, DEALS):
        found = client.search(kind.path, [], f"-{kind.modified}", [kind.modified]).records
        looked += bool(found)
        if found and not timestamp(found[0]["properties"].get(kind.modified)):
            wrong.append(kind.name)
    if not looked:
        return Verdict.OPEN, "no records"
    return _judge(not wrong, f"not of {', '.join(wrong)}" if wrong else "contacts and deals")


def _merged(client: Client) -> Seen:
    """Documentation does not say whether a batch read finds a record by an id that a merge took."""
    filters = [{"propertyName": MERGED_IDS, "operator": "HAS_PROPERTY"}]
    found = client.search(CONTACTS.path, filters, "hs_object_id", [MERGED_IDS]).records
    for record in found:
        for old in filter(None, str(record["properties"].get(MERGED_IDS) or "").split(";")):
            if old != record["id"]:
                return _read_merged(client, old, record["id"])
    return Verdict.OPEN, "no contact was ever merged"


def _read_merged(client: Client, old: str, survivor: str) -> Seen:
    """Tell what a merged id answers. Both answers are safe: survivors name their former ids."""
    read = client.batch_read(CONTACTS.path, [old], [])
    if not read:
        return Verdict.HOLDS, f"a batch read of {old} finds nothing"
    return _judge(read[0]["id"] == survivor, f"a batch read of {old} answers {read[0]['id']}")


def _linked(client: Client) -> Seen:
    ids = [record["id"] for record in client.list_page(DEALS.path, []).records]
    links = client.associations(DEALS.path, CONTACTS.path, ids) if ids else {}
    ends = [end for found in links.values() for end in found]
    if not ends:
        return Verdict.OPEN, "no deal of the first page has a contact"
    whole = all(str(end.get("id", "")).isdigit() and end.get("typeId") for end in ends)
    labels = sorted({end["label"] for end in ends if end.get("label")})
    return _judge(whole, f"{len(ends)} links, labels: {', '.join(labels) or 'none'}")


def _schemas(client: Client) -> Seen:
    return Verdict.HOLDS, f"{len(client.schemas())} custom types"


def _clock(client: Client) -> Seen:
    """Check that no record is newer than now: the guard compares HubSpot's times with ours."""
    found = client.search(DEALS.path, [], f"-{DEALS.modified}", [DEALS.modified]).records
    at = None
    if found:
        at = timestamp(found[0]["properties"].get(DEALS.modified))
    if at is None:
        return Verdict.OPEN, "no deals"
    ahead = (at - datetime.now(UTC)).total_seconds()
    return _judge(ahead < 60, f"the newest deal is {-ahead:,.0f} s old")


def _daily(context: Context, portal: Portal) -> Seen:
    seen = last_daily(context.server, str(portal.portal_id))
    if seen is None:
        return Verdict.OPEN, "no answer said so"
    return Verdict.HOLDS, f"{seen.remaining:,} of {seen.limit:,}"


QUESTIONS: dict[str, Look] = {
    "The account names its time zone and currency": _account,
    "Lists of the built-in types answer": _types,
    "A list's cursor is the id of its last record": _cursors,
    "Lists ascend by id": _ascending,
    "Lists of archived records ascend by id": _ascending_archived,
    "A property that is not defined is left out in silence": _unheard,
    "Search sorts by the modified time of each type": _modified,
    "A merged id leads to its survivor or nowhere": _merged,
    "Links say id and type": _linked,
    "Custom types can be listed": _schemas,
    "HubSpot's clock is not ahead of ours": _clock,
}
