"""Say which properties, pipelines and stages something of ours stands on, and what that is.

There is no list of them here. Each source below reads a registry: the columns of the object types,
the metrics, the aggregations, the settings of a portal, followed properties, and PostgreSQL's own
notes of what our views read. One more source is one entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from analytics.aggregations import AGGREGATIONS
from db import followed_properties
from db.connect import Connection
from db.queries import QUERIES
from hubspot.columns import Column
from hubspot.object_type import BUILT_IN, ObjectType

Need = tuple[str, str, str]  # object type, property, what needs it
Needs = dict[tuple[str, str], list[str]]
Source = Callable[[Connection, int], Iterator[Need]]
OF_PIPELINES = ""  # the name under which the users of a type's pipelines and stages stand
_STAGE = re.compile(r"stage$|^(hs_)?pipeline$")
_PART = re.compile(r"(\w+): ")


def of_columns(conn: Connection, portal_id: int) -> Iterator[Need]:
    """Yield what the typed columns hold, and the properties without which no record is read."""
    for kind in BUILT_IN.values():
        yield kind.name, kind.modified, "every scan"
        for column in kind.columns:
            yield kind.name, column.property, f"column {kind.name}.{column.name}"


def of_metrics(conn: Connection, portal_id: int) -> Iterator[Need]:
    """Yield the properties that the sources of the metrics name."""
    for row in conn.execute(QUERIES["metric_sources"]).fetchall():
        for kind, words in said_of_types(row["source"]).items():
            known = {name: each.property for each in kind.columns for name in _names(each)}
            for word in dict.fromkeys(words):
                if word in known:
                    yield kind.name, known[word], f"metric {row['key']}"


def said_of_types(source: str) -> dict[ObjectType, list[str]]:
    """Read a metric's source: the words that stand behind each type's name. `pipelines` means the
    stages of deals."""
    said: dict[ObjectType, list[str]] = {}
    _, *parts = _PART.split(source)
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        if name == "pipelines":
            said.setdefault(BUILT_IN["deals"], []).extend(("dealstage", "pipeline"))
        elif name in BUILT_IN:
            said.setdefault(BUILT_IN[name], []).extend(re.findall(r"\w+", text))
    return said


def _names(column: Column) -> tuple[str, str]:
    return column.name, column.property


def of_views(conn: Connection, portal_id: int) -> Iterator[Need]:
    """Yield what views read of records, as PostgreSQL knows it. An aggregation stands on the view
    of its entity, and is named beside it."""
    relations = {name: kind for kind in BUILT_IN.values() for name in _relations(kind)}
    users = _aggregations()
    asked = {"relations": list(relations)}
    for row in conn.execute(QUERIES["view_needs"], asked).fetchall():
        kind = relations[row["relation"]]
        for column in kind.columns:
            if column.name == row["column"]:
                for user in (f"view {row['view']}", *users.get(row["view"], ())):
                    yield kind.name, column.property, user


def _relations(kind: ObjectType) -> tuple[str, str, str]:
    return kind.table, kind.name, f"current_{kind.name}"


def _aggregations() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in AGGREGATIONS:
        found.setdefault(f"entity_{each.entity}", []).append(f"aggregation {each.view}")
    return found


def of_settings(conn: Connection, portal_id: int) -> Iterator[Need]:
    """Yield the properties that a portal's people named for its metrics."""
    asked = {"portal_id": portal_id}
    for row in conn.execute(QUERIES["needed_settings"], asked).fetchall():
        for setting, name in row.items():
            if name:
                yield "deals", name, f"setting {setting}"


def of_followed(conn: Connection, portal_id: int) -> Iterator[Need]:
    """Yield the properties whose history people asked for."""
    for object_type, name in followed_properties.of_portal(conn, portal_id):
        yield object_type, name, "its history is kept"


def of_write_back(conn: Connection, portal_id: int) -> Iterator[Need]:
    """Yield the properties of HubSpot that Spoke writes."""
    asked = {"portal_id": portal_id}
    for row in conn.execute(QUERIES["needed_by_write_back"], asked).fetchall():
        yield row["object_type"], row["property"], "write-back"


SOURCES: tuple[Source, ...] = (
    of_columns, of_metrics, of_views, of_settings, of_followed, of_write_back
)  # fmt: skip


def needs(conn: Connection, portal_id: int) -> Needs:
    """Answer who needs which property of a portal. What needs a type's stage needs its pipelines
    and stages, too."""
    found: Needs = {}
    for source in SOURCES:
        for object_type, name, user in source(conn, portal_id):
            _add(found, (object_type, name), user)
            kind = BUILT_IN.get(object_type)
            if kind and kind.has_pipelines and _STAGE.search(name):
                _add(found, (object_type, OF_PIPELINES), user)
    return found


def _add(found: Needs, place: tuple[str, str], user: str) -> None:
    users = found.setdefault(place, [])
    if user not in users:
        users.append(user)
