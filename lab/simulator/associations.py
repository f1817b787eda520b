"""The links between records, kept in both directions at once so that the two sides can never
disagree."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hubspot.objects import ObjectType

from .association_types import USER_DEFINED, Label, defined

Pair = tuple[str, str]
Links = dict[int, tuple[int, ...]]  # to id → association type ids, in order of creation


@dataclass(frozen=True, slots=True)
class LinkChange:
    """One label of one link that came or went, seen from the side that was asked."""

    from_type: str
    from_id: int
    to_type: str
    to_id: int
    label: Label
    removed: bool

    def reversed(self, back: Label) -> "LinkChange":
        return LinkChange(
            self.to_type, self.to_id, self.from_type, self.from_id, back, self.removed
        )


@dataclass(slots=True)
class Associations:
    types: dict[str, ObjectType]
    links: dict[Pair, dict[int, Links]] = field(default_factory=dict)
    labels: dict[Pair, list[Label]] = field(default_factory=dict)
    next_label: int = 501  # above the ids that HubSpot defines

    def labels_of(self, pair: Pair) -> list[Label]:
        if pair not in self.labels:
            self.labels[pair] = defined(self.types[pair[0]], self.types[pair[1]])
        return self.labels[pair]

    def label(self, pair: Pair, type_id: int) -> Label | None:
        return next((label for label in self.labels_of(pair) if label.type_id == type_id), None)

    def define(self, pair: Pair, name: str, label: str, inverse: str) -> list[Label]:
        """Define a user's label; both directions get a type id, but for a single label between
        records of one type. Answer there and back."""
        is_paired = pair[0] != pair[1] or label != inverse
        there, back = self.next_label, self.next_label + is_paired
        self.next_label = back + 1
        made = [
            Label(there, back, name, label, USER_DEFINED),
            Label(back, there, name, inverse, USER_DEFINED),
        ]
        self.labels_of(pair).append(made[0])
        if there != back:
            self.labels_of(pair[::-1]).append(made[1])
        return made

    def of(self, from_type: str, from_id: int, to_type: str) -> Links:
        return self.links.get((from_type, to_type), {}).get(from_id, {})

    def neighbours(self, from_type: str, from_id: int) -> list[tuple[str, int, tuple[int, ...]]]:
        """Answer every link of a record: (type, id, association type ids)."""
        tables = [
            (pair[1], table.get(from_id, {}))
            for pair, table in self.links.items()
            if pair[0] == from_type
        ]
        return [
            (to_type, to_id, types) for to_type, links in tables for to_id, types in links.items()
        ]

    def put(
        self, pair: Pair, from_id: int, to_id: int, type_ids: Iterable[int]
    ) -> list[LinkChange]:
        """Link two records. A primary or user label brings the unlabelled type with it, as in
        HubSpot."""
        wanted = [self.labels_of(pair)[0].type_id, *type_ids]
        kept = self.of(pair[0], from_id, pair[1]).get(to_id, ())
        fresh = tuple(dict.fromkeys(type_id for type_id in wanted if type_id not in kept))
        changes = self._demote(pair, from_id, to_id, fresh)
        if fresh:
            self._set(pair, from_id, to_id, kept + fresh)
        return changes + self._both_sides(pair, from_id, to_id, fresh, removed=False)

    def drop(
        self, pair: Pair, from_id: int, to_id: int, type_ids: Iterable[int] | None = None
    ) -> list[LinkChange]:
        """Unlink, wholly or only some labels."""
        kept = self.of(pair[0], from_id, pair[1]).get(to_id, ())
        gone = kept
        if type_ids is not None:
            gone = tuple(type_id for type_id in kept if type_id in set(type_ids))
        if gone:
            self._set(
                pair, from_id, to_id, tuple(type_id for type_id in kept if type_id not in gone)
            )
        return self._both_sides(pair, from_id, to_id, gone, removed=True)

    def drop_all(self, from_type: str, from_id: int) -> list[LinkChange]:
        found = self.neighbours(from_type, from_id)
        return [
            change
            for to, to_id, _ in found
            for change in self.drop((from_type, to), from_id, to_id)
        ]

    def changes_of(self, from_type: str, from_id: int, removed: bool) -> list[LinkChange]:
        """Answer all links of a record as if they came or went now; the links themselves stay."""
        found = self.neighbours(from_type, from_id)
        return [
            change
            for to_type, to_id, types in found
            for change in self._both_sides((from_type, to_type), from_id, to_id, types, removed)
        ]

    def _demote(
        self, pair: Pair, from_id: int, to_id: int, fresh: tuple[int, ...]
    ) -> list[LinkChange]:
        """Take the primary label from the old company when a new one gets it: a record has one.
        Either side may ask."""
        label = next(
            (one for one in self.labels_of(pair) if one.primary and one.type_id in fresh), None
        )
        if label is None:
            return []
        if pair[1] != "companies":
            pair, from_id, to_id, label = (
                pair[::-1],
                to_id,
                from_id,
                self.label(pair[::-1], label.inverse) or label,
            )
        links = self.of(pair[0], from_id, pair[1])
        others = [
            other for other, types in links.items() if other != to_id and label.type_id in types
        ]
        return [
            change
            for other in others
            for change in self.drop(pair, from_id, other, [label.type_id])
        ]

    def _both_sides(
        self, pair: Pair, from_id: int, to_id: int, type_ids: tuple[int, ...], removed: bool
    ) -> list[LinkChange]:
        changes = []
        for type_id in type_ids:
            label = self.label(pair, type_id)
            back = self.label(pair[::-1], label.inverse) if label else None
            if label and back:
                change = LinkChange(pair[0], from_id, pair[1], to_id, label, removed)
                changes += [change, change.reversed(back)]
        return changes

    def _set(self, pair: Pair, from_id: int, to_id: int, type_ids: tuple[int, ...]) -> None:
        inverses = {label.type_id: label.inverse for label in self.labels_of(pair)}
        self._set_one(pair, from_id, to_id, type_ids)
        self._set_one(pair[::-1], to_id, from_id, tuple(inverses[type_id] for type_id in type_ids))

    def _set_one(self, pair: Pair, from_id: int, to_id: int, type_ids: tuple[int, ...]) -> None:
        table = self.links.setdefault(pair, {})
        if type_ids:
            table.setdefault(from_id, {})[to_id] = type_ids
        else:
            table[from_id].pop(to_id)
            if not table[from_id]:
                del table[from_id]
