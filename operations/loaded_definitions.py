"""Describe loaded records as HubSpot would: pipelines whose stages mean won, lost or open, and
properties, so that every view shows labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from db import metadata
from db.connect import Connection
from hubspot.columns import Kind
from hubspot.mirrored import Mirrored
from hubspot.objects import OBJECT_TYPES, ObjectType
from operations.entity_rows import CLOSED, LOST, TICKETS_PIPELINE, WON, slug, stage_id

_TYPES = {
    Kind.TEXT: ("string", "text"),
    Kind.NUMERIC: ("number", "number"),
    Kind.INTEGER: ("number", "number"),
    Kind.BOOLEAN: ("bool", "booleancheckbox"),
    Kind.TIMESTAMP: ("datetime", "date"),
}


def describe(conn: Connection, portal_id: int, name: str, path: Path) -> None:
    """Put the definitions of one entity's file beside what the portal has already."""
    kind = OBJECT_TYPES[name]
    pipelines = {"deals": _of_deals, "tickets": _of_tickets}
    listed = pipelines[name](path) if name in pipelines else []
    metadata.add(
        conn, Mirrored(portal_id, kind), json.dumps(listed), json.dumps(list(_properties(kind)))
    )


def _properties(kind: ObjectType) -> list[dict[str, Any]]:
    described = []
    for column in kind.columns:
        sort, field_type = _TYPES[column.kind]
        label = column.name.replace("_", " ").capitalize()
        described.append(
            {"name": column.property, "label": label, "type": sort, "fieldType": field_type}
        )
    return described


def _of_deals(path: Path) -> list[dict[str, Any]]:
    """List the pipelines of a file, each with its stages: open ones from the least likely to the
    likeliest, as its deals are, then won, then lost."""
    table = pq.read_table(path, columns=["pipeline", "stage", "probability"])
    columns = {name: table[name].cast("string") for name in ("pipeline", "stage")}
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    found = table.group_by(["pipeline", "stage"]).aggregate([("probability", "mean")]).to_pylist()
    found = [each for each in found if each["pipeline"] and each["stage"]]
    pipelines = []
    for pipeline in sorted({each["pipeline"] for each in found}):
        likely = {
            each["stage"]: _chance(each["stage"], each["probability_mean"])
            for each in found
            if each["pipeline"] == pipeline
        }
        order = sorted(likely, key=lambda stage: (stage.lower() == LOST, likely[stage], stage))
        stages = [_deal_stage(pipeline, stage, likely[stage]) for stage in order]
        pipelines.append({"id": slug(pipeline), "label": pipeline, "stages": _placed(stages)})
    return _placed(pipelines)


def _chance(stage: str, percent: float | None) -> float:
    if stage.lower() in (WON, LOST):
        return float(stage.lower() == WON)
    # an open stage is neither certain nor hopeless
    return min(max(round((percent or 0) / 100, 2), 0.01), 0.99)


def _deal_stage(pipeline: str, stage: str, chance: float) -> dict[str, Any]:
    closed = stage.lower() in (WON, LOST)
    said = {"isClosed": str(closed).lower(), "probability": str(chance)}
    return {"id": stage_id(pipeline, stage), "label": stage, "metadata": said}


def _of_tickets(path: Path) -> list[dict[str, Any]]:
    column = pq.read_table(path, columns=["status"])["status"].cast("string")
    names = [each for each in pc.unique(column).to_pylist() if each]
    stages = [
        {
            "id": stage_id(TICKETS_PIPELINE, name),
            "label": name,
            "metadata": {"ticketState": "CLOSED" if name.lower() in CLOSED else "OPEN"},
        }
        for name in sorted(names, key=lambda name: (name.lower() in CLOSED, name))
    ]
    label = TICKETS_PIPELINE.capitalize()
    return _placed([{"id": TICKETS_PIPELINE, "label": label, "stages": _placed(stages)}])


def _placed(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "displayOrder": place} for place, each in enumerate(listed)]
