"""Name what is mirrored: the records of one type in one portal. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from hubspot.objects import ObjectType


@dataclass(frozen=True, slots=True)
class Mirrored:
    """Name a type of a portal: every scan, batch, comparison and statement is about one."""

    portal_id: int
    kind: ObjectType

    @property
    def name(self) -> str:
        """Answer the type's name, as tables and messages have it."""
        return self.kind.name

    @property
    def links(self) -> frozenset[str]:
        """Answer the types whose links are read with these records."""
        return frozenset(self.kind.associations)

    @property
    def where(self) -> dict[str, object]:
        """Answer the parameters by which a statement finds the rows of this type."""
        return {"portal_id": self.portal_id, "object_type": self.name}
