"""One peer's records against the mirrored ones, value by value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hubspot.equal_values import same

Values = Mapping[str, Any]
Links = Mapping[str, set[str]]


@dataclass(frozen=True, slots=True)
class Record:
    """A record as one side has it: values by property, linked ids by type."""

    values: Values
    links: Links = field(default_factory=dict)
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Stream:
    """What a peer calls one list of records, and which of the mirrored ones it should equal.

    `links` are the types whose links it carries. With `partial` it has not every property, and only
    the properties that it has are compared; `without` are values that it never has. With
    `unset_is_false` the peer writes False where a boolean has no value.
    """

    name: str
    object_type: str
    links: tuple[str, ...] = ()
    archived: bool | None = False  # None: both kinds
    partial: bool = False
    without: frozenset[str] = frozenset()
    unset_is_false: bool = False


@dataclass(slots=True)
class Tally:
    """What was compared of one peer."""

    streams: int = 0
    records: int = 0
    values: int = 0
    different: list[str] = field(default_factory=list)

    def check(self, where: str, equal: bool, ours: Any, theirs: Any) -> None:
        self.values += 1
        if not equal:
            self.different.append(f"{where}: Spoke has {ours!r}, the peer {theirs!r}")


def compare(
    tally: Tally,
    stream: Stream,
    ours: Mapping[str, Record],
    theirs: Iterable[tuple[str, Record]],
) -> None:
    """Count every value that either side has. A record that only one side has is one difference
    each."""
    wanted = {key: one for key, one in ours.items() if stream.archived in (None, one.archived)}
    seen: dict[str, int] = defaultdict(int)
    for key, record in theirs:
        seen[key] += 1
        tally.records += 1
        where = f"{stream.name} {key}"
        if key in wanted:
            _values(tally, stream, where, wanted[key].values, record.values)
            _links(tally, stream, where, wanted[key].links, record.links)
        tally.check(f"{where} itself", key in wanted, key in wanted, True)
        tally.check(f"{where} once", seen[key] == 1, 1, seen[key])
    for key in wanted.keys() - seen.keys():
        tally.check(f"{stream.name} {key} itself", False, True, False)
    tally.streams += 1


def _values(tally: Tally, stream: Stream, where: str, ours: Values, theirs: Values) -> None:
    names = set(theirs) if stream.partial else {*theirs, *_set(ours)}
    for name in sorted(names - stream.without):
        mine, other = ours.get(name), theirs.get(name)
        unset = stream.unset_is_false and other is False and mine in (None, "")
        tally.check(f"{where} {name}", unset or same(mine, other), mine, other)


def _set(values: Values) -> list[str]:
    return [name for name, value in values.items() if value not in (None, "")]


def _links(tally: Tally, stream: Stream, where: str, ours: Links, theirs: Links) -> None:
    """Compare the links of the types that both sides keep."""
    for to in stream.links:
        if to in ours:
            mine, other = ours[to], theirs.get(to, set())
            tally.check(f"{where} → {to}", mine == other, sorted(mine), sorted(other))


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Flatten nested JSON to one level of dotted names; the items of a list by their ids."""
    if isinstance(value, dict):
        pairs = [(str(name), one) for name, one in value.items()]
    elif isinstance(value, list):
        pairs = [
            (str(one.get("id", place)) if isinstance(one, dict) else str(place), one)
            for place, one in enumerate(value)
        ]
    else:
        return {prefix: value}
    found: dict[str, Any] = {}
    for name, one in pairs:
        found |= flat(one, f"{prefix}.{name}" if prefix else name)
    return found
