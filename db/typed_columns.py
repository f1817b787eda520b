"""Turn property definitions into the columns of a typed view: their names, types and order. Pure;
no I/O.

Names and labels are typed by people in HubSpot, so they only ever leave here as quoted
SQL.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from psycopg import sql

MOST_COLUMNS = 1_600  # of a view in PostgreSQL
_LONGEST_NAME = 63  # bytes of a name in PostgreSQL; it would cut the rest without a word
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_SOURCE = re.compile(r"HubSpot property (\w+)")
_OURS = frozenset({"portal_id", "hubspot_id", "raw_json", "updated_at", "synced_at"})

# HubSpot's type → ours; any other is text.
# https://developers.hubspot.com/docs/api-reference/latest/crm/properties
_TYPES = {"number": "numeric", "bool": "boolean", "date": "date", "datetime": "timestamptz"}
_SEVERAL = ("enumeration", "checkbox")  # type and field type of a multi-select
_READ = {
    "text": "nullif({}, '')",
    "numeric": "property_number({})",
    "boolean": "property_boolean({})",
    "date": "property_date({})",
    "timestamptz": "property_datetime({})",
    "text[]": "property_options({})",
}


@dataclass(frozen=True, slots=True)
class Fixed:
    """Describe a column that the view begins with. `source` is the property that it shows; None: it
    shows none."""

    name: str
    source: str | None

    @classmethod
    def of(cls, name: str, type: str, comment: str | None) -> Fixed:
        """Find a fixed column's property. Ids, links and times are no property; a comment at the
        table says when the names differ."""
        if name in _OURS or type == "text[]":
            return cls(name, None)
        named = _SOURCE.match(comment or "")
        return cls(name, named[1] if named else name)


@dataclass(frozen=True, slots=True)
class Definition:
    """Describe a property as the portals define it: one type and field type of each portal that has
    it."""

    name: str
    types: tuple[tuple[str, str], ...]
    label: str | None

    @property
    def sql_type(self) -> str:
        return self._sql_type(*self.types[0])

    @property
    def is_agreed(self) -> bool:
        """Tell whether all portals that define the property give it one type."""
        return len({self._sql_type(*each) for each in self.types}) == 1

    def _sql_type(self, type: str, field_type: str) -> str:
        """Answer the type. A list of ids is one, though HubSpot may call it a number:
        134376773869;137654776000."""
        if (type, field_type) == _SEVERAL or (type == "number" and self.name.endswith("_ids")):
            return "text[]"
        return _TYPES.get(type, "text")


@dataclass(frozen=True, slots=True)
class PropertyColumn:
    name: str
    source: str  # the property
    type: str

    @property
    def expression(self) -> sql.Composed:
        """Write the column's expression. `unpacked` is the record's JSON of properties, once per
        row."""
        return sql.SQL(_READ[self.type] + " as {}").format(
            sql.SQL("unpacked.properties ->> {}").format(sql.Literal(self.source)),
            sql.Identifier(self.name),
        )


def wanted(fixed: Sequence[Fixed], definitions: Iterable[Definition]) -> list[PropertyColumn]:
    """Answer a column for each property that no fixed column shows under the property's own
    name."""
    shown = {column.name for column in fixed if column.source == column.name}
    left = {each.name: each for each in definitions if each.name not in shown}
    names = sql_names(list(left), {column.name for column in fixed})
    return [PropertyColumn(names[name], name, each.sql_type) for name, each in left.items()]


def sql_names(given: Sequence[str], fixed: Collection[str]) -> dict[str, str]:
    """Map a property's name in HubSpot to its name here, which is the same. Where PostgreSQL cannot
    have it as it is, or a fixed column or view has it: its plain characters, cut, and eight digits
    of its md5, so that a property or type is called the same for ever and everywhere, whatever
    others come and go."""
    names = {name: name for name in given if _is_plain(name) and name not in fixed}
    taken = {*fixed, *names}
    for name in given:
        if name not in names:
            names[name] = next(free for free in _stand_ins(name) if free not in taken)
            taken.add(names[name])
    return names


def _is_plain(name: str) -> bool:
    return _PLAIN.fullmatch(name) is not None and len(name) <= _LONGEST_NAME


def _stand_ins(name: str) -> Iterator[str]:
    """Answer two names; the second serves where a property has the first one's name."""
    plain = re.sub(r"[^a-z0-9_]", "_", name.lower())
    plain = plain if re.match("[a-z_]", plain) else f"_{plain}"
    for times in count(1):
        digest = hashlib.md5((name * times).encode(), usedforsecurity=False).hexdigest()[:8]
        yield f"{plain[: _LONGEST_NAME - 9]}_{digest}"


def arranged(
    columns: Sequence[PropertyColumn],
    before: Sequence[PropertyColumn],
    room: int,
    keep: bool = False,
) -> tuple[list[PropertyColumn], list[str]]:
    """Put the columns in the order of the view as it is, new ones at its end, and the properties
    for which there is no room. `keep` those that are there even when they have another type now, or
    are no property any more."""
    new = {column.name: column for column in columns}
    named = {column.name: column for column in before if keep or column.name in new}
    for name, column in new.items():
        if not keep or name not in named:
            named[name] = column  # in the place of the one before, else at the end
    every = list(named.values())
    return every[:room], sorted(column.source for column in every[room:])


def comments(
    fixed: Sequence[Fixed], columns: Sequence[PropertyColumn], labels: Mapping[str, str | None]
) -> dict[str, str]:
    """Map a column to the label that people know the property by, and its internal name where the
    column's is another."""
    shown: list[Fixed | PropertyColumn] = [*fixed, *columns]
    found = {}
    for each in shown:
        if each.source and each.source in labels:
            found[each.name] = labels[each.source] or each.source
            if each.name != each.source:
                found[each.name] += f" (HubSpot property {each.source})"
    return found
