"""What is mirrored: one type's records of one portal. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from hubspot.objects import ObjectType


@dataclass(frozen=True, slots=True)
class Mirrored:
    """A type of a portal: what every scan, batch and comparison is about."""

    portal_id: int
    kind: ObjectType

    @property
    def name(self) -> str:
        """The type's name, as tables and messages have it."""
        return self.kind.name

    @property
    def links(self) -> frozenset[str]:
        """The types whose links are read with these records."""
        return frozenset(self.kind.associations)
