"""/crm/exports and /crm/imports: files of records, out and in, done as soon as they are asked for.

https://developers.hubspot.com/docs/api-reference/latest/crm/exports/guide
"""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, request

from hubspot.objects import ObjectType

from ..errors import Problem, not_found
from ..wire import iso, loads
from ..writes import accepted, refuse_duplicate
from .families import entries, held, paged
from .reply import DATED, asked, kind_named, origin, portal, reply

_EXPORT = f"/crm/exports/{DATED}/export/async"
_IMPORTS = f"/crm/imports/{DATED}"
_IMPORT = f"{_IMPORTS}/<import_id>"


def register(api: Blueprint) -> None:
    api.post(_EXPORT)(begin_export)
    api.get(f"{_EXPORT}/tasks/<task_id>/status")(export_status)
    api.get(_IMPORTS)(several_imports)
    api.post(_IMPORTS)(begin_import)
    api.get(_IMPORT)(one_import)
    api.get(f"{_IMPORT}/errors")(import_errors)
    api.post(f"{_IMPORT}/cancel")(cancel_import)


# -- out


def begin_export(version: str) -> Response:
    """Write the CSV of a type's live records, or of a list's members."""
    body, kept = asked(), entries("exports")
    kind, task = kind_named(body["objectType"]), str(len(entries("exports")) + 1)
    store = portal().stores[kind.name]
    members = held("list_memberships", str(body["listId"])) if "listId" in body else None
    chosen = [one for one in sorted(store.live) if members is None or str(one) in members]
    names, out = list(body["objectProperties"]), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Record ID", *names])
    for each in chosen:
        values = store.records[each].properties
        writer.writerow([each, *(values.get(name, "") for name in names)])
    kept[task] = {"content": out.getvalue(), "at": iso(portal().now())}
    return reply({"id": task}, 202)


def export_status(version: str, task_id: str) -> Response:
    kept = entries("exports").get(task_id)
    if kept is None:
        raise not_found(f"export {task_id}")
    path = f"simulator/exports/{portal().portal_id}/{task_id}.csv"
    times = {"startedAt": kept["at"], "completedAt": kept["at"]}
    return reply({"status": "COMPLETE", "result": request.host_url + path} | times)


# -- in


def begin_import(version: str) -> Response:
    """Create the records of CSV files, or change those whose e-mail is there already."""
    wanted = loads(request.form.get("importRequest", "{}").encode())
    if not isinstance(wanted, dict) or not wanted.get("files"):
        raise Problem(400, "importRequest must name files")
    kept, now, done = entries("imports"), iso(portal().now()), _Import()
    for described, file in zip(wanted["files"], request.files.getlist("files"), strict=True):
        done.read(described["fileImportPage"]["columnMappings"], file.stream.read())
    import_id = str(len(kept) + 1)
    told = {"id": import_id, "importName": wanted.get("name"), "state": "DONE"}
    metadata = {"counters": done.counters(), "fileIds": ["1"], "objectLists": []}
    more = {"metadata": metadata, "optOutImport": False, "mappedObjectTypeIds": sorted(done.types)}
    kept[import_id] = told | more | {"createdAt": now, "updatedAt": now, "errors": done.faults}
    return reply(_shown(kept[import_id]))


@dataclass(slots=True)
class _Import:
    """Count what files brought, and keep what was refused."""

    tally: Counter[str] = field(default_factory=Counter)
    faults: list[dict[str, Any]] = field(default_factory=list)
    types: set[str] = field(default_factory=set)

    def read(self, mappings: list[dict[str, Any]], content: bytes) -> None:
        """Write each row of a CSV file as a record."""
        kind = kind_named(mappings[0]["columnObjectTypeId"])
        named = {each["propertyName"]: each["columnName"] for each in mappings}
        self.types.add(kind.type_id)
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        for line, row in enumerate(rows, 2):
            values = {name: row[column] for name, column in named.items() if name}
            try:
                self.tally[_written(kind, values)] += 1
            except Problem as error:
                self.faults.append(_fault(kind, line, error, len(self.faults)))

    def counters(self) -> dict[str, int]:
        return {
            "TOTAL_ROWS": self.tally.total() + len(self.faults),
            "ERRORS": len(self.faults),
            "CREATED_OBJECTS": self.tally["created"],
            "UPDATED_OBJECTS": self.tally["updated"],
        }


def _written(kind: ObjectType, values: dict[str, Any]) -> str:
    values = accepted(portal(), kind, values)
    known = portal().stores[kind.name].find("email", values.get("email", ""))
    if known is not None and known.archived_at is None:
        portal().update(kind, known, values, origin())
        return "updated"
    refuse_duplicate(portal(), kind, values)
    portal().create(kind, values, origin())
    return "created"


def _fault(kind: ObjectType, line: int, error: Problem, place: int) -> dict[str, Any]:
    source = {
        "fileId": 1,
        "lineNumber": line,
        "pageName": "1",
        "containsEncryptedProperties": False,
    }
    more = {"createdAt": portal().now(), "objectTypeId": kind.type_id, "sourceData": source}
    return {"id": str(place + 1), "errorType": "UNKNOWN_ERROR", "errorMessage": str(error)} | more


def _found(import_id: str) -> dict[str, Any]:
    one: dict[str, Any] | None = entries("imports").get(import_id)
    if one is None:
        raise not_found(f"import {import_id}")
    return one


def _shown(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if name != "errors"}


def several_imports(version: str) -> Response:
    return paged([_shown(each) for each in entries("imports").values()], 100)


def one_import(version: str, import_id: str) -> Response:
    return reply(_shown(_found(import_id)))


def import_errors(version: str, import_id: str) -> Response:
    return paged(_found(import_id)["errors"], 100)


def cancel_import(version: str, import_id: str) -> Response:
    """Refuse: an import was done when it was answered."""
    _found(import_id)
    now = iso(portal().now())
    return reply({"status": "COMPLETE", "startedAt": now, "completedAt": now})
