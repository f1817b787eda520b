"""List the kinds of records of one portal: the registry's and the portal's own, made from its
schemas. Pure.

A custom object is an ObjectType like any other, in the table that all of them share. Everything
that mirrors records looks types up in its portal's catalogue, so nothing else knows that some of
them are custom. https://developers.hubspot.com/docs/api-reference/latest/crm/objects/schemas/guide
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hubspot.objects import OBJECT_TYPES, SHARED_LINKS, SHARED_TABLE, ObjectType

_WORD = re.compile(r"[A-Za-z]\w{0,99}", re.ASCII)  # what HubSpot allows in names
_TYPE_ID = re.compile(r"2-\d{1,18}", re.ASCII)
Pair = tuple[str, str]  # the names of two types
_RESERVED = {word for kind in OBJECT_TYPES.values() for word in (kind.name, kind.singular)}


class Catalogue(Mapping[str, ObjectType]):
    """Map a name to its type, in the order in which to show them.

    `dormant` are the optional types that the portal has no record of, or may not see: nothing is
    asked about them, and no link to their records is kept.
    """

    def __init__(self, kinds: Iterable[ObjectType], used: Collection[str] = ()) -> None:
        self._types = {kind.name: kind for kind in kinds}
        optional = {kind.name for kind in self._types.values() if kind.optional}
        self.dormant = frozenset(optional - {*used})
        self.by_singular = {kind.singular: kind for kind in self._types.values()}
        self.by_type_id = {kind.type_id: kind for kind in self._types.values()}

    def __getitem__(self, name: str) -> ObjectType:
        return self._types[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    @property
    def in_use(self) -> tuple[ObjectType, ...]:
        """Answer the types whose records are read."""
        return tuple(kind for kind in self.values() if kind.name not in self.dormant)

    def find(self, word: str) -> ObjectType | None:
        """Find a type by name, by HubSpot's singular or fully qualified name, or by type id."""
        return self.get(word) or self.by_singular.get(word) or self.by_type_id.get(word)

    def linking(self, kind: ObjectType) -> Iterator[ObjectType]:
        """Yield the types in use whose records keep their links to this one."""
        return (other for other in self.in_use if kind.name in other.associations)

    def one_sided(self, kind: ObjectType) -> frozenset[str]:
        """Answer the types whose records keep links to this one that are kept at their end only."""
        return frozenset(other.name for other in self.linking(kind)) - frozenset(kind.associations)

    def mentions(self, object_type: str) -> set[tuple[str, str]]:
        """Answer (table, column) of every place where ids of this type stand as links, rows of the
        portal's former types included. The column is empty where they stand in raw_json alone."""
        linking = (kind for kind in self.values() if object_type in kind.associations)
        places = {(kind.table, kind.link_columns.get(object_type, "")) for kind in linking}
        if object_type in SHARED_LINKS:
            places.add((SHARED_TABLE, f"{self[object_type].singular}_ids"))
        return places

    def keeps(self, one: str, other: str) -> bool:
        """Tell whether associations between two types are kept, at either end."""
        return other in self[one].associations or one in self[other].associations

    def unused(self, kind: ObjectType) -> tuple[str, ...]:
        """Answer the types that HubSpot may link to this one, and of which it has shown no link."""
        seen = self.keys() - self.dormant
        return tuple(to for to in kind.possible if to in seen and not self.keeps(kind.name, to))

    def with_pairs(self, pairs: Iterable[Pair]) -> Catalogue:
        """Answer the same types, which keep the associations of these pairs, too. One end keeps
        them: the one that HubSpot's lists are asked about, where there is such an end."""
        learnt: dict[str, set[str]] = defaultdict(set)
        for one, other in pairs:
            if one in self and other in self and not self.keeps(one, other):
                start, end = (other, one) if one in self[other].possible else (one, other)
                learnt[start].add(end)
        used = self.keys() - self.dormant
        return Catalogue((_linked_to(kind, learnt[kind.name]) for kind in self.values()), used)

    def following(self, followed: Iterable[tuple[str, str]]) -> Catalogue:
        """Answer the same types, with the history of these (type, property), too."""
        named: dict[str, list[str]] = defaultdict(list)
        for object_type, name in followed:
            named[object_type].append(name)
        if not named:
            return self
        kinds = (_followed(kind, named[kind.name]) for kind in self.values())
        return Catalogue(kinds, self.keys() - self.dormant)

    def pairs_in_use(self) -> list[Pair]:
        """Answer the pairs that were learnt, in the direction in which they are kept."""
        return [(kind.name, to) for kind in self.values() for to in kind.learnt]


def _linked_to(kind: ObjectType, learnt: Iterable[str]) -> ObjectType:
    if not (more := tuple(sorted(learnt))):
        return kind
    return replace(kind, associations=(*kind.associations, *more), learnt=(*kind.learnt, *more))


