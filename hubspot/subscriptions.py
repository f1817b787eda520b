"""Write the webhooks that Spoke needs, as the webhooks-hsmeta.json of a project-based app. Pure.

https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks: classic
forms where HubSpot has them, because their payloads are the documented ones. Every other type has
generic forms; privacy deletion stands apart.
"""

from __future__ import annotations

from collections.abc import Iterable

from hubspot.json_types import JsonObject
from hubspot.objects import ObjectType

CLASSIC = frozenset({"contact", "company", "deal", "ticket", "product", "line_item"})
ACTIONS = ("creation", "deletion", "restore", "merge", "associationChange")
NOT_OFFERED = frozenset({"product.associationChange"})
# Properties that HubSpot refuses to subscribe to, whatever their type.
SILENT = frozenset({"hs_lastmodifieddate", "lastmodifieddate", "num_unique_conversion_events"})
SILENT_OF = {
    "email": frozenset({"hs_email_html", "hs_email_subject"}),
    "communication": frozenset({"hs_communication_body"}),
}
CONCURRENT_REQUESTS = 10


def app_component(target_url: str, kinds: Iterable[ObjectType]) -> JsonObject:
    """Write the whole file. HubSpot refuses the removal of a deployed subscription: set its
    "active" to false instead."""
    kinds = [kind for kind in kinds if kind.tells]
    return {
        "uid": "webhooks",
        "type": "webhooks",
        "config": {
            "settings": {"targetUrl": target_url, "maxConcurrentRequests": CONCURRENT_REQUESTS},
            "subscriptions": {
                "crmObjects": [
                    each
                    for kind in kinds
                    if kind.singular not in CLASSIC
                    for each in _generic(kind)
                ],
                "legacyCrmObjects": [
                    each for kind in kinds if kind.singular in CLASSIC for each in _classic(kind)
                ],
                "hubEvents": [{"subscriptionType": "contact.privacyDeletion", "active": True}],
            },
        },
    }


def _classic(kind: ObjectType) -> list[JsonObject]:
    names = [f"{kind.singular}.{action}" for action in ACTIONS]
    change = f"{kind.singular}.propertyChange"
    return [
        *({"subscriptionType": name, "active": True} for name in names if name not in NOT_OFFERED),
        *(
            {"subscriptionType": change, "propertyName": name, "active": True}
            for name in _properties(kind)
        ),
    ]


def _generic(kind: ObjectType) -> list[JsonObject]:
    subject = {"objectType": kind.singular}
    return [
        *(
            {"subscriptionType": f"object.{action}", **subject, "active": True}
            for action in ACTIONS
        ),
        *(
            {
                "subscriptionType": "object.propertyChange",
                **subject,
                "propertyName": name,
                "active": True,
            }
            for name in _properties(kind)
        ),
    ]


def _properties(kind: ObjectType) -> list[str]:
    """Yield one subscription each. A change of any of them fetches the whole record, all other
    properties included."""
    wanted = (*(column.property for column in kind.columns), *kind.watched)
    refused = SILENT | SILENT_OF.get(kind.singular, frozenset())
    return [name for name in dict.fromkeys(wanted) if name not in refused]
