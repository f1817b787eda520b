"""Write the webhooks that Spoke needs, as the webhooks-hsmeta.json of a project-based app. Pure.

https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks: classic
forms where HubSpot has them, because their payloads are the documented ones. Every other type has
generic forms; privacy deletion stands apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    classic: list[JsonObject] = []
    generic: list[JsonObject] = []
    for kind in kinds:
        if not kind.tells:
            continue
        if kind.singular in CLASSIC:
            classic += _classic(kind)
        else:
            generic += _generic(kind)
    return {
        "uid": "webhooks",
        "type": "webhooks",
        "config": {
            "settings": {"targetUrl": target_url, "maxConcurrentRequests": CONCURRENT_REQUESTS},
            "subscriptions": {
                "crmObjects": generic,
                "legacyCrmObjects": classic,
                "hubEvents": [{"subscriptionType": "contact.privacyDeletion", "active": True}],
            },
        },
    }


def _classic(kind: ObjectType) -> Iterator[JsonObject]:
    for action in ACTIONS:
        name = f"{kind.singular}.{action}"
        if name not in NOT_OFFERED:
            yield {"subscriptionType": name, "active": True}
    change = f"{kind.singular}.propertyChange"
    for name in _properties(kind):
        yield {"subscriptionType": change, "propertyName": name, "active": True}


def _generic(kind: ObjectType) -> Iterator[JsonObject]:
    subject = {"objectType": kind.singular, "active": True}
    for action in ACTIONS:
        yield {"subscriptionType": f"object.{action}", **subject}
    for name in _properties(kind):
        yield {"subscriptionType": "object.propertyChange", "propertyName": name, **subject}


def _properties(kind: ObjectType) -> list[str]:
    """Yield one subscription each. A change of any of them fetches the whole record, all other
    properties included."""
    wanted = (*(each.property for each in kind.columns if each.told), *kind.watched)
    refused = SILENT | SILENT_OF.get(kind.singular, frozenset())
    return [name for name in dict.fromkeys(wanted) if name not in refused]
