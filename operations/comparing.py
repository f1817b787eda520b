"""Compare another program's copy of HubSpot with ours, record by record.

1. Recognize the layout of the copy's schema (operations/copy_layout.py).
2. Walk our rows in stretches of ids, read the copy's rows of the same ids, and compare values and
   links (operations/copied_records.py).
3. Look for rows of the copy of which we have none.

Ours is taken for right: `spoke verify` proves it equal to HubSpot.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from db import metadata, other_copies
from db.connect import Connection
from db.other_copies import CopyTable
from db.portals import Portal
from hubspot.mirrored import Mirrored
from operations.copied_records import LEFT_OVER, CopiedType, Difference, shows
from operations.copy_layout import TypeLayout, recognize
from operations.servers import Servers

STRETCH = 2_000  # rows that are compared at a time
KEPT = 8  # ids that are told of each kind of difference

Tables = Mapping[str, Mapping[str, str]]


class CompareError(Exception):
    """Say why a copy cannot be compared; the message says what to do."""


@dataclass(slots=True)
class Findings:
    """Count what came of one type: differences by kind, the properties and types that they are
    about, and the ids of the first records. `lacking` counts values of properties that the copy has
    no column for."""

    layout: TypeLayout
    ours: int = 0  # records that HubSpot shows
    theirs: int = 0  # rows of the copy
    counts: Counter[str] = field(default_factory=Counter)
    whats: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    records: Counter[str] = field(default_factory=Counter)  # by kind, each record once
    first: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lacking: Counter[str] = field(default_factory=Counter)

    def note(self, found: Iterable[Difference]) -> None:
        """Count the differences of one record."""
        kinds = Counter[str]()
        for each in found:
            kinds[each.kind] += 1
            self.whats[each.kind][each.what] += bool(each.what)
            if kinds[each.kind] == 1 and len(self.first[each.kind]) < KEPT:
                self.first[each.kind].append(each.hubspot_id)
        self.counts += kinds
        self.records.update(kinds.keys())


@dataclass(frozen=True, slots=True)
class Told:
    """Hear of a comparison while it goes on: of each stretch of rows of a type, and of each
    difference."""

    rows: Callable[[str, int], None] = lambda object_type, rows: None
    difference: Callable[[Difference], None] = lambda difference: None


def compare(
    servers: Servers,
    portal: Portal,
    schema: str,
    object_types: Sequence[str] = (),
    told: Told = Told(),
) -> list[Findings]:
    """Compare each type that a schema has a copy of. Raises CompareError where there is none."""
    types = servers.types(portal)
    with servers.database.transaction() as conn:
        tables = other_copies.columns(conn, schema)
        known = {
            name: metadata.property_names(conn, Mirrored(portal.portal_id, kind))
            for name, kind in types.items()
        }
    layouts = recognize(types, known, tables)
    wanted = [each for each in layouts if not object_types or each.object_type in object_types]
    if not wanted:
        raise CompareError(_none_found(schema, tables, object_types))
    findings = []
    for layout in wanted:
        of = Mirrored(portal.portal_id, types[layout.object_type])
        findings.append(_Comparison(servers, of, Copy(schema, tables, layout), told).run())
    return findings


def _none_found(schema: str, tables: Tables, object_types: Sequence[str]) -> str:
    if not tables:
        return f"There is no schema {schema} in this database, or nothing in it may be read."
    wanted = f" of {', '.join(object_types)}" if object_types else ""
    return (
        f"No table{wanted} was recognized in schema {schema}. A table needs a type's name "
        "(contact, contacts, hubspot_contacts …), a column of ids (id, hubspot_id, contact_id …), "
        "and a column for each property (email, property_email, properties_email …) or one JSON "
        "column of them (properties, raw_json …). A view with these names will do."
    )


@dataclass(frozen=True, slots=True)
class Copy:
    """Say where one type of a copy is read."""

    schema: str
    tables: Tables
    layout: TypeLayout

    @property
    def records(self) -> CopyTable:
        return self.place(self.layout.table, self.layout.id_column)

    def place(self, table: str, column: str) -> CopyTable:
        return CopyTable(self.schema, table, column, self.tables[table][column])

    def columns(self) -> list[str]:
        """Name the columns of the records' table that are compared."""
        layout = self.layout
        single = (layout.id_column, layout.json, layout.deleted, layout.read_at)
        own = (each.to_column for each in layout.links if not each.from_column)
        return list(dict.fromkeys(filter(None, (*single, *layout.properties.values(), *own))))

    def linked(self, conn: Connection, ids: Sequence[str]) -> dict[str, dict[str, set[str]]]:
        """Read the copy's tables of links: type → id → ids at the other end."""
        return {
            each.to: other_copies.linked(
                conn, self.place(each.table, each.from_column), each.to_column, ids
            )
            for each in self.layout.links
            if each.from_column
        }


@dataclass(frozen=True)
class _Comparison:
    """Compare one type, stretch by stretch."""

    servers: Servers
    of: Mirrored
    copy: Copy
    told: Told

    def run(self) -> Findings:
        findings, after = Findings(self.copy.layout), ""
        while True:
            self.servers.stop.check()
            with self.servers.database.transaction() as conn:
                ids = self._stretch(conn, findings, after)
            if not ids:
                break
            after = ids[-1]
            self.told.rows(self.of.name, len(ids))
        with self.servers.database.transaction() as conn:
            findings.theirs = other_copies.count(conn, self.copy.records)
            deleted = self.copy.layout.deleted
            for each in other_copies.unknown(conn, self.of, self.copy.records, deleted):
                self._note(findings, [Difference(LEFT_OVER, self.of.name, each)])
        return findings

    def _stretch(self, conn: Connection, findings: Findings, after: str) -> list[str]:
        """Compare our next rows; answer their ids."""
        rows = other_copies.ours(conn, self.of, after, STRETCH)
        ids = [row["hubspot_id"] for row in rows]
        copies = other_copies.theirs(conn, self.copy.records, self.copy.columns(), ids)
        linked = self.copy.linked(conn, ids)
        copied = CopiedType(self.copy.layout, self.of.kind.associations)
        for row in rows:
            hubspot_id = row["hubspot_id"]
            links = {to: found.get(hubspot_id, set()) for to, found in linked.items()}
            findings.ours += shows(row)
            findings.lacking.update(copied.lacking(row))
            self._note(findings, copied.differences(row, copies.get(hubspot_id, []), links))
        return ids

    def _note(self, findings: Findings, found: Iterable[Difference]) -> None:
        differences = list(found)
        findings.note(differences)
        for each in differences:
            self.told.difference(each)
