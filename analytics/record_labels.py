"""What the values of properties are called: options of choices, owners, stages and pipelines."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from analytics.record_fields import Shape
from db.connect import Connection
from db.queries import QUERIES

Choices = Mapping[str, Mapping[str, str]]  # property → value → label


def choices(conn: Connection, shape: Shape, names: Collection[str]) -> Choices:
    """Answer the labels of the values of these properties."""
    asked = {
        "portal_id": shape.portal_id,
        "object_type": shape.kind.name,
        "names": [name for name in names if name in shape.fields],
    }
    found: dict[str, dict[str, str]] = {}
    for row in conn.execute(QUERIES["record_choices"], asked):
        if row["value"] and row["label"]:
            found.setdefault(row["name"], {}).setdefault(row["value"], row["label"])
    return found
