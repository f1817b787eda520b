"""Compare the rows that a copy has of one record with ours. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hubspot import json_text
from hubspot.equal_values import same
from operations.copy_layout import TypeLayout

Row = Mapping[str, Any]
MISSING, LEFT_OVER, HIDDEN, TWICE = "missing", "left over", "hidden", "twice"
STALE, DIFFERENT, NO_LINK, OLD_LINK = "stale", "different", "link missing", "link left over"
KINDS = {
    MISSING: "HubSpot has the record, the copy does not",
    LEFT_OVER: "the copy shows the record; HubSpot archived, merged or erased it",
    HIDDEN: "the copy says that it is deleted; HubSpot has it",
    TWICE: "the copy has more than one row of the record",
    STALE: "a value changed in HubSpot since the copy read the record",
    DIFFERENT: "another value, though the copy read the record since it changed, or says not when",
    NO_LINK: "HubSpot links the records, the copy does not",
    OLD_LINK: "the copy links the records, HubSpot does not",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold one difference of one record. `what` is a property or the type at a link's other end;
    `ours` and `theirs` are its values, or the id at a link's other end."""

    kind: str
    object_type: str
    hubspot_id: str
    what: str = ""
    ours: str = ""
    theirs: str = ""


@dataclass(frozen=True, slots=True)
class CopiedType:
    """Compare records of one type, whose associations ours keeps, with rows of this layout."""

    layout: TypeLayout
    associations: tuple[str, ...]

    def lacking(self, row: Row) -> Iterator[str]:
        """Name the properties of a record that have a value, and no column in the copy."""
        if self.layout.json or not shows(row):
            return
        for name, value in row["raw_json"]["properties"].items():
            if value not in (None, "") and name not in self.layout.properties:
                yield name

    def differences(
        self, row: Row, copies: Sequence[Row], links: Mapping[str, set[str]]
    ) -> Iterator[Difference]:
        """Yield how the copy's rows of one record differ from ours."""
        hubspot_id, shown = row["hubspot_id"], [each for each in copies if not self._hides(each)]
        if not shows(row):
            if shown:
                yield self.difference(LEFT_OVER, hubspot_id)
        elif not copies:
            yield self.difference(MISSING, hubspot_id)
        elif not shown:
            yield self.difference(HIDDEN, hubspot_id)
        else:
            if len(shown) > 1:
                yield self.difference(TWICE, hubspot_id)
            newest = max(shown, key=self._read_at)
            yield from self._values(row, newest)
            yield from self._links(row, newest, links)

    def _hides(self, copy: Row) -> bool:
        """Tell whether a row of the copy says that its record is deleted: a flag, or a time."""
        value = copy.get(self.layout.deleted)
        return value not in (None, "", False, 0) and str(value).lower() not in ("false", "f", "0")

    def _read_at(self, copy: Row) -> datetime:
        """Answer when the copy read a record; long ago where nothing says so."""
        value = copy.get(self.layout.read_at)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, tzinfo=UTC)
        if not isinstance(value, datetime):
            return datetime.min.replace(tzinfo=UTC)
        return value.replace(tzinfo=value.tzinfo or UTC)

    def _values(self, row: Row, copy: Row) -> Iterator[Difference]:
        kind = DIFFERENT
        if self.layout.read_at and self._read_at(copy) < row["updated_at"]:
            kind = STALE
        held = _object(copy.get(self.layout.json))
        held = _object(held.get("properties", held))
        for name, value in row["raw_json"]["properties"].items():
            column = self.layout.properties.get(name)
            if not column and not self.layout.json:
                continue
            other = copy[column] if column else held.get(name)
            if not same(value, other):
                yield self.difference(
                    kind, row["hubspot_id"], name, ours=_text(value), theirs=_text(other)
                )

    def _links(self, row: Row, copy: Row, linked: Mapping[str, set[str]]) -> Iterator[Difference]:
        kept = row["raw_json"].get("associations") or {}
        for to, theirs in (self._own_links(copy) | dict(linked)).items():
            ours = {str(one["id"]) for one in (kept.get(to) or {}).get("results", ())}
            for each in sorted(ours - theirs):
                yield self.difference(NO_LINK, row["hubspot_id"], to, ours=each)
            for each in sorted(theirs - ours):
                yield self.difference(OLD_LINK, row["hubspot_id"], to, theirs=each)

    def _own_links(self, copy: Row) -> dict[str, set[str]]:
        """Answer the links that stand in the record's own row: in columns, or in its JSON."""
        own = [each for each in self.layout.links if not each.from_column]
        found = {each.to: _ids(copy[each.to_column]) for each in own}
        told = _object(_object(copy.get(self.layout.json)).get("associations"))
        if told:
            for to in self.associations:
                found.setdefault(to, _ids(told.get(to.replace("_", " "), told.get(to))))
        return found

    def difference(
        self, kind: str, hubspot_id: str, what: str = "", ours: str = "", theirs: str = ""
    ) -> Difference:
        return Difference(kind, self.layout.object_type, hubspot_id, what, ours, theirs)


def shows(row: Row) -> bool:
    return not row["archived"] and row["merged_into"] is None


def _object(value: Any) -> dict[str, Any]:
    """Answer a JSON object, as text or parsed; an empty one for anything else."""
    if isinstance(value, str):
        try:
            value = json_text.loads(value.encode())
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _ids(value: Any) -> set[str]:
    """Answer the ids in a column: one, a list of them, or a list of objects that have one."""
    if isinstance(value, str) and value[:1] in "[{":
        value = json_text.loads(value.encode())
    if isinstance(value, dict):
        value = value.get("results", ())
    if value in (None, ""):
        return set()
    listed = value if isinstance(value, list | tuple) else [value]
    return {str(each.get("id") if isinstance(each, dict) else each) for each in listed}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
