"""What a portal has beside its records, without webhooks: lists and members, forms and submissions,
marketing e-mails, campaigns, subscription types and changes, users, teams, roles, workflows.

Family → key of the parent (or "") → key → entry, as HubSpot's API shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .stream_events import email_events, page_visits
from .wire import iso

Entries = dict[str, dict[str, Any]]
Families = dict[str, dict[str, Entries]]
_DAY_MS = 86_400_000
_LISTS = (("1", "Newsletter", "0-1", 2), ("2", "Key accounts", "0-2", 3), ("3", "Nobody", "0-1", 0))
_FORMS = ("0f1d1a4e-6f5c-4b61-9f5e-1c1f7a7a0001", "0f1d1a4e-6f5c-4b61-9f5e-1c1f7a7a0002")


def generated_families(records: Mapping[str, Sequence[int]], now_ms: int) -> Families:
    """Make a few of each, the same for every portal."""
    made, changed = iso(now_ms - 300 * _DAY_MS), iso(now_ms - 20 * _DAY_MS)
    times = {"createdAt": made, "updatedAt": changed}
    return {
        **_lists(records, times),
        **_forms(now_ms, times),
        "marketing_emails": {"": _each(2, lambda n: _email(n, changed) | times)},
        "campaigns": {"": _each(2, lambda n: _campaign(n) | times)},
        "subscription_types": {"": _each(3, lambda n: _subscription_type(n) | times)},
        "subscription_changes": {"": {str(n): subscription_change(n, now_ms) for n in range(3)}},
        "hubspot_users": {"": _each(3, _user)},
        "hubspot_teams": {"": _each(2, _team)},
        "hubspot_roles": {"": _each(2, lambda n: {"name": f"Role {n}"})},
        "workflows": {"": _each(2, lambda n: _workflow(n) | times)},
        "email_events": {"": email_events(now_ms)},
        "event_occurrences": {"": page_visits(next(iter(records["contacts"]), 1), now_ms)},
    }


def _each(count: int, make: Any) -> Entries:
    return {str(n): {"id": str(n)} | make(n) for n in range(1, count + 1)}


def _lists(records: Mapping[str, Sequence[int]], times: dict[str, str]) -> Families:
    listed: Entries = {}
    members: dict[str, Entries] = {}
    for list_id, name, type_id, step in _LISTS:
        ids = records["contacts" if type_id == "0-1" else "companies"]
        listed[list_id] = times | {
            "listId": list_id,
            "name": name,
            "objectTypeId": type_id,
            "processingType": "MANUAL",
            "processingStatus": "COMPLETE",
            "listVersion": 1,
            "additionalProperties": {},
        }
        members[list_id] = {str(each): member(each, times) for each in ids[:: step or 1] if step}
    return {"lists": {"": listed}, "list_memberships": members}


def member(record_id: int, times: dict[str, str]) -> dict[str, Any]:
    return {"recordId": str(record_id), "membershipTimestamp": times["updatedAt"]}


def _forms(now_ms: int, times: dict[str, str]) -> Families:
    forms = {
        guid: times
        | {"id": guid, "name": f"Form {place}", "formType": "hubspot", "archived": False}
        | {"fieldGroups": [{"fields": [{"name": "email"}, {"name": "message"}]}]}
        for place, guid in enumerate(_FORMS, 1)
    }
    submitted = {
        guid: {f"{guid[-4:]}-{n}": submission(f"{guid[-4:]}-{n}", n, now_ms) for n in range(3)}
        for guid in _FORMS
    }
    return {"forms": {"": forms}, "form_submissions": submitted}


def submission(key: str, place: int, now_ms: int) -> dict[str, Any]:
    values = [
        {"name": "email", "value": f"Visitor{place}@Example.com", "objectTypeId": "0-1"},
        {"name": "message", "value": f"Question {place}", "objectTypeId": "0-1"},
    ]
    at = now_ms - _DAY_MS * (10 - place)
    page = "https://www.example.com/contact"
    return {"conversionId": key, "submittedAt": at, "values": values, "pageUrl": page}


def _email(place: int, at: str) -> dict[str, Any]:
    counters = {"sent": 100, "delivered": 96, "open": 48, "click": 12, "bounce": 4}
    return {
        "name": f"Letter {place}",
        "subject": f"News {place}",
        "state": "PUBLISHED",
        "publishDate": at,
        "stats": {"counters": counters | {"unsubscribed": 1}},
    }


def _campaign(place: int) -> dict[str, Any]:
    return {
        "properties": {
            "hs_name": f"Campaign {place}",
            "hs_campaign_status": "in_progress",
            "hs_start_date": "2026-01-10",
            "hs_currency_code": "USD",
            "hs_budget_items_sum_amount": "1200.50",
        }
    }


def _subscription_type(place: int) -> dict[str, Any]:
    return {
        "name": f"News of kind {place}",
        "description": "What is new",
        "purpose": "Marketing",
        "communicationMethod": "Email",
        "isActive": True,
        "isInternal": False,
    }


def subscription_change(place: int, now_ms: int) -> dict[str, Any]:
    cause = {"id": f"00000000-0000-0000-0000-{place:012}", "created": now_ms}
    one = {"source": "SOURCE_RECIPIENT", "causedByEvent": cause}
    changes = [
        {"change": "UNSUBSCRIBED", "changeType": "SUBSCRIPTION_STATUS", "subscriptionId": 1} | one,
        {"change": "UNSUBSCRIBED", "changeType": "PORTAL_STATUS"} | one,
    ]
    at = now_ms - _DAY_MS * (10 - place)
    return {"timestamp": at, "recipient": f"Visitor{place}@Example.com", "changes": changes}


def _user(place: int) -> dict[str, Any]:
    return {
        "email": f"user{place}@example.com",
        "firstName": "User",
        "lastName": str(place),
        "roleIds": ["1"],
        "primaryTeamId": "1",
        "secondaryTeamIds": ["2"],
        "superAdmin": place == 1,
    }


def _team(place: int) -> dict[str, Any]:
    return {"name": f"Team {place}", "userIds": ["1", "2"], "secondaryUserIds": ["3"]}


def _workflow(place: int) -> dict[str, Any]:
    return {
        "name": f"Workflow {place}",
        "isEnabled": place == 1,
        "flowType": "WORKFLOW",
        "objectTypeId": "0-1",
        "revisionId": "3",
    }
