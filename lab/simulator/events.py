"""The events of a webhook delivery, in HubSpot's classic and generic forms. Values in, a dict out.

Fields: https://developers.hubspot.com/docs/api/webhooks and
https://developers.hubspot.com/docs/apps/legacy-apps/public-apps/create-generic-webhook-subscriptions
"""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any
from zlib import crc32

from hubspot.objects import ObjectType

from .association_types import DEFINED
from .associations import LinkChange

Event = dict[str, Any]

APP_ID = 54_321
PRIVACY = {"contacts"}  # the types with an event for privacy deletions
CLASSIC = {"contacts", "companies", "deals", "tickets", "products", "line_items"}
CLASSIC_LINKS = CLASSIC - {"products"}  # there is no product.associationChange


@dataclass(frozen=True, slots=True)
class Origin:
    """Who made a change, when, as events tell it."""

    at_ms: int
    source: str = "INTEGRATION"  # of what an app writes with its token
    source_id: str = str(APP_ID)


@dataclass(slots=True)
class Writer:
    """Writes the events of one portal; `form` is classic, generic or auto."""

    portal_id: int
    types: dict[str, ObjectType]
    random: Random
    form: str = "auto"

    def classic(self, *names: str, among: Iterable[str] = CLASSIC) -> bool:
        """Tell whether an event takes its classic form. Types without one always get the generic
        form; HubSpot has no other."""
        return self.form != "generic" and set(names) <= set(among)

    def created(self, kind: ObjectType, record_id: int, origin: Origin) -> Event:
        return self._of_record("creation", kind, record_id, origin, changeFlag="CREATED")

    def archived(self, kind: ObjectType, record_id: int, origin: Origin) -> Event:
        return self._of_record("deletion", kind, record_id, origin, changeFlag="DELETED")

    def restored(self, kind: ObjectType, record_id: int, origin: Origin) -> Event:
        return self._of_record("restore", kind, record_id, origin, changeFlag="RESTORED")

    def changed(
        self, kind: ObjectType, record_id: int, name: str, value: str | None, origin: Origin
    ) -> Event:
        """Tell a new value; a value of a sensitive property is None here and REDACTED there."""
        more = {} if self.classic(kind.name) else {"isSensitive": value is None}
        return self._of_record(
            "propertyChange",
            kind,
            record_id,
            origin,
            propertyName=name,
            propertyValue="REDACTED" if value is None else value,
            **more,
        )

    def merged(
        self,
        kind: ObjectType,
        survivor: int,
        primary: int,
        others: list[int],
        moved: int,
        origin: Origin,
    ) -> Event:
        fields = {"primaryObjectId": primary, "mergedObjectIds": others, "newObjectId": survivor}
        return self._of_record(
            "merge", kind, survivor, origin, numberOfPropertiesMoved=moved, **fields
        )

    def purged(self, record_id: int, origin: Origin) -> Event:
        """Tell a privacy deletion; contact.privacyDeletion has no generic form."""
        return self._envelope("contact.privacyDeletion", origin, "") | {"objectId": record_id}

    def linked(self, change: LinkChange, origin: Origin) -> Event | None:
        """Tell a change of links. User-defined labels fire no event: seen by several integrators,
        documented nowhere."""
        if change.label.category != DEFINED:
            return None
        start, end = self.types[change.from_type], self.types[change.to_type]
        fields = {
            "fromObjectId": change.from_id,
            "toObjectId": change.to_id,
            "associationRemoved": change.removed,
            "isPrimaryAssociation": change.label.primary,
        }
        if self.classic(start.name, end.name, among=CLASSIC_LINKS):
            name = f"{start.singular}_to_{end.singular}".upper()
            return (
                self._envelope(f"{start.singular}.associationChange", origin, name)
                | fields
                | {"associationType": name}
            )
        generic = {
            "fromObjectTypeId": start.type_id,
            "toObjectTypeId": end.type_id,
            "associationTypeId": change.label.type_id,
            "associationCategory": change.label.category,
        }
        return self._envelope("object.associationChange", origin, start.type_id) | fields | generic

    def _of_record(
        self, what: str, kind: ObjectType, record_id: int, origin: Origin, **fields: Any
    ) -> Event:
        distinguishing = kind.type_id + str(fields.get("propertyName", ""))
        if self.classic(kind.name):
            event = self._envelope(f"{kind.singular}.{what}", origin, distinguishing)
        else:
            event = self._envelope(f"object.{what}", origin, distinguishing) | {
                "objectTypeId": kind.type_id
            }
        return event | {"objectId": record_id} | fields

    def _envelope(self, subscription: str, origin: Origin, distinguishing: str) -> Event:
        """Draw an eventId from 31 bits, so that it repeats now and then: HubSpot does not promise
        otherwise."""
        return {
            "eventId": self.random.getrandbits(31),
            "subscriptionId": 1_000_000
            + crc32((subscription + distinguishing).encode()) % 9_000_000,
            "portalId": self.portal_id,
            "appId": APP_ID,
            "occurredAt": origin.at_ms,
            "subscriptionType": subscription,
            "attemptNumber": 0,
            "changeSource": origin.source,
            "sourceId": origin.source_id,
        }