def _followed(kind: ObjectType, names: Iterable[str]) -> ObjectType:
    return replace(kind, history=tuple(dict.fromkeys((*kind.history, *names))))


BUILT_IN = Catalogue(OBJECT_TYPES.values())


def is_custom(type_id: str) -> bool:
    """Tell whether HubSpot gives such ids to types that portals define, whether or not we know this
    one."""
    return _TYPE_ID.fullmatch(type_id) is not None


@dataclass(frozen=True, slots=True)
class Uses:
    """Hold what a portal uses beside what the registry and its schemas keep: pairs of types whose
    associations are kept, optional types, and properties (type, name) whose history is kept."""

    pairs: Sequence[Pair] = ()
    types: Collection[str] = ()
    followed: Sequence[tuple[str, str]] = ()


NOTHING = Uses()


def catalogue(schemas: Iterable[Mapping[str, Any]], uses: Uses = NOTHING) -> Catalogue:
    """List the registry's types and one for each schema that HubSpot described."""
    known = {type_id: schema for schema in schemas if is_custom(type_id := type_id_of(schema))}
    names = {type_id: name_of(schema) for type_id, schema in known.items()}
    custom = []
    for type_id, linked in sorted(_linked(known).items(), key=lambda each: len(each[0])):
        kind = _object_type(known[type_id], names[type_id], _ends(linked, names))
        custom.append(replace(kind, possible=_kept_elsewhere(linked)))
    custom.sort(key=lambda kind: kind.name)
    used = {kind.name for kind in custom} | {*uses.types}
    known_types = Catalogue([*OBJECT_TYPES.values(), *custom], used)
    return known_types.with_pairs(uses.pairs).following(uses.followed)


def type_id_of(schema: Mapping[str, Any]) -> str:
    """Answer the type's id, 2-123; older answers have only the number, as `id`."""
    return str(schema.get("objectTypeId") or f"2-{str(schema.get('id')).removeprefix('2-')}")


def name_of(schema: Mapping[str, Any]) -> str:
    """Answer the schema's name, unless a built-in type has it or it is none: then the fully
    qualified one."""
    name = str(schema.get("name") or "")
    if _WORD.fullmatch(name) and name not in _RESERVED:
        return name
    return _qualified(schema)


def _qualified(schema: Mapping[str, Any]) -> str:
    """Answer p62515_cars, which HubSpot's paths take; the type id, which they take as well, where
    that is missing."""
    name = str(schema.get("fullyQualifiedName") or "")
    if _WORD.fullmatch(name) and name not in _RESERVED:
        return name
    return type_id_of(schema)


def _object_type(schema: Mapping[str, Any], name: str, associations: tuple[str, ...]) -> ObjectType:
    properties = [each for each in schema.get("properties") or [] if not each.get("archived")]
    return ObjectType(
        name,
        _qualified(schema),
        type_id_of(schema),
        "hs_lastmodifieddate",
        columns=(),
        associations=associations,
        has_pipelines=any(each.get("name") == "hs_pipeline" for each in properties),
        shared=True,
        watched=tuple(sorted(str(each["name"]) for each in properties if _told(each))),
        named_by=(str(schema.get("primaryDisplayProperty") or "name"),),
    )


def _told(definition: Mapping[str, Any]) -> bool:
    """Tell whether people fill a property in. HubSpot tells of no calculated property, and its own
    follow from what it does tell."""
    ours = definition.get("hubspotDefined") and definition.get("name") != "hubspot_owner_id"
    return not (ours or definition.get("calculated"))


def _linked(schemas: Mapping[str, Mapping[str, Any]]) -> dict[str, set[str]]:
    """Map a type id to the type ids that it is associated with, whichever schema and direction says
    so."""
    found: dict[str, set[str]] = {type_id: set() for type_id in schemas}
    for schema in schemas.values():
        for each in schema.get("associations") or []:
            start, end = str(each.get("fromObjectTypeId")), str(each.get("toObjectTypeId"))
            for one, other in ((start, end), (end, start)):
                found.get(one, set()).add(other)
    return found


def _ends(linked: set[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Name the types at the other ends. Links to activities stay out until there is one: HubSpot
    lists them for every type, and reading them would double the requests of every new record."""
    known = [name for name in SHARED_LINKS if OBJECT_TYPES[name].type_id in linked]
    return (*known, *sorted(names[type_id] for type_id in linked if type_id in names))


def _kept_elsewhere(linked: set[str]) -> tuple[str, ...]:
    """Name the built-in types at the other ends that have no column here."""
    kept = {kind.name for kind in OBJECT_TYPES.values() if kind.type_id in linked}
    return tuple(name for name in OBJECT_TYPES if name in kept.difference(SHARED_LINKS))
