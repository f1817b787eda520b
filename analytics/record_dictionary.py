"""The types and properties of a portal, as people and programs look them up before they ask."""

from __future__ import annotations

from typing import Any

from analytics.record_fields import Shape
from hubspot.catalogue import Catalogue


def types(known: Catalogue) -> list[dict[str, Any]]:
    """Answer the types of a portal, its own after HubSpot's."""
    return [
        {"object_type": kind.name, "type_id": kind.type_id, "is_custom": kind.shared}
        for kind in known.values()
    ]


def properties(shape: Shape) -> list[dict[str, Any]]:
    """Answer the properties of a type that may be shown, filtered and sorted by."""
    return [
        {
            "name": field.name,
            "label": field.label,
            "type": field.type,
            "group": field.group,
            "is_sensitive": field.is_sensitive,
            "is_indexed": field.is_indexed,
        }
        for field in shape.fields.values()
    ]
