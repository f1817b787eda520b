"""Property definitions: what /crm/properties answers, and what a write is checked against.

The standard types have a CSV each; any other type of the registry gets HubSpot's common properties
and its columns.
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hubspot.columns import Column, Kind
from hubspot.objects import ObjectType

Definition = dict[str, Any]

_FOLDER = Path(__file__).parent / "properties"
_SINCE = "2019-08-06T02:41:08.029Z"
_CREATED = {"contacts", "companies", "deals", "tickets", "products", "line_items"}
_COLUMN_TYPES = {
    Kind.TEXT: ("string", "text"),
    Kind.NUMERIC: ("number", "number"),
    Kind.INTEGER: ("number", "number"),
    Kind.BOOLEAN: ("bool", "booleancheckbox"),
    Kind.TIMESTAMP: ("datetime", "date"),
}
# Properties that a type has beyond the columns that Spoke keeps of it: (name, label, type, field)
_ALSO = {"tickets": (("content", "Ticket description", "string", "textarea"),)}
_DEFAULTS = {
    "contacts": ("email", "firstname", "lastname"),
    "companies": ("name", "domain"),
    "deals": ("dealname", "amount", "dealstage", "pipeline", "closedate"),
    "tickets": (
        "subject",
        "content",
        "hs_pipeline",
        "hs_pipeline_stage",
        "hs_ticket_priority",
        "hs_ticket_category",
    ),
}


def created_property(kind: ObjectType) -> str:
    """Name the creation date; activities and custom objects say hs_createdate."""
    if kind.name in _CREATED:
        return "createdate"
    return "hs_createdate"


def always(kind: ObjectType) -> tuple[str, ...]:
    """Answer the properties that HubSpot returns whether asked for or not."""
    return ("hs_object_id", created_property(kind), kind.modified)


def default_properties(kind: ObjectType) -> tuple[str, ...]:
    """Answer the small set that HubSpot returns when no properties are asked for."""
    return always(kind) + _DEFAULTS.get(kind.name, ())


def definitions(
    kind: ObjectType, choices: dict[str, list[tuple[str, str]]]
) -> dict[str, Definition]:
    """Name → definition, in the portal's order. `choices` are the options of its own: property →
    (value, label)s."""
    path = _FOLDER / f"{kind.name}.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8"))) if path.exists() else common(kind)
    made = {row["name"]: from_row(row) for row in rows}
    for column in kind.columns:
        made.setdefault(column.property, from_row(column_row(kind, column)))
    for name in choices.keys() & made.keys():
        made[name]["options"] = options(choices[name])
    return made


def common(kind: ObjectType) -> list[dict[str, str]]:
    """Answer the rows of a type without a CSV."""
    group = f"{kind.singular}_information"
    row = {"groupName": group, "flags": "readonly", "options": ""}
    dates = [
        row | {"name": name, "label": name, "type": "datetime", "fieldType": "date"}
        for name in always(kind)[1:]
    ]
    number = row | {
        "name": "hs_object_id",
        "label": "Record ID",
        "type": "number",
        "fieldType": "number",
    }
    merged = row | {
        "name": "hs_merged_object_ids",
        "label": "Merged IDs",
        "type": "enumeration",
        "fieldType": "checkbox",
    }
    also = [
        row | {"name": name, "label": label, "type": value_type, "fieldType": field, "flags": ""}
        for name, label, value_type, field in _ALSO.get(kind.name, ())
    ]
    return [number | {"flags": "readonly unique"}, *dates, merged, *also]


def column_row(kind: ObjectType, column: Column) -> dict[str, str]:
    value_type, field_type = _COLUMN_TYPES[column.kind]
    label = column.property.removeprefix("hs_").replace("_", " ").capitalize()
    group = f"{kind.singular}_information"
    return {
        "name": column.property, "label": label, "type": value_type, "fieldType": field_type,
        "groupName": group, "flags": "",
        "options": "true=Yes;false=No" if value_type == "bool" else "",
    }  # fmt: skip


def from_row(row: dict[str, str]) -> Definition:
    flags = row["flags"].split()
    wanted = {key: row[key] for key in ("name", "label", "type", "fieldType", "groupName")}
    pairs = [tuple(pair.split("=", 1)) for pair in row["options"].split(";") if pair]
    return definition(
        wanted | {"options": options(pairs)},
        read_only="readonly" in flags,
        calculated="calculated" in flags,
        unique="unique" in flags,
        ours=row["groupName"] != "sales_process",
    )


def definition(
    wanted: dict[str, Any],
    read_only: bool = False,
    calculated: bool = False,
    unique: bool = False,
    ours: bool = False,
    created_at: str = _SINCE,
) -> Definition:
    """Give a definition HubSpot's full shape; `ours` marks the properties that HubSpot itself
    defines."""
    defaults = {
        "label": wanted["name"], "description": "", "options": [], "displayOrder": -1,
        "hidden": False,
        "formField": not read_only, "externalOptions": False, "dataSensitivity": "non_sensitive",
    }  # fmt: skip
    fixed = {
        "calculated": calculated, "hasUniqueValue": unique, "hubspotDefined": ours,
        "archived": False,
        "createdAt": created_at, "updatedAt": created_at,
        "modificationMetadata": {
            "archivable": not ours, "readOnlyDefinition": ours, "readOnlyValue": read_only,
            "readOnlyOptions": ours
        },
    }  # fmt: skip
    return defaults | wanted | fixed


def options(pairs: Iterable[tuple[str, ...]]) -> list[dict[str, Any]]:
    """Make options of (value, label)s, in their order."""
    return [
        {"label": label, "value": value, "displayOrder": place, "hidden": False, "description": ""}
        for place, (value, label) in enumerate(pairs)
    ]


def read_only(definition: Definition) -> bool:
    return bool(definition["modificationMetadata"]["readOnlyValue"])


def announced(kind: ObjectType, definitions: Iterable[Definition]) -> set[str]:
    """Answer the properties whose changes a webhook reports: the writable ones and our columns,
    never calculated or highly sensitive ones."""
    columns = {column.property for column in kind.columns}
    silent = "highly_sensitive"
    wanted = (
        one for one in definitions if not one["calculated"] and one["dataSensitivity"] != silent
    )
    return {one["name"] for one in wanted if one["name"] in columns or not read_only(one)}
