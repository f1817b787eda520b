"""The views that everything stands on: live records, and the meaning of a pipeline's stages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from hubspot.objects import OBJECT_TYPES, ObjectType

from .conftest import Crm

KINDS = pytest.mark.parametrize("kind", OBJECT_TYPES.values(), ids=lambda kind: kind.name)


@KINDS
def test_a_view_shows_the_typed_columns_links_and_the_whole_record(
    crm: Crm, kind: ObjectType
) -> None:
    shown = crm.conn.execute(f"select * from {kind.name}").description
    assert shown is not None
    assert [column.name for column in shown] == [
        *("portal_id", "hubspot_id"),
        *(column.name for column in kind.columns if not column.later),
        *kind.link_columns.values(),
        *("raw_json", "updated_at", "synced_at"),
        *(column.name for column in kind.columns if column.later),
    ]


@KINDS
def test_archived_and_merged_records_are_hidden(crm: Crm, kind: ObjectType) -> None:
    crm.record(kind.name, "1")
    crm.record(kind.name, "2", archived=True)
    crm.record(kind.name, "3", merged_into="1")
    assert crm.rows(kind.name, "portal_id, hubspot_id") == [(1, "1")]


def test_custom_objects_of_all_types_are_in_one_view(crm: Crm) -> None:
    crm.custom("cars", "1", {"plate": "B-1"}, contact_ids=["101"], ticket_ids=[])
    crm.custom("tyres", "1", {})
    crm.custom("cars", "2", archived=True)
    crm.custom("cars", "3", merged_into="1")
    columns = "object_type, hubspot_id, properties, contact_ids, company_ids, deal_ids, ticket_ids"
    assert crm.rows("custom_objects", columns) == [
        ("cars", "1", {"plate": "B-1"}, ["101"], None, None, []),
        ("tyres", "1", {}, None, None, None, None),
    ]


STAGES = [
    pytest.param(
        {"isClosed": "true", "probability": "1.0"}, (True, Decimal("1.0"), True, False), id="won"
    ),
    pytest.param(
        {"isClosed": "true", "probability": "0.0"}, (True, Decimal("0.0"), False, True), id="lost"
    ),
    pytest.param(
        {"isClosed": "false", "probability": "1.0"},
        (False, Decimal("1.0"), False, False),
        id="certain",
    ),
    pytest.param(
        {"isClosed": "true", "probability": "0.5"},
        (True, Decimal("0.5"), False, False),
        id="undecided",
    ),
    pytest.param(
        {"isClosed": "false", "probability": "0"}, (False, Decimal(0), False, False), id="hopeless"
    ),
    pytest.param(
        {"isClosed": True, "probability": 1}, (True, Decimal(1), True, False), id="not as text"
    ),
    pytest.param({"ticketState": "CLOSED"}, (True, None, None, None), id="a closed ticket"),
    pytest.param(
        {"isClosed": "true", "probability": "high"}, (True, None, None, None), id="no number"
    ),
    pytest.param({}, (None, None, None, None), id="nothing said"),
    pytest.param(None, (None, None, None, None), id="no metadata"),
]


@pytest.mark.parametrize(("metadata", "meaning"), STAGES)
def test_what_a_stage_means(
    crm: Crm, metadata: dict[str, Any] | None, meaning: tuple[Any, ...]
) -> None:
    stage = {"id": "s1", "label": "Signed", "displayOrder": 3, "metadata": metadata}
    _pipeline(crm, {"stages": [stage]})
    found = (1, "deals", "p1", "Sales", "s1", "Signed", 3, *meaning, None)
    assert crm.rows("pipeline_stages") == [found]


@pytest.mark.parametrize("raw", [{}, {"stages": None}, {"stages": []}, {"stages": "none"}])
def test_a_pipeline_may_be_without_stages(crm: Crm, raw: dict[str, Any]) -> None:
    _pipeline(crm, raw)
    assert crm.rows("pipeline_stages") == []


def test_a_stage_that_is_listed_twice_is_there_once_as_it_was_said_first(crm: Crm) -> None:
    _pipeline(
        crm,
        {"stages": [{"id": "s1", "label": "Signed"}, {"id": "s2"}, {"id": "s1", "label": "Again"}]},
    )
    assert crm.rows("pipeline_stages", "stage_id, stage_label") == [("s1", "Signed"), ("s2", None)]


def _pipeline(crm: Crm, raw: dict[str, Any]) -> None:
    columns = {
        "portal_id": 1,
        "object_type": "deals",
        "hubspot_id": "p1",
        "label": "Sales",
        "raw_json": Jsonb(raw),
    }
    crm.insert("hubspot_pipelines", columns)


def test_an_id_that_a_merge_took_went_to_one_place_however_often_it_is_named(crm: Crm) -> None:
    crm.contact("20", {"hs_merged_object_ids": "7;7;20;"})
    crm.contact("100", {"hs_merged_object_ids": "7"})
    crm.contact("101", {"hs_merged_object_ids": "8"}, merged_into="100")
    crm.deal("20", properties={"hs_merged_object_ids": "7"})
    assert crm.rows("merged_records") == [(1, "contacts", "7", "100"), (1, "deals", "7", "20")]
